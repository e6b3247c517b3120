"""Whole columns of cells: by array operations where a cell is plain, else asked once.

What a cell says stands in ``cells``; here is only how to ask it seldom.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from companies.imports.cells.base import CellRefused, Read
from companies.registry.vectors import keys

Booleans = NDArray[np.bool_]
Integers = NDArray[np.int64]
Ask = Callable[[str], Read]
# Answers kept between chunks; a column that never repeats itself is not remembered.
_MOST_REMEMBERED: Final = 50_000
# Words of printable Latin letters, one blank between two, that no rule changes.
_PLAIN: Final = "^[!-&(-Z\\]-~À-ſ][!-Z\\]-~À-ſ]*( [!-Z\\]-~À-ſ]+)*$"
_BLANKS: Final = "[ \u00a0\u202f]"
_PLAIN_AMOUNT: Final = "^-?[0-9]{1,12}([.,][0-9]{1,2})?€?$"
_PLAIN_TEXT: Final = 200


@dataclass(slots=True)
class Column:
    """``values`` has null for a blank or refused cell; ``refused`` says why, by row."""

    values: pa.Array
    refused: dict[int, CellRefused] = field(default_factory=dict)
    repairs: Counter[str] = field(default_factory=Counter)
    aliases: Counter[str] = field(default_factory=Counter)


class Asker:
    """Asks about each different cell once, and remembers."""

    def __init__(self, ask: Ask, type_: pa.DataType) -> None:
        self._ask = ask
        self._type = type_
        self._known: dict[str, Read | CellRefused] = {}

    def __call__(self, cells: pa.Array) -> Column:
        encoded = cells.dictionary_encode()
        answers = [self._answer(cell) for cell in encoded.dictionary.to_pylist()]
        values = [a.value if isinstance(a, Read) else None for a in answers]
        found = Column(pa.array(values, self._type).take(encoded.indices))
        self._tell(found, encoded.indices.to_numpy(zero_copy_only=False), answers)
        return found

    def _answer(self, cell: str) -> Read | CellRefused:
        answer = self._known.get(cell)
        if answer is None:
            try:
                answer = self._ask(cell)
            except CellRefused as refused:
                answer = refused
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[cell] = answer
        return answer

    def _tell(
        self, found: Column, places: Integers, answers: list[Read | CellRefused]
    ) -> None:
        told = [
            place
            for place, answer in enumerate(answers)
            if isinstance(answer, CellRefused) or answer.repair or answer.alias
        ]
        if not told:
            return
        counts = np.bincount(places, minlength=len(answers))
        for place in told:
            answer = answers[place]
            if isinstance(answer, CellRefused):
                rows = np.flatnonzero(places == place).tolist()
                found.refused.update(dict.fromkeys(rows, answer))
                continue
            if answer.repair:
                found.repairs[answer.repair] += int(counts[place])
            if answer.alias:
                found.aliases[answer.alias] += int(counts[place])


def booleans(column: pa.Array) -> Booleans:
    filled = pc.fill_null(column, fill_value=False)
    found: Booleans = filled.to_numpy(zero_copy_only=False)
    return found


def blank_to_null(cells: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)


class Odd:
    """A fast way for plain cells, an ``Asker`` for the others, in their rows."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def __call__(self, cells: pa.Array, plain: pa.Array, is_plain: Booleans) -> Column:
        """``plain`` has the values of the rows that are so."""
        if is_plain.all():
            return Column(plain)
        odd = np.flatnonzero(~is_plain)
        asked = self._asker(cells.take(pa.array(odd)))
        asked.values = pc.replace_with_mask(plain, pa.array(~is_plain), asked.values)
        asked.refused = {
            int(odd[place]): refused for place, refused in asked.refused.items()
        }
        return asked


class Texts:
    """``words.text`` on a column, or what else takes a plain text as it is.

    ``is_odd``: signs that make of a plain text another thing.
    """

    def __init__(self, ask: Ask, is_odd: str = "") -> None:
        self._odd = Odd(Asker(ask, pa.string()))
        self._is_odd = is_odd

    def __call__(self, cells: pa.Array) -> Column:
        is_plain = pc.and_(
            pc.match_substring_regex(cells, _PLAIN),
            pc.less_equal(pc.utf8_length(cells), _PLAIN_TEXT),
        )
        if self._is_odd:
            has_sign = pc.match_substring_regex(cells, self._is_odd)
            is_plain = pc.and_not(is_plain, has_sign)
        is_plain = pc.or_(is_plain, pc.equal(cells, ""))
        return self._odd(cells, blank_to_null(cells), booleans(is_plain))


class Amounts:
    """``amounts.euros`` on a column: what has one sign at most is an array's work."""

    def __init__(self, ask: Ask, *, may_be_negative: bool = True) -> None:
        self._odd = Odd(Asker(ask, pa.int64()))
        self._may_be_negative = may_be_negative

    def __call__(self, cells: pa.Array) -> Column:
        packed = cells
        if pc.any(pc.match_substring_regex(cells, _BLANKS)).as_py():
            packed = pc.replace_substring_regex(cells, _BLANKS, "")
        is_amount = pc.match_substring_regex(packed, _PLAIN_AMOUNT)
        if not self._may_be_negative:
            is_amount = pc.and_not(is_amount, pc.starts_with(packed, "-"))
        is_blank = pc.equal(packed, "")
        digits = pc.if_else(is_amount, packed, pa.scalar(None, pa.string()))
        values, rounded = _whole(digits)
        found = self._odd(cells, values, booleans(pc.or_(is_amount, is_blank)))
        if rounded:
            found.repairs["rounded"] += rounded
        return found


def _whole(digits: pa.Array) -> tuple[pa.Array, int]:
    """Rounded half away from zero, and how many had other cents than none."""
    digits = pc.replace_substring(digits, "€", "")
    has_cents = pc.match_substring_regex(digits, "[.,]")
    if not pc.any(has_cents).as_py():
        return pc.cast(digits, pa.int64()), 0
    exact = pc.cast(pc.replace_substring(digits, ",", "."), pa.float64())
    whole = pc.round(exact, round_mode="half_towards_infinity")
    rounded = pc.sum(pc.not_equal(whole, exact)).as_py() or 0
    return pc.cast(whole, pa.int64()), rounded


class Digits:
    """Plain numbers of so many digits with a right key; others are asked about."""

    def __init__(self, ask: Ask, width: int) -> None:
        self._odd = Odd(Asker(ask, pa.int64()))
        self._width = width

    def __call__(self, cells: pa.Array) -> Column:
        values, is_right = keys.numbers(cells, self._width)
        nics = 100_000 if self._width == 14 else 1
        sirens = values // nics
        is_right &= (sirens > 0) & keys.are_siren_keys(sirens)
        is_blank = booleans(pc.equal(cells, ""))
        plain = pa.array(values, mask=~is_right)
        return self._odd(cells, plain, is_right | is_blank)


Reader = Callable[[pa.Array], Column]


def constant(value: Any, type_: pa.DataType, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, type_), count)
