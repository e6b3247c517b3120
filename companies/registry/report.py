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


# What registry_load keeps beside the row counts.
COUNTS = (
    "repaired",
    "companies_new",
    "companies_updated",
    "companies_closed",
    "companies_masked",
    "establishments_new",
    "establishments_updated",
    "establishments_closed",
)


@dataclass(kw_only=True)
class Tally:
    """What became of some rows; ``repaired`` keys had lost their leading zero.

    ``closed`` ones are missing from a complete file, ``masked`` ones are no longer
    diffused and their rows were left out.
    """

    read: int = 0
    written: int = 0
    unchanged: int = 0
    left_out: Counter[Reason] = field(default_factory=Counter)
    repaired: int = 0
    companies_new: int = 0
    companies_updated: int = 0
    companies_closed: int = 0
    companies_masked: int = 0
    establishments_new: int = 0
    establishments_updated: int = 0
    establishments_closed: int = 0

    @property
    def is_balanced(self) -> bool:
        return self.read == self.written + self.unchanged + self.left_out.total()

    def add(self, other: "Tally") -> None:
        for name in ("read", "written", "unchanged", *COUNTS):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.left_out.update(other.left_out)


@dataclass(kw_only=True)
class FileReport(Tally):
    """The counts of one file; ``resumed_at`` rows had been stored by an earlier run."""

    path: Path
    layout: str
    edition: str = ""
    resumed_at: int = 0
    seconds: float = 0.0


@dataclass
class LoadReport:
    """One report per file, in the order in which they were loaded.

    ``is_initial`` when the rows went straight into empty tables; ``phases`` are the
    seconds that each part of the work took.
    """

    files: list[FileReport] = field(default_factory=list)
    is_initial: bool = False
    phases: dict[str, float] = field(default_factory=dict)

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

    @property
    def has_changed(self) -> bool:
        """Whether a table is not what it was: rows written, closed or masked."""
        changes = ("written", "companies_closed", "companies_masked")
        names = (*changes, "establishments_closed")
        return any(getattr(file, name) for file in self.files for name in names)
