"""Whether a green test run left out what it must not (for .ci/run)."""

import json
import os
import sys
from pathlib import Path

from deploy.local.messages import complain, say

Counts = dict[str, dict[str, int]]


def complaints(summary: Counts, *, allow_no_shared: bool) -> list[str]:
    """`summary` counts, by marker, the tests that were played and skipped."""
    found = []
    for ground, name in (("browser", "navigateur"), ("office", "tableur")):
        counts = summary.get(ground, {})
        if counts.get("skipped"):
            found.append(f"{counts['skipped']} tests de {name} sautés")
        if not counts.get("played"):
            found.append(f"aucun test de {name} joué")
    if summary.get("shared", {}).get("skipped") and not allow_no_shared:
        found.append("../shared absent (ALLOW_NO_SHARED=1 pour l’accepter)")
    return found


def main() -> None:
    summary = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    allowed = os.environ.get("ALLOW_NO_SHARED") == "1"
    found = complaints(summary, allow_no_shared=allowed)
    for complaint in found:
        complain(complaint)
    if found:
        sys.exit(1)
    if skipped := summary.get("mariadb", {}).get("skipped"):
        say(f"MariaDB absent de cette machine : {skipped} tests sautés")
    say("tests de navigateur et de tableur joués, ../shared en règle")


if __name__ == "__main__":
    main()
