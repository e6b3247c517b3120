"""`make bench-files`: every measure of files in and files out, in turn.

    python -m benchmarks.files [PART …]   parts: see PARTS
prints tables and, as its last line, one JSON object: {name: {"value", "bar", "ok"}}.
Each part starts the servers that it needs.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.scoring import ground

PARTS = ("imports", "wizard", "csv_export", "workbook", "columnar", "airtable", "names")
ROWS = 1_000_000


def main() -> int:
    options = _options()
    parts = options.parts
    verdicts = _one(parts[0], options) if len(parts) == 1 else _each(parts)
    ground.say(json.dumps(verdicts))
    return 0 if all(each["ok"] for each in verdicts.values()) else 1


def _one(name: str, options: argparse.Namespace) -> ground.Verdicts:
    ground.say(f"\n== {name}")
    part = importlib.import_module(f"benchmarks.files.{name}")
    rows, found = part.measure(options)
    ground.say(ground.table(rows))
    verdicts: ground.Verdicts = found
    return verdicts


def _each(parts: Sequence[str]) -> ground.Verdicts:
    """In a process of its own: Django is set up once, for one part's servers."""
    verdicts: ground.Verdicts = {}
    given = [each for each in sys.argv[1:] if each not in PARTS]
    for name in parts:
        command = [sys.executable, "-m", "benchmarks.files", name, *given]
        part = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert part.stdout is not None  # noqa: S101
        last = ""
        for line in part.stdout:
            ground.say(line.rstrip())
            last = line
        if part.wait() not in (0, 1) or not last.startswith("{"):
            raise SystemExit(f"{name}: the measure was not taken")
        verdicts |= json.loads(last)
    return verdicts


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.files")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    # `make` hands its variables on in the environment.
    rows = int(os.environ.get("ROWS", ROWS))
    parser.add_argument("--rows", type=int, default=rows)
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    options.parts = options.parts or list(PARTS)
    return options


if __name__ == "__main__":
    sys.exit(main())
