"""Sentences for the person at the terminal."""

import sys
from pathlib import Path


class LocalError(Exception):
    """Something this person can act on; the text is the whole message, in French."""


def not_ours(error: PermissionError, var: Path) -> str:
    return (
        f"{error.filename} n’est pas accessible à ce compte : il a sans doute été créé "
        f"par un autre (root ?). Rendez-lui le dossier {var} par chown."
    )


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
