"""A group of companies in (place, siren) order, and what answers about them.

Places are then ranges of rows. A value that many rows bear has its rows as bits, a
rare one as a list: either way a filter is a union and a facet a count of both.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from companies.nomenclature import Range
from companies.search.index import bits
from companies.search.index.bits import Positions, Words
from companies.search.index.columns import unknown

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]

# Below one row in so many, a list of rows takes less room than bits.
RARE = 32


def rows_of(siren: Array, arrays: Arrays) -> tuple[Positions, npt.NDArray[np.bool_]]:
    """The rows of these companies, and which of them are here at all."""
    known = arrays["sorted_siren"]
    if not len(known):
        return np.empty(0, np.int64), np.zeros(len(siren), np.bool_)
    # Of one type on both sides: numpy would widen a copy of the whole column.
    siren = siren.astype(known.dtype, copy=False)
    place = np.minimum(np.searchsorted(known, siren), len(known) - 1)
    is_here = known[place] == siren
    return arrays["order_siren"][place[is_here]].astype(np.int64), is_here


@dataclass(frozen=True)
class Window:
    """Words outside of which a set of rows is known to be empty."""

    start: int = 0
    stop: int | None = None

    @property
    def slice(self) -> slice:
        return slice(self.start, self.stop)


WHOLE = Window()


class Block:
    """Answers from the arrays of ``derive``, mapped from files or in memory."""

    def __init__(self, arrays: Arrays, key: object = None) -> None:
        self._of = arrays
        # The same for every state of these rows: what was found once is found again.
        self.key = key or object()
        self.rows = len(arrays["siren"])
        self.is_target = "revenue" in arrays
        self.gone: Words | None = None

    def __getitem__(self, name: str) -> Array:
        return self._of[name]

    def __contains__(self, name: str) -> bool:
        return name in self._of

    def without(self, rows: Positions) -> "Block":
        """The same block, these rows being told elsewhere from now on."""
        fewer = Block(self._of, self.key)
        gone = bits.of_positions(rows, self.rows)
        fewer.gone = gone if self.gone is None else self.gone | gone
        return fewer

    def rows_of(self, siren: Array) -> Positions:
        return rows_of(siren, self._of)[0]

    def rows_of_each(self, siren: Array) -> tuple[Positions, npt.NDArray[np.bool_]]:
        return rows_of(siren, self._of)

    # Sets of rows

    @cached_property
    def present(self) -> Words:
        everyone = bits.every(self.rows)
        return everyone if self.gone is None else everyone & ~self.gone

    def between(
        self, name: str, low: int | None, high: int | None, *, with_unknown: bool
    ) -> Words:
        column = self._of[name]
        least = unknown(column.dtype.itemsize)
        low = least + 1 if low is None else max(low, least + 1)
        high = -least - 1 if high is None else high
        found = bits.between(column, low, high)
        if with_unknown:
            found |= bits.between(column, least, least)
        return found

    def naf(self, spans: Iterable[Range]) -> Words:
        found = bits.none(self.rows)
        lists = []
        for span in spans:
            dense = self._dense_naf.get((span.first, span.last))
            if dense is not None:
                found |= self._of["naf_bits"][dense]
                continue
            start, end = self._naf_slice(span)
            if (end - start) * RARE > self.rows:
                found |= bits.between(self._of["naf"], span.first, span.last)
            elif end > start:
                lists.append(self._of["order_naf"][start:end])
        if lists:
            found |= bits.of_positions(np.concatenate(lists), self.rows)
        return found

    @cached_property
    def _dense_naf(self) -> dict[tuple[int, int], int]:
        pairs = zip(self._of["naf_first"], self._of["naf_last"], strict=True)
        return {(int(a), int(b)): number for number, (a, b) in enumerate(pairs)}

    def _naf_slice(self, span: Range) -> tuple[int, int]:
        starts = self._of["naf_starts"]
        return int(starts[span.first]), int(starts[span.last + 1])

    def place_rows(self, spans: Iterable[Range]) -> list[tuple[int, int]]:
        geo = self._of["geo"]
        return [
            (
                int(np.searchsorted(geo, geo.dtype.type(span.first))),
                int(np.searchsorted(geo, geo.dtype.type(span.last), side="right")),
            )
            for span in spans
        ]

    def sites_in(self, spans: Iterable[Range]) -> Words:
        lists = [rows for _, rows in self._sites("commune", spans)]
        found = np.concatenate([np.empty(0, np.uint32), *lists])
        return bits.of_positions(found, self.rows)

    def _sites(
        self, level: str, spans: Iterable[Range]
    ) -> Iterator[tuple[Array, Array]]:
        """Places of the level and the rows that have an establishment there."""
        place, rows = self._of[f"site_{level}"], self._of[f"site_{level}_row"]
        for span in spans:
            start = np.searchsorted(place, place.dtype.type(span.first))
            end = np.searchsorted(place, place.dtype.type(span.last), side="right")
            yield place[start:end], rows[start:end]

    def legal_forms(self, codes: Iterable[int]) -> Words:
        found = bits.none(self.rows)
        wanted = set(codes)
        for number, code in enumerate(self._of["form_codes"]):
            if int(code) in wanted:
                found |= self._of["form_bits"][number]
        lists = [rows for code, rows in self._rare_forms().items() if code in wanted]
        if lists:
            found |= bits.of_positions(np.concatenate(lists), self.rows)
        return found

    def _rare_forms(self) -> dict[int, Array]:
        rows, starts = self._of["rare_form_rows"], self._of["rare_form_starts"]
        return {
            int(code): rows[start:end]
            for code, start, end in zip(
                self._of["rare_form_codes"], starts[:-1], starts[1:], strict=True
            )
        }

    def bands(self, numbers: Iterable[int]) -> Words:
        found: Words = np.bitwise_or.reduce(
            self._of["band_bits"][list(numbers)], axis=0
        )
        return found

    def had_event(self, kinds: Iterable[int], first: int, last: int) -> Words:
        """An event of one of the kinds on a day from ``first`` to ``last``."""
        starts, day = self._of["event_starts"], self._of["event_day"]
        lists = [np.empty(0, np.uint32)]
        for kind in kinds:
            low, high = starts[kind], starts[kind + 1]
            a = low + np.searchsorted(day[low:high], np.int32(first))
            b = low + np.searchsorted(day[low:high], np.int32(last), side="right")
            lists.append(self._of["event_row"][a:b])
        return bits.of_positions(np.concatenate(lists), self.rows)

    def named(self, first: int, end: int) -> Positions:
        """Rows that bear one of the words from ``first`` to before ``end``."""
        starts = self._of["word_starts"]
        rows: Positions = self._of["word_rows"][starts[first] : starts[end]]
        return rows

    # Counts

    def naf_counts(
        self, chosen: Words, spans: Iterable[Range], window: Window
    ) -> dict[int, int]:
        """By the first NAF number of each span."""
        dense: dict[int, int] = {}
        found: dict[int, int] = {}
        for span in spans:
            row = self._dense_naf.get((span.first, span.last))
            if row is not None:
                dense[span.first] = row
                continue
            start, end = self._naf_slice(span)
            rows = self._of["order_naf"][start:end]
            found[span.first] = int(bits.test(chosen, rows).sum())
        # One table: a copy of the rows asked for costs more than counting them all.
        counted = self._counts("naf_bits", chosen, window)
        return found | {first: int(counted[row]) for first, row in dense.items()}

    def _counts(
        self, name: str, chosen: Words, window: Window
    ) -> npt.NDArray[np.int64]:
        return bits.counts(self._of[name][:, window.slice], chosen[window.slice])

    def legal_form_counts(self, chosen: Words, window: Window) -> dict[int, int]:
        counted = self._counts("form_bits", chosen, window)
        codes = self._of["form_codes"]
        found = dict(zip(codes.tolist(), counted.tolist(), strict=True))
        starts = self._of["rare_form_starts"][:-1]
        if len(starts):
            hits = bits.test(chosen, self._of["rare_form_rows"])
            sums = np.add.reduceat(hits.view(np.uint8), starts, dtype=np.int64)
            codes = self._of["rare_form_codes"]
            found |= dict(zip(codes.tolist(), sums.tolist(), strict=True))
        return found

    def band_counts(self, chosen: Words, window: Window) -> list[int]:
        counted: list[int] = self._counts("band_bits", chosen, window).tolist()
        return counted

    def reading_counts(
        self, name: str, chosen: Words, window: Window
    ) -> npt.NDArray[np.int64]:
        return self._counts(f"bits_{name}", chosen, window)

    def place_counts(self, chosen: Words, spans: list[Range]) -> npt.NDArray[np.int64]:
        ranks, geo = bits.Ranks(chosen), self._of["geo"]
        firsts = np.array([span.first for span in spans], geo.dtype)
        lasts = np.array([span.last for span in spans], geo.dtype)
        start = np.searchsorted(geo, firsts)
        end = np.searchsorted(geo, lasts, side="right")
        return ranks.before(end) - ranks.before(start)

    def site_counts(
        self, level: str, chosen: Words, spans: Iterable[Range]
    ) -> dict[int, int]:
        """Companies with an establishment, by the first commune of each place."""
        if f"site_{level}_bits" in self:
            counted = bits.counts(self._of[f"site_{level}_bits"], chosen)
            places = self._of[f"site_{level}_places"]
            return {int(places[n]): int(counted[n]) for n in np.flatnonzero(counted)}
        found: dict[int, int] = {}
        for place, rows in self._sites(level, spans):
            counted = np.bincount(place[bits.test(chosen, rows)])
            found |= {int(n): int(counted[n]) for n in np.flatnonzero(counted)}
        return found
