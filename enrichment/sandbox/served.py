"""The sandbox's own account of what it served, for the ledger to be held against."""

import json
import os
from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any


class ServedLog:
    """One JSON line per answer, on disk before the first byte of its body leaves.

    `O_APPEND` writes of one line are whole lines even if two sandboxes share the
    file; a killed sandbox loses nothing it had begun to send.

    `units` counts by (source, pool), `asked` by (source, siren), `calls` by (source,
    day): those a source turned away for asking too much count in none of its days.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "served.jsonl"
        self._count = 0
        self.units: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.asked: Counter[tuple[str, str]] = Counter()
        self.calls: Counter[tuple[str, str]] = Counter()
        for line in _lines(self.path):
            self._add(line)
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def close(self) -> None:
        os.close(self._file)

    def write(
        self,
        *,
        provider: str,
        siren: str,
        status: int,
        fault: str,
        units: Decimal,
        pool: str,
        call_id: str,
    ) -> str:
        """Returns the answer's number, which travels with it."""
        line = {
            "served_id": str(self._count + 1),
            "at": datetime.now(UTC).isoformat(),
            "provider": provider,
            "siren": siren,
            "status": status,
            "fault": fault,
            "tokens": str(units),
            "units": str(units),
            "pool": pool,
            "call_id": call_id,
        }
        self._add(line)
        os.write(self._file, json.dumps(line).encode() + b"\n")
        return str(self._count)

    def since(self, offset: int) -> tuple[list[dict[str, Any]], int]:
        """The lines after a byte offset, and the offset to ask for next."""
        with self.path.open("rb") as file:
            file.seek(offset)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        return [json.loads(line) for line in whole.splitlines()], offset + len(whole)

    def _add(self, line: dict[str, Any]) -> None:
        self._count += 1
        source = line["provider"]
        self.units[source, line.get("pool", "")] += Decimal(line["tokens"])
        self.asked[source, line["siren"]] += 1
        if line["status"] != 429:
            self.calls[source, line["at"][:10]] += 1


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_bytes().splitlines()]
