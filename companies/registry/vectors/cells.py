"""Cells of whole columns: by array operations, or each different value once.

Columns come without null, blank for unknown; they go with null for unknown, as a
staging column has it.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from companies.registry import cells
from companies.registry.vectors import keys

Clean = Callable[..., str]
_SEPARATOR = "\x1f"
# Not ``pa.array``, which imports pandas: 40 MB in every process.
_NOTHING = pa.nulls(0, pa.string())
# Words of printable Latin letters, one blank between two: cells.text leaves them alone.
# Brackets and backslashes are not among them.
_PLAIN = "^[!-Z\\]-~À-ſ]+( [!-Z\\]-~À-ſ]+)*$"
_BETWEEN_LETTERS = "^[0-9A-Za-z](.*[0-9A-Za-z])?$"
# A vocabulary that never stops growing is no vocabulary.
_MOST_REMEMBERED = 100_000


def unknown_if_blank(column: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def text(column: pa.Array) -> pa.Array:
    """``cells.text``, asked only about what is not plainly clean."""
    is_odd = pc.invert(pc.match_substring_regex(column, _PLAIN))
    is_odd = pc.and_(is_odd, pc.not_equal(column, ""))
    return unknown_if_blank(_asked(cells.text, column, is_odd))


def trade_name(column: pa.Array) -> pa.Array:
    """``cells.trade_name``, asked only about what may wear an ornament."""
    is_odd = pc.invert(
        pc.and_(
            pc.match_substring_regex(column, _PLAIN),
            pc.match_substring_regex(column, _BETWEEN_LETTERS),
        )
    )
    is_odd = pc.and_(is_odd, pc.not_equal(column, ""))
    return unknown_if_blank(_asked(cells.trade_name, column, is_odd))


def _asked(clean: Clean, column: pa.Array, which: pa.Array) -> pa.Array:
    asked = column.filter(which)
    if not len(asked):
        return column
    answers = pa.array(map(clean, asked.to_pylist()), pa.string())
    return pc.replace_with_mask(column, which, answers)


def address(*parts: pa.Array) -> pa.Array:
    given = [unknown_if_blank(part) for part in parts]
    # Arrow drops a row whose parts are all skipped: a blank one stays.
    is_empty = pc.is_null(pc.coalesce(*given))
    given[0] = pc.if_else(is_empty, "", given[0])
    return text(pc.binary_join_element_wise(*given, " ", null_handling="skip"))


def siret_of_nic(siren: pa.Array, nic: pa.Array) -> pa.Array:
    return siret(pc.binary_join_element_wise(siren, nic, ""))


def siret(column: pa.Array) -> pa.Array:
    """Post offices have a rule of their own: what has no right key is asked again."""
    numbers, is_right = keys.numbers(column, 14)
    sirens = numbers // 100_000
    is_right &= (sirens > 0) & keys.are_siren_keys(sirens)
    return unknown_if_blank(_asked(cells.siret, column, pa.array(~is_right)))


_BY_ARRAY: dict[Clean, Callable[..., pa.Array]] = {
    cells.text: text,
    cells.trade_name: trade_name,
    cells.address: address,
    cells.siret_of_nic: siret_of_nic,
    cells.siret: siret,
}


class Cleaner:
    """One cell of a layout on whole columns, by array when there is a way."""

    def __init__(self, clean: Clean, width: int) -> None:
        self._by_array = _BY_ARRAY.get(clean)
        self._each = EachOnce(lambda *given: clean(*given).split("\t"), width)

    def __call__(self, columns: Sequence[pa.Array]) -> list[pa.Array]:
        if self._by_array is not None:
            return [self._by_array(*columns)]
        return [unknown_if_blank(column) for column in self._each(columns)]


class EachOnce:
    """Asks a function once for each different row of some columns, and remembers."""

    def __init__(self, ask: Callable[..., Sequence[str]], width: int) -> None:
        self._ask = ask
        self._width = width
        self._is_joined = False
        self._values = _NOTHING
        self._answers: list[pa.Array] = [_NOTHING] * width

    def __call__(self, columns: Sequence[pa.Array]) -> list[pa.Array]:
        given = _joined(columns)
        if given is None:
            return self._each_row(columns)
        self._is_joined = len(columns) > 1
        places = pc.index_in(given, value_set=self._values)
        if places.null_count:
            self._learn(pc.unique(given.filter(pc.is_null(places))))
            places = pc.index_in(given, value_set=self._values)
            if places.null_count:
                # The new ones took the place of the old: these are asked again.
                self._learn(pc.unique(given.filter(pc.is_null(places))))
                places = pc.index_in(given, value_set=self._values)
        return [answers.take(places) for answers in self._answers]

    def _each_row(self, columns: Sequence[pa.Array]) -> list[pa.Array]:
        rows = zip(*(column.to_pylist() for column in columns), strict=True)
        answers = zip(*(self._ask(*row) for row in rows), strict=True)
        return [pa.array(answer, pa.string()) for answer in answers]

    def _learn(self, values: pa.Array) -> None:
        if len(self._values) + len(values) > _MOST_REMEMBERED:
            self._forget()
        asked = [self._ask(*self._parts(value)) for value in values.to_pylist()]
        self._values = pa.concat_arrays([self._values, values])
        for place, known in enumerate(self._answers):
            new = pa.array([answer[place] for answer in asked], pa.string())
            self._answers[place] = pa.concat_arrays([known, new])

    def _parts(self, value: str) -> Sequence[str]:
        return value.split(_SEPARATOR) if self._is_joined else (value,)

    def _forget(self) -> None:
        self._values = _NOTHING
        self._answers = [_NOTHING] * self._width


def _joined(columns: Sequence[pa.Array]) -> pa.Array | None:
    """One text per row, or None when a cell holds what would part it wrongly."""
    if len(columns) == 1:
        return columns[0]
    joined = pc.binary_join_element_wise(*columns, _SEPARATOR)
    parts = pc.max(pc.count_substring(joined, _SEPARATOR)).as_py()
    return joined if parts in (None, len(columns) - 1) else None


def are(column: pa.Array, value: str) -> NDArray[np.bool_]:
    """Where a column says exactly this; unknown is not it."""
    said = pc.fill_null(pc.equal(column, value), fill_value=False)
    found: NDArray[np.bool_] = said.to_numpy(zero_copy_only=False)
    return found
