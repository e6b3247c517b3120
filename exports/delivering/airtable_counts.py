"""What an Airtable table holds, line by line, and what becomes of ours."""

from collections import Counter
from dataclasses import dataclass, field

from exports.delivering.airtable_fields import Marks
from exports.delivering.airtable_words import line_refused
from exports.delivering.terms import NAMED


@dataclass(slots=True)
class Held:
    """What the table holds of one SIREN. ``record_id``: written otherwise there."""

    marks: Marks
    record_id: str = ""
    times: int = 1


@dataclass
class Told:
    """The count of one delivery, as it is shown and resumed from."""

    created: int = 0
    updated: int = 0
    left: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    refused_count: int = 0
    changes: Counter[str] = field(default_factory=Counter)

    def refuse(self, siren: str, why: str) -> None:
        self.refused_count += 1
        if len(self.refused) < NAMED:
            self.refused[siren] = line_refused(why)

    @property
    def done(self) -> int:
        return self.created + self.updated + self.left + self.refused_count
