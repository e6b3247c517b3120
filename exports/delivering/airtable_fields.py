"""Our columns as fields of an Airtable table: their types, cells, and comparison."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from companies.choices import Status
from exports.profiles.column import Column, Kind
from scoring.rules import bands, wording

KEY = "SIREN"
TEXTS = frozenset(
    {"singleLineText", "multilineText", "richText", "url", "email", "phoneNumber"}
)
NUMBERS = frozenset({"number", "currency", "percent"})
_NUMERIC: frozenset[Kind] = frozenset(
    {"integer", "amount", "points", "percent", "ratio", "real"}
)
# Airtable keeps no longer text in a cell.
LONGEST_TEXT = 100_000
_CUT = " […]"
Marks: TypeAlias = "array[int]"
_LEVELS = (*(code for _, code in bands.LEVELS), "weak", "not_rated")
_CHOICES: dict[str, tuple[str, ...]] = {
    "Potentiel_Acquisition": tuple(wording.level(code) for code in _LEVELS),
    "Potentiel_Cession": tuple(wording.level(code) for code in _LEVELS),
    "Priorite_Contact": (*(word for _, word in bands.PRIORITIES), "LOW"),
    "Statut_Prospect": tuple(str(each.label) for each in Status),
}
_BY_NAME = {
    "Notes_Commerciales": "multilineText",
    "Lien_Pappers": "url",
    "Lien_Annuaire": "url",
    "LinkedIn_Contact": "url",
    "Email_Contact": "email",
    "Telephone_Contact": "phoneNumber",
}
_BY_KIND: dict[Kind, dict[str, Any]] = {
    "integer": {"type": "number", "options": {"precision": 0}},
    "amount": {"type": "currency", "options": {"precision": 0, "symbol": "€"}},
    "points": {"type": "number", "options": {"precision": 2}},
    "ratio": {"type": "number", "options": {"precision": 2}},
    "real": {"type": "number", "options": {"precision": 4}},
    "percent": {"type": "percent", "options": {"precision": 2}},
    "date": {"type": "date", "options": {"dateFormat": {"name": "european"}}},
}


def wish(column: Column) -> dict[str, Any]:
    """The field as it is asked for when the base has none of that name."""
    made: dict[str, Any] = {"type": "singleLineText"}
    if choices := _CHOICES.get(column.name):
        options = {"choices": [{"name": each} for each in choices]}
        made = {"type": "singleSelect", "options": options}
    elif column.name in _BY_NAME:
        made = {"type": _BY_NAME[column.name]}
    elif column.kind in _BY_KIND:
        made = _BY_KIND[column.kind]
    return {"name": column.name, **made}


@dataclass(frozen=True, slots=True)
class Target:
    """One of our columns, and the type of the field that takes it."""

    name: str
    kind: Kind
    type: str

    @property
    def fits(self) -> bool:
        """Whether the field can hold the column without a loss; computed ones cannot.

        A key that is a number would lose the zeros it begins with.
        """
        if self.name == KEY:
            return self.type in TEXTS
        if self.type in TEXTS:
            return True
        if self.type in NUMBERS:
            return self.kind in _NUMERIC
        if self.type == "date":
            return self.kind == "date"
        return self.type == "singleSelect" and self.kind == "text"

    def cell(self, value: Any) -> str | int | float | None:
        """The value as Airtable takes it; None for an empty cell."""
        if value is None or value == "":
            return None
        if self.type in NUMBERS:
            is_share = self.type == "percent" and self.kind == "percent"
            number = Decimal(str(value)) / 100 if is_share else value
            return number if isinstance(number, int) else float(number)
        text = value.isoformat() if isinstance(value, date) else _text(value)
        if self.type in {"singleLineText", "singleSelect"}:
            text = " ".join(text.split())
        if len(text) > LONGEST_TEXT:
            text = text[: LONGEST_TEXT - len(_CUT)] + _CUT
        return text or None

    def same(self, cell: Any) -> str:
        """Equal for two cells that a reader would call equal."""
        if cell is None:
            return ""
        if self.type in NUMBERS and isinstance(cell, int | float):
            return f"{round(float(cell), 8) + 0.0:.8f}"
        return str(cell).replace("\r\n", "\n").strip()


def _text(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True)
class Fitting:
    """How a table takes our columns. ``wishes``: the fields to ask for."""

    targets: tuple[Target, ...]
    wishes: tuple[dict[str, Any], ...]
    unfit: tuple[str, ...]

    @property
    def has_choices(self) -> bool:
        return any(each.type == "singleSelect" for each in self.targets)


def fitting(columns: Iterable[Column], held: Mapping[str, str]) -> Fitting:
    """``held``: the types of the table's fields, by name."""
    targets, wishes, unfit = [], [], []
    for column in columns:
        if column.name not in held:
            wishes.append(wish(column))
            continue
        target = Target(column.name, column.kind, held[column.name])
        if target.fits:
            targets.append(target)
        else:
            unfit.append(column.name)
    return Fitting(tuple(targets), tuple(wishes), tuple(unfit))


def marks(targets: Sequence[Target], cells: Mapping[str, Any]) -> Marks:
    """A line as numbers to compare it by: a base of 500,000 fits in memory so.

    Of 64 bits each, drawn anew by each process: nobody can aim at two that agree.
    """
    return array("q", [hash(each.same(cells.get(each.name))) for each in targets])
