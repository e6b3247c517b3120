"""Which answer a SIREN gets: a recorded one when the folder has it, else made up."""

from pathlib import Path

from enrichment.sandbox.payloads import Payload, says_sandbox
from enrichment.sandbox.played import played_sources
from enrichment.sandbox.played.base import Asked, Played

SHIPPED = Path(__file__).parent / "answers"
# The two sources that the demonstration looks into.
RECHERCHE, PAPPERS = "recherche_entreprises", "pappers"


class Answers:
    def __init__(self, folder: Path = SHIPPED) -> None:
        if not folder.is_dir():
            raise NotADirectoryError(f"no folder of recorded answers at {folder}")
        self._played = played_sources()
        self._recorded = {
            name: _index(folder, played) for name, played in self._played.items()
        }

    def of(self, source: str, siren: str) -> Payload:
        """What the source's usual call says of a company."""
        return self.to(source, Asked(siren=siren))

    def to(self, source: str, asked: Asked) -> Payload:
        """Recorded answers are served to the byte."""
        played = self._played[source]
        file = self._recorded[source].get(asked.siren)
        if file is None:
            return played.finished(played.invented(asked), asked)
        body = file.read_bytes()
        recorded = Payload(status=200, body=body, is_invented=says_sandbox(body))
        return played.finished(recorded, asked)

    def counts(self) -> dict[str, int]:
        return {name: len(files) for name, files in self._recorded.items()}


def _index(folder: Path, played: Played) -> dict[str, Path]:
    found: dict[str, Path] = {}
    below = folder / played.folder
    for file in sorted(below.glob("*.json"), key=lambda f: len(f.name)):
        name = played.files.fullmatch(file.name)
        if name:
            found.setdefault(name[1], file)
    return found
