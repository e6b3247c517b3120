"""Reading an answer field by field, without trusting its shape.

A field of the wrong type is noted and read as unknown; a field nobody knows is
noted too. Neither loses the rest of the answer.
"""

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from mainsite.lib import strict_json

_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_ISO_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_SLASHED_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_WORDED_DAY = re.compile(r"([0-9]{1,2})(?:er)? +([a-zéû]+) +([0-9]{4})")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
# INSEE writes it where a person or company withholds the field.
_WITHHELD = frozenset({"", "[ND]", "[NON-DIFFUSIBLE]"})
# Neither PostgreSQL nor UTF-8 takes these.
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_LARGEST_EUR = 10**13


def words(text: str) -> frozenset[str]:
    """A set of names, written as prose so that a page of them stays readable."""
    return frozenset(text.split())


class Notes:
    """What the reading of one answer noticed."""

    def __init__(self) -> None:
        self._unknown: dict[str, None] = {}
        self._warnings: dict[str, None] = {}

    def unknown(self, path: str) -> None:
        self._unknown[path] = None

    def warn(self, code: str, where: str) -> None:
        self._warnings[f"{code} {where}"] = None

    @property
    def unknown_fields(self) -> tuple[str, ...]:
        return tuple(sorted(self._unknown))

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(self._warnings)


class Section:
    """One object of an answer. Reading a field never fails, it says None."""

    def __init__(
        self, members: Mapping[str, Any], *, notes: Notes, path: str = ""
    ) -> None:
        self._members = members
        self._notes = notes
        self._path = path

    def __bool__(self) -> bool:
        return bool(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def knows(self, names: Collection[str]) -> "Section":
        """Note every member that is not one of `names`."""
        for name in self._members:
            if name not in names:
                self._notes.unknown(self._at(name))
        return self

    def text(self, name: str) -> str | None:
        value = self._members.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self._mistyped(name)
            return None
        cleaned = _UNSTORABLE.sub("", value).strip()
        return None if cleaned in _WITHHELD else cleaned

    def code(self, name: str, shape: str) -> str | None:
        """A text in the given form, else None and a warning."""
        text = self.text(name)
        if text is None or re.fullmatch(shape, text):
            return text
        self._notes.warn("bad_value", self._at(name))
        return None

    def flag(self, name: str) -> bool | None:
        value = self._members.get(name)
        if value is None or isinstance(value, bool):
            return value
        self._mistyped(name)
        return None

    def whole(self, name: str, *, low: int = 0, high: int = 10**8) -> int | None:
        """A count or a year, given as a number or as digits."""
        value = self._number(name)
        if value is None:
            return None
        if not low <= value <= high:
            self._notes.warn("out_of_bounds", self._at(name))
            return None
        return round(value)

    def amount(self, name: str) -> int | None:
        """Whole euros, of either sign."""
        return self.whole(name, low=-_LARGEST_EUR, high=_LARGEST_EUR)

    def decimal(self, name: str) -> float | None:
        return self._number(name)

    def day(self, name: str) -> date | None:
        """An ISO date, whatever time may follow it."""
        text = self.text(name)
        if text is None:
            return None
        found = _ISO_DAY.match(text)
        try:
            if found is None:
                raise ValueError(text)
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            self._notes.warn("bad_date", self._at(name))
            return None

    def written_day(self, name: str) -> date | None:
        """A date as people write it too: 27/11/2008, 1er janvier 2020."""
        text = (self.text(name) or "").replace("\u00a0", " ").lower()
        if found := _SLASHED_DAY.fullmatch(text):
            parts = (found[3], found[2], found[1])
        elif (found := _WORDED_DAY.fullmatch(text)) and found[2] in _MONTHS:
            parts = (found[3], str(_MONTHS.index(found[2]) + 1), found[1])
        else:
            return self.day(name)
        try:
            return date(*(int(part) for part in parts))
        except ValueError:
            self._notes.warn("bad_date", self._at(name))
            return None

    def month(self, name: str) -> tuple[int, int] | None:
        """Year and month of `YYYY-MM` or of a full date; the day is not kept."""
        text = self.text(name)
        if text is None:
            return None
        found = _ISO_MONTH.match(text)
        if found and 1800 <= int(found[1]) <= 2200 and 1 <= int(found[2]) <= 12:
            return int(found[1]), int(found[2])
        self._notes.warn("bad_date", self._at(name))
        return None

    def section(self, name: str) -> "Section":
        """An object inside this one; an empty section when it is not there."""
        value = self._members.get(name)
        if value is not None and not isinstance(value, dict):
            self._mistyped(name)
            value = None
        return Section(value or {}, notes=self._notes, path=self._at(name))

    def embedded(self, name: str) -> "Section":
        """An object written as JSON inside a text, as opendatasoft portals do."""
        value = self._members.get(name)
        if not isinstance(value, str):
            return self.section(name)
        try:
            members = strict_json.decode(value.encode(errors="replace") or b"{}")
        except strict_json.NotJson:
            self._notes.warn("bad_json", self._at(name))
            members = {}
        whole = Section({name: members}, notes=self._notes, path=self._path)
        return whole.section(name)

    def each(self, name: str) -> Iterator["Section"]:
        """The objects of a list, or the only one when it stands without a list."""
        value = self._members.get(name)
        if isinstance(value, dict):
            yield Section(value, notes=self._notes, path=f"{self._at(name)}[]")
        else:
            yield from self.sections(name)

    def sections(self, name: str) -> Iterator["Section"]:
        value = self._members.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            self._mistyped(name)
            return
        path = f"{self._at(name)}[]"
        for member in value:
            if isinstance(member, dict):
                yield Section(member, notes=self._notes, path=path)
            else:
                self._notes.warn("bad_type", path)

    def texts(self, name: str) -> list[str]:
        """The texts of a list, whatever else it holds left out."""
        value = self._members.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self._mistyped(name)
            return []
        return [text for text in value if isinstance(text, str) and text]

    def one_or_more(self, name: str) -> list[str]:
        """The texts of a list, or the only one when it stands without a list."""
        value = self._members.get(name)
        if isinstance(value, str):
            return [value] if value else []
        return self.texts(name)

    def digits(self, name: str) -> str | None:
        """A reference number, whether given as a number or as text."""
        value = self._members.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.text(name)

    def names(self) -> Iterable[str]:
        return self._members.keys()

    def warn(self, code: str, name: str = "") -> None:
        self._notes.warn(code, self._at(name) if name else self._path)

    def _number(self, name: str) -> float | None:
        value = self._members.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}", value):
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._mistyped(name)
            return None
        if isinstance(value, float) and not math.isfinite(value):
            self._mistyped(name)
            return None
        return value

    def _mistyped(self, name: str) -> None:
        self._notes.warn("bad_type", self._at(name))

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name
