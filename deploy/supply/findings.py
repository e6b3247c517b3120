"""bandit over what runs, with no finding left unexplained.

    python -m deploy.supply.findings

A finding is explained at its line, by the `noqa` of the same rule of ruff (S608 is
B608), or here. An explanation that explains nothing any more is taken away.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent.parent
CODE = (
    "accounts",
    "companies",
    "enrichment",
    "scoring",
    "exports",
    "mainsite",
    "deploy",
)
_NAMES = "names, comments and marks that are nobody's secret"
_CHILDREN = "starting programs is what it is for; no argument comes from outside"
# Rule and path (or its beginning), and why it may stand.
EXPLAINED = {
    ("B404", ""): "the import says nothing: each call is judged",
    ("B603", "deploy/local/"): _CHILDREN,
    ("B105", "accounts/migrations/0006_comments.py"): _NAMES,
    ("B105", "deploy/local/postgres.py"): _NAMES,
    ("B105", "enrichment/providers/rne/session.py"): _NAMES,
    ("B105", "exports/migrations/0004_formats_and_destinations.py"): _NAMES,
    ("B105", "mainsite/backup/programs.py"): _NAMES,
    ("B105", "mainsite/settings.py"): "commands that read files only have no secret",
    ("B703", "companies/grid.py"): "a row of cells, each of them escaped",
    ("B608", "companies/search/sql.py"): "columns of this file; values are parameters",
}
# Two rules of bandit for one of ruff.
_SAME = {"B703": "S308"}


@dataclass(frozen=True)
class Finding:
    rule: str
    path: str
    line: int
    text: str
    statement: str

    @property
    def is_explained_there(self) -> bool:
        code = _SAME.get(self.rule, f"S{self.rule[1:]}")
        return f"noqa: {code}" in self.statement or f", {code}" in self.statement

    def explanations(self) -> Iterator[tuple[str, str]]:
        for rule, path in EXPLAINED:
            if rule == self.rule and self.path.startswith(path):
                yield rule, path


def main() -> int:
    findings = list(_findings())
    used = {each for finding in findings for each in finding.explanations()}
    unexplained = [
        finding
        for finding in findings
        if not finding.is_explained_there and not any(finding.explanations())
    ]
    for finding in unexplained:
        sys.stderr.write(
            f"{finding.path}:{finding.line} {finding.rule} {finding.text}\n"
        )
    stale = sorted(set(EXPLAINED) - used)
    for rule, path in stale:
        sys.stderr.write(f"{path} {rule} : l’explication n’explique plus rien.\n")
    sys.stdout.write(
        f"bandit : {len(findings)} remarques, {len(unexplained)} sans explication.\n"
    )
    return 1 if unexplained or stale else 0


def _findings() -> Iterator[Finding]:
    answer = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-m", "bandit", "--quiet", "--format", "json"),
            *("--exclude", "*/tests/*", "--recursive", *CODE),
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    # 1: there are findings.
    if answer.returncode not in (0, 1):
        raise SystemExit(answer.stderr)
    told: dict[str, Any] = json.loads(answer.stdout)
    if told["errors"]:
        raise SystemExit(str(told["errors"]))
    for each in told["results"]:
        lines = (PROJECT / each["filename"]).read_text(encoding="utf-8").splitlines()
        first, last = min(each["line_range"]), max(each["line_range"])
        yield Finding(
            each["test_id"],
            each["filename"],
            each["line_number"],
            each["issue_text"],
            # A formatter may put the mark after the statement's last bracket.
            "\n".join(lines[first - 1 : last + 2]),
        )


if __name__ == "__main__":
    raise SystemExit(main())
