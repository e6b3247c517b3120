"""`make bench-files`: every measure of files in and files out, in turn.

    python -m benchmarks.files [PART …] [--rows N] [--peer-rows N] [--no-peers]
prints tables and, as its last line, one JSON object: {name: {"value", "bar", "ok"}}.
Each part starts the servers that it needs, and says what it is about in its module.
Without --rows each has the size of its promise: a million rows; 10,000 for `wizard`,
200,000 for `workbook`, which take no more; 1,000 for `airtable`, whatever is asked.
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
# What django-import-export is given: it holds the whole file, and takes a minute.
PEER_ROWS = 5_000


def main() -> int:
    return parts.run("benchmarks.files", PARTS, _options())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.files")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    # `make` hands its variables on in the environment.
    rows = int(os.environ.get("ROWS", ROWS))
    parser.add_argument("--rows", type=int, default=rows)
    parser.add_argument("--peer-rows", type=int, default=PEER_ROWS)
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    options.parts = options.parts or list(PARTS)
    return options


if __name__ == "__main__":
    sys.exit(main())
