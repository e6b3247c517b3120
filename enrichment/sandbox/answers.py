"""Which answer a SIREN gets: a recorded one when the folder has it, else made up."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from enrichment.sandbox.invented import pappers, recherche_entreprises
from enrichment.sandbox.invented.build import invent
from enrichment.sandbox.invented.draws import Draws
from mainsite.lib.siren import is_valid_siren

SHIPPED = Path(__file__).parent / "answers"
RECHERCHE, PAPPERS = "recherche_entreprises", "pappers"

# The folder is laid out as recordings usually are: one folder a source, the SIREN
# in the file's name. A plain name goes before one with a suffix.
_LAYOUT = {
    RECHERCHE: ("recherche_entreprises", re.compile(r"search_([0-9]{9})(_.*)?\.json")),
    PAPPERS: ("pappers_v2", re.compile(r"entreprise_([0-9]{9})(_.*)?\.json")),
}
_NOT_IN_PAPPERS = 0.01


@dataclass(frozen=True, kw_only=True)
class Payload:
    status: int
    body: bytes
    is_invented: bool


class Answers:
    def __init__(self, folder: Path = SHIPPED) -> None:
        if not folder.is_dir():
            raise NotADirectoryError(f"no folder of recorded answers at {folder}")
        self._recorded = {source: _index(folder, source) for source in _LAYOUT}

    def of(self, source: str, siren: str) -> Payload:
        """Recorded answers are served to the byte."""
        file = self._recorded[source].get(siren)
        if file is not None:
            body = file.read_bytes()
            return Payload(status=200, body=body, is_invented=_says_sandbox(body))
        if source == PAPPERS:
            return _invented_pappers(siren)
        return _invented_recherche(siren)

    def count(self, source: str) -> int:
        return len(self._recorded[source])


def dump(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _index(folder: Path, source: str) -> dict[str, Path]:
    below, pattern = _LAYOUT[source]
    found: dict[str, Path] = {}
    for file in sorted((folder / below).glob("*.json"), key=lambda f: len(f.name)):
        name = pattern.fullmatch(file.name)
        if name:
            found.setdefault(name[1], file)
    return found


def _says_sandbox(body: bytes) -> bool:
    return json.loads(body).get("sandbox") is True


def _invented_pappers(siren: str) -> Payload:
    is_absent = Draws(siren).chance("is_absent", _NOT_IN_PAPPERS)
    if not is_valid_siren(siren) or is_absent:
        return Payload(status=404, body=dump({"sandbox": True}), is_invented=True)
    return _made_up(siren, pappers.shape)


def _invented_recherche(siren: str) -> Payload:
    if not is_valid_siren(siren):
        body = dump({"sandbox": True} | recherche_entreprises.nothing())
        return Payload(status=200, body=body, is_invented=True)
    return _made_up(siren, recherche_entreprises.shape)


@lru_cache(maxsize=4096)
def _made_up(siren: str, shape: Callable[[Any], dict[str, Any]]) -> Payload:
    return Payload(status=200, body=dump(shape(invent(siren))), is_invented=True)
