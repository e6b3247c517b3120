"""`make bench-load`: the loads L1 to L5 of security.md, on the whole product.

    python -m benchmarks.load [PART …] [--rows 1000000] [--seconds 900]
    make soak [SECONDS=7200]    L6, L1 at half rate

prints tables and, as its last line, one JSON object: {name: {"value", "bar", "ok"}}.
L4 stands behind nginx: the one of the system, or the program that NGINX names.
"""

import argparse
import os
import sys

from benchmarks import parts

PARTS = ("mixed", "closed", "busy", "idle", "guesses")
SOAK = "soak"


def main() -> int:
    return parts.run("benchmarks.load", (*PARTS, SOAK), _options())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, SOAK, []])
    # `make` hands its variables on in the environment.
    rows = int(os.environ.get("ROWS", 1_000_000))
    parser.add_argument("--rows", type=int, default=rows)
    seconds = float(os.environ.get("SECONDS", 900))
    parser.add_argument("--seconds", type=float, default=seconds, help="of L1")
    options = parser.parse_args()
    options.parts = options.parts or list(PARTS)
    return options


if __name__ == "__main__":
    sys.exit(main())
