"""`make bench-files`: every measure of files in and files out, in turn.

    python -m benchmarks.files [PART …]   parts: see PARTS
prints tables and, as its last line, one JSON object: {name: {"value", "bar", "ok"}}.
Each part starts the servers that it needs.
"""

import argparse
import os
import sys

from benchmarks import parts

PARTS = (
    *("imports", "wizard", "csv_export", "workbook", "columnar", "airtable"),
    *("names", "bomb"),
)
ROWS = 1_000_000


def main() -> int:
    return parts.run("benchmarks.files", PARTS, _options())


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
