"""What a load did, row by row: read = written + unchanged + left out."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Reason(StrEnum):
    """Why a row of a file was left out; the value is what the person reads."""

    MALFORMED = "ligne mal formée (nombre de colonnes)"
    INVALID_SIREN = "SIREN absent ou de clé fausse"
    INVALID_SIRET = "SIRET de clé fausse"
    INDIVIDUAL = "entrepreneur individuel"
    NOT_DIFFUSED = "dénomination non diffusée [ND]"
    NO_NAME = "ni dénomination ni enseigne connue"
    NO_COMPANY = "société absente du registre"
    DUPLICATE = "doublon, la meilleure ligne est gardée"


@dataclass
class FileReport:
    """The counts of one file; ``repaired`` keys had lost their leading zero."""

    path: Path
    layout: str
    read: int = 0
    written: int = 0
    unchanged: int = 0
    repaired: int = 0
    left_out: Counter[Reason] = field(default_factory=Counter)
    companies_new: int = 0
    companies_updated: int = 0
    establishments_new: int = 0
    establishments_updated: int = 0
    seconds: float = 0.0

    @property
    def is_balanced(self) -> bool:
        return self.read == self.written + self.unchanged + self.left_out.total()


@dataclass
class LoadReport:
    """One report per file, in the order in which they were loaded."""

    files: list[FileReport] = field(default_factory=list)

    @property
    def read(self) -> int:
        return sum(file.read for file in self.files)

    @property
    def written(self) -> int:
        return sum(file.written for file in self.files)

    @property
    def unchanged(self) -> int:
        return sum(file.unchanged for file in self.files)

    @property
    def left_out(self) -> Counter[Reason]:
        return sum((file.left_out for file in self.files), Counter())
