"""`make bench-scoring`: every measure of scoring, in turn.

    python -m benchmarks.scoring [PART …]   parts: see PARTS
    make bench-scoring TRAIN=DIR TEST=DIR   quality alone, on these sets

prints tables and, as its last line, one JSON object: {name: {"value", "bar", "ok"}}.
Each part starts the servers that it needs; quality needs none.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.scoring import ground

PARTS = ("bulk", "one", "trials", "lookalikes", "serving", "tracking", "quality")
COMPANIES = 1_000_000


def main() -> int:
    options = _options()
    parts = options.parts
    verdicts = _one(parts[0], options) if len(parts) == 1 else _each(parts)
    ground.say(json.dumps(verdicts))
    return 0 if all(each["ok"] for each in verdicts.values()) else 1


def _one(name: str, options: argparse.Namespace) -> ground.Verdicts:
    ground.say(f"\n== {name}")
    part = importlib.import_module(f"benchmarks.scoring.{name}")
    rows, found = part.measure(options)
    ground.say(ground.table(rows))
    verdicts: ground.Verdicts = found
    return verdicts


def _each(parts: Sequence[str]) -> ground.Verdicts:
    """In a process of its own: Django is set up once, for one part's servers."""
    verdicts: ground.Verdicts = {}
    given = [each for each in sys.argv[1:] if each not in PARTS]
    for name in parts:
        command = [sys.executable, "-m", "benchmarks.scoring", name, *given]
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
