"""Types of fields: the options they need, and the cells that they accept."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from exports.airtable_sandbox import refusals

TEXTS = frozenset(
    {"singleLineText", "multilineText", "richText", "url", "email", "phoneNumber"}
)
NUMBERS = frozenset({"number", "currency", "percent"})
# Known, and neither made nor written through the API.
COMPUTED = frozenset(
    {"formula", "rollup", "count", "autoNumber", "createdTime", "lastModifiedTime"}
)
DATE_FORMATS = frozenset({"local", "friendly", "us", "european", "iso"})
LONGEST_TEXT = 100_000
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass
class Field:
    id: str
    name: str
    type: str
    options: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        shown = {"id": self.id, "name": self.name, "type": self.type}
        return shown | ({"options": self.options} if self.options else {})

    @property
    def choices(self) -> list[str]:
        return [choice["name"] for choice in self.options.get("choices", [])]

    def cell(self, value: Any, *, typecast: bool) -> Any:
        """What is kept of a value; None for an empty cell. Raises Refusal."""
        if self.type in COMPUTED:
            raise refusals.bad_value(self.name)
        if value is None or value == "":
            return None
        return _readers()[self.type](self, value, typecast)


def checked_options(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Raises Refusal for a type that cannot be made, or not with these options."""
    if kind in COMPUTED or kind not in _readers():
        raise refusals.cannot_create(kind)
    if not _OPTIONS.get(kind, _no_options)(options):
        raise refusals.bad_options(kind)
    kept = dict(options)
    if kind == "singleSelect":
        kept["choices"] = [{"name": each["name"]} for each in options["choices"]]
    return kept


def _no_options(options: Mapping[str, Any]) -> bool:
    return not options


def _precision(most: int) -> Callable[[Mapping[str, Any]], bool]:
    def check(options: Mapping[str, Any]) -> bool:
        number = options.get("precision")
        is_whole = isinstance(number, int) and not isinstance(number, bool)
        return is_whole and 0 <= options["precision"] <= most

    return check


def _currency(options: Mapping[str, Any]) -> bool:
    return _precision(7)(options) and isinstance(options.get("symbol"), str)


def _date(options: Mapping[str, Any]) -> bool:
    shape = options.get("dateFormat")
    return isinstance(shape, dict) and shape.get("name") in DATE_FORMATS


def _select(options: Mapping[str, Any]) -> bool:
    choices = options.get("choices")
    if not isinstance(choices, list):
        return False
    names = [each.get("name") for each in choices if isinstance(each, dict)]
    are_texts = all(isinstance(name, str) and name for name in names)
    return are_texts and len(set(names)) == len(choices)


_OPTIONS: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "number": _precision(8),
    "percent": _precision(8),
    "currency": _currency,
    "date": _date,
    "singleSelect": _select,
}


# Cells


def _text(target: Field, value: Any, typecast: bool) -> str:
    if not isinstance(value, str) and typecast:
        value = str(value)
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise refusals.bad_value(target.name)
    if target.type == "singleLineText":
        return " ".join(value.splitlines())
    return value


def _number(target: Field, value: Any, typecast: bool) -> int | float:
    if typecast and isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refusals.bad_value(target.name)
    return value


def _day(target: Field, value: Any, _typecast: bool) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise refusals.bad_value(target.name) from None


def _choice(target: Field, value: Any, typecast: bool) -> str:
    if not isinstance(value, str):
        raise refusals.bad_value(target.name)
    if value not in target.choices:
        if not typecast:
            raise refusals.unknown_choice(value)
        target.options["choices"].append({"name": value})
    return value


def _readers() -> dict[str, Callable[[Field, Any, bool], Any]]:
    return {
        **dict.fromkeys(TEXTS, _text),
        **dict.fromkeys(NUMBERS, _number),
        "date": _day,
        "singleSelect": _choice,
    }
