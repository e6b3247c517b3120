"""`make bench-scoring`: every measure of scoring, in turn.

    python -m benchmarks.scoring [PART …]   parts: see PARTS
    make bench-scoring TRAIN=DIR TEST=DIR   quality alone, on these sets

prints tables and, as its last line, one JSON object: {name: {"value", "bar", "ok"}}.
Each part starts the servers that it needs; quality needs none.
"""

import argparse
import os
import sys

from benchmarks import parts

PARTS = ("bulk", "one", "trials", "lookalikes", "serving", "tracking", "quality")
COMPANIES = 1_000_000


def main() -> int:
    return parts.run("benchmarks.scoring", PARTS, _options())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scoring")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--companies", type=int, default=COMPANIES)
    parser.add_argument("--no-peers", action="store_true")
    # `make` hands its variables on in the environment.
    parser.add_argument("--train", default=os.environ.get("TRAIN"))
    parser.add_argument("--test", default=os.environ.get("TEST"))
    options = parser.parse_args()
    if not options.parts:
        has_sets = bool(options.train or options.test)
        options.parts = ["quality"] if has_sets else list(PARTS)
    return options


if __name__ == "__main__":
    sys.exit(main())
