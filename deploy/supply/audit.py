"""pip-audit over everything that is locked; what could not be audited is said.

    python -m deploy.supply.audit

pip-audit calls a package that its database does not know "skipped", and succeeds: an
index without advisories would pass for a clean audit. Here, every package is audited
by PyPI's advisories or by OSV's, or the audit was not made: exit code 3.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
LOCKED = ("requirements.txt", "requirements-embedded.txt", "requirements-dev.txt")
SERVICES = ("pypi", "osv")
CLEAN, VULNERABLE, NOT_MADE = 0, 1, 3
_PATIENCE_S = 300
# Advisory: until when it is accepted, and why. ASVS 15.1.1: a delay is written down.
ACCEPTED: dict[str, tuple[date, str]] = {}


@dataclass(frozen=True)
class Verdict:
    audited: int
    skipped: int
    vulnerable: tuple[str, ...]


class NotMade(Exception):
    """Nobody answered; ``str()`` says who was asked."""


def judge(answer: str, *, today: date) -> Verdict:
    """Of pip-audit's JSON."""
    audited = skipped = 0
    vulnerable = []
    for package in json.loads(answer)["dependencies"]:
        if "skip_reason" in package:
            skipped += 1
            continue
        audited += 1
        for each in package["vulns"]:
            names = {each["id"], *each.get("aliases", ())}
            if not any(_is_accepted(name, today) for name in names):
                fixed = ", ".join(each["fix_versions"]) or "aucune version corrigée"
                vulnerable.append(
                    f"{package['name']} {package['version']} : {each['id']} ({fixed})"
                )
    return Verdict(audited, skipped, tuple(vulnerable))


def main() -> int:
    try:
        verdict = _audit()
    except NotMade as error:
        sys.stderr.write(
            "AUDIT DES DÉPENDANCES NON FAIT : aucune base d’avis de sécurité ne répond "
            f"d’ici ({error}). Rien n’est dit de leurs failles : relancez « make audit "
            "» là où pypi.org ou api.osv.dev répond.\n"
        )
        return NOT_MADE
    for each in verdict.vulnerable:
        sys.stderr.write(f"{each}\n")
    sys.stdout.write(
        f"{verdict.audited} paquets comparés aux avis, {len(verdict.vulnerable)} "
        "failles connues.\n"
    )
    return VULNERABLE if verdict.vulnerable else CLEAN


def _audit() -> Verdict:
    reasons = []
    for service in SERVICES:
        answer = _asked(service)
        verdict = judge(answer, today=date.today()) if answer else None
        if verdict is None:
            reasons.append(f"{service} : ne répond pas")
        elif verdict.skipped and not verdict.vulnerable:
            reasons.append(
                f"{service} : {verdict.skipped} paquets inconnus sur "
                f"{verdict.skipped + verdict.audited}"
            )
        else:
            return verdict
    raise NotMade(" ; ".join(reasons))


def _asked(service: str) -> str:
    files = [part for name in LOCKED for part in ("--requirement", name)]
    try:
        answer = subprocess.run(  # noqa: S603
            [
                *(
                    sys.executable,
                    "-m",
                    "pip_audit",
                    "--vulnerability-service",
                    service,
                ),
                *("--require-hashes", "--disable-pip", "--format", "json"),
                *("--progress-spinner", "off", *files),
            ],
            cwd=PROJECT,
            env=os.environ | {"PYTHONWARNINGS": "ignore"},
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ""
    return answer.stdout if answer.stdout.startswith("{") else ""


def _is_accepted(name: str, today: date) -> bool:
    return name in ACCEPTED and today <= ACCEPTED[name][0]


if __name__ == "__main__":
    raise SystemExit(main())
