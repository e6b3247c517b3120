"""Companies from text: one JSON object, one per line, or an array of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scoring.rules.facts import CompanyFacts
from scoring.rules.reading import FactError


@dataclass(frozen=True, slots=True)
class Refused:
    line: int
    error: str


def read(text: str) -> Iterator[CompanyFacts | Refused]:
    """In order; a record that cannot be read is refused and the next one is tried.

    ``line`` counts lines, or the elements of an array.
    """
    whole = _decode(text.removeprefix("\ufeff"))
    if isinstance(whole, list):
        for position, each in enumerate(whole, 1):
            yield _facts(position, each)
    elif whole is not None:
        yield _facts(1, whole)
    else:
        yield from _read_lines(text.removeprefix("\ufeff"))


def _decode(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _read_lines(text: str) -> Iterator[CompanyFacts | Refused]:
    # Not splitlines(): a name may hold U+2028, which JSON allows inside a string.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except ValueError as error:
            yield Refused(number, f"not JSON: {error}")
        else:
            yield _facts(number, raw)


def _facts(line: int, raw: Any) -> CompanyFacts | Refused:
    try:
        return CompanyFacts.from_dict(raw)
    except FactError as error:
        return Refused(line, str(error))
