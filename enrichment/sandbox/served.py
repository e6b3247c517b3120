"""The sandbox's own account of what it served, for the ledger to be held against."""

import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any


class ServedLog:
    """One JSON line per answer, on disk before the first byte of its body leaves.

    `O_APPEND` writes of one line are whole lines even if two sandboxes share the
    file; a killed sandbox loses nothing it had begun to send.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "served.jsonl"
        self._count, self.tokens = _totals(self.path)
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
        tokens: Decimal,
        call_id: str,
    ) -> str:
        """Returns the answer's number, which travels with it."""
        self._count += 1
        self.tokens += tokens
        line = {
            "served_id": str(self._count),
            "at": datetime.now(UTC).isoformat(),
            "provider": provider,
            "siren": siren,
            "status": status,
            "fault": fault,
            "tokens": str(tokens),
            "call_id": call_id,
        }
        os.write(self._file, json.dumps(line).encode() + b"\n")
        return str(self._count)

    def since(self, offset: int) -> tuple[list[dict[str, Any]], int]:
        """The lines after a byte offset, and the offset to ask for next."""
        with self.path.open("rb") as file:
            file.seek(offset)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        return [json.loads(line) for line in whole.splitlines()], offset + len(whole)


def _totals(path: Path) -> tuple[int, Decimal]:
    if not path.exists():
        return 0, Decimal(0)
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    return len(lines), sum((Decimal(line["tokens"]) for line in lines), Decimal(0))
