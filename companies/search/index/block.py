"""A group of companies in (place, siren) order, with what answers about them.

Places are then ranges of rows. A value that many rows bear has its rows as bits, a
rare one as a list: either way a filter is a union and a facet a count of both.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from companies import nomenclature
from companies.nomenclature import Range
from companies.search.index import bits, words
from companies.search.index.bits import Positions, Words
from companies.search.index.columns import (
    EVENT_KINDS,
    REGISTER,
    TARGET,
    Names,
    Table,
    unknown,
)

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]

ACTIVE = 1
BIN, BINS = 500, 20
READINGS = ("score", "sale_likelihood", "coverage")
# Columns that the list sorts by; rows are in (geo, siren) order already.
SORTED_REGISTER = ("siren", "naf", "legal_form", "seniority", "headcount")
SORTED_TARGET = (
    "scored_at",
    "revenue",
    "net_income",
    *READINGS,
    "enriched_at",
    "leader_age",
    "leader_tenure",
)
# Below one row in so many, a list of rows takes less room than bits.
_RARE = 32
_FLOORS = np.array([band.lower for band in nomenclature.HEADCOUNT_BANDS.values()])


def derive(
    rows: Table,
    events: Table | None = None,
    sites: Table | None = None,
    names: Names | None = None,
) -> dict[str, Array]:
    """Every array of a block; ``rows`` have the columns of REGISTER, maybe TARGET's.

    ``names`` may name companies that are not among the rows.
    """
    is_target = "revenue" in (rows.dtype.names or ())
    rows = rows[np.argsort(_pair(rows["geo"], rows["siren"]), kind="stable")]
    columns = (*REGISTER, *TARGET) if is_target else REGISTER
    arrays = {c.name: np.ascontiguousarray(rows[c.name]) for c in columns}
    siren = arrays["siren"]
    for name in (*SORTED_REGISTER, *(SORTED_TARGET if is_target else ())):
        arrays |= _order(name, arrays[name], siren)
    arrays["sorted_siren"] = siren[arrays["order_siren"]]
    arrays["active"] = bits.pack(arrays["flags"] & ACTIVE > 0)
    arrays |= _naf_bits(arrays) | _legal_forms(arrays) | _bands(arrays)
    if is_target:
        arrays |= _readings(arrays)
    if events is not None:
        arrays |= _events(events, arrays)
    if sites is not None:
        arrays |= _sites(sites, arrays)
    if names is not None:
        arrays |= _names(names, arrays)
    return arrays


def _pair(first: Array, second: Array) -> npt.NDArray[np.int64]:
    """One number that sorts as both would."""
    pair: npt.NDArray[np.int64] = (first.astype(np.int64) << 32) | second
    return pair


def _order(name: str, key: Array, siren: Array) -> dict[str, Array]:
    if name == "siren":
        order = np.argsort(siren)
    elif key.dtype.itemsize <= 4:
        order = np.argsort(_pair(key, siren))
    else:
        order = np.lexsort((siren, key))
    return _both_ways(name, order)


def _both_ways(name: str, order: Array) -> dict[str, Array]:
    rank = np.empty(len(order), np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    return {f"order_{name}": order.astype(np.uint32), f"rank_{name}": rank}


def _naf_bits(arrays: dict[str, Array]) -> dict[str, Array]:
    """Sections and divisions that many companies bear."""
    naf, count = arrays["naf"], len(arrays["naf"])
    spans = [
        span for code, (_, span) in nomenclature.naf_levels().items() if len(code) <= 2
    ]
    ordered = naf[arrays["order_naf"]]
    starts = np.searchsorted(ordered, [span.first for span in spans])
    ends = np.searchsorted(ordered, [span.last for span in spans], side="right")
    dense = [
        span
        for span, start, end in zip(spans, starts, ends, strict=True)
        if (end - start) * _RARE > count
    ]
    numbers = np.arange(len(nomenclature.naf_by_id()) + 2)
    return {
        "naf_starts": np.searchsorted(ordered, numbers),
        "naf_first": np.array([span.first for span in dense], np.int16),
        "naf_last": np.array([span.last for span in dense], np.int16),
        "naf_bits": _stack([bits.between(naf, s.first, s.last) for s in dense], count),
    }


def _stack(rows: list[Words], count: int) -> Array:
    return np.array(rows) if rows else np.zeros((0, bits.size(count)), np.uint64)


def _legal_forms(arrays: dict[str, Array]) -> dict[str, Array]:
    """Bits of the frequent forms; the rows of the others, form after form."""
    order, form = arrays["order_legal_form"], arrays["legal_form"]
    codes, starts = np.unique(form[order], return_index=True)
    ends = np.append(starts[1:], len(order))
    is_dense = (ends - starts) * _RARE > len(order)
    rare = [order[s:e] for s, e in zip(starts[~is_dense], ends[~is_dense], strict=True)]
    lengths = [len(rows) for rows in rare]
    return {
        "form_codes": codes[is_dense],
        "form_bits": _stack(
            [bits.pack(form == code) for code in codes[is_dense]], len(form)
        ),
        "rare_form_codes": codes[~is_dense],
        "rare_form_starts": np.cumsum([0, *lengths]).astype(np.int64),
        "rare_form_rows": np.concatenate([np.empty(0, np.uint32), *rare]),
    }


def band_of(headcount: Array) -> npt.NDArray[np.int64]:
    """0 for unknown, then the bands in their order."""
    return np.searchsorted(_FLOORS, headcount, side="right")


def _bands(arrays: dict[str, Array]) -> dict[str, Array]:
    band = band_of(arrays["headcount"]).astype(np.int8)
    rows = [bits.pack(band == number) for number in range(len(_FLOORS) + 1)]
    return {"band_bits": np.array(rows)}


def _readings(arrays: dict[str, Array]) -> dict[str, Array]:
    found = {}
    for name in READINGS:
        bins = _bin_of(arrays[name])
        found[f"bits_{name}"] = np.array([bits.pack(bins == n) for n in range(BINS)])
    found["not_evaluable"] = bits.pack(arrays["score_state"] == 2)
    return found


def _bin_of(reading: Array) -> Array:
    """Of five points each; a hundred is in the last one, unknown in none."""
    return np.where(reading < 0, -1, np.minimum(reading // BIN, BINS - 1))


def _rows_of(siren: Array, arrays: Arrays) -> tuple[Positions, npt.NDArray[np.bool_]]:
    """The rows of these companies, and which of them are here at all."""
    known = arrays["sorted_siren"]
    if not len(known):
        return np.empty(0, np.int64), np.zeros(len(siren), np.bool_)
    # Of one type on both sides: numpy would widen a copy of the whole column.
    siren = siren.astype(known.dtype, copy=False)
    place = np.minimum(np.searchsorted(known, siren), len(known) - 1)
    is_here = known[place] == siren
    return arrays["order_siren"][place[is_here]].astype(np.int64), is_here


def _events(events: Table, arrays: Arrays) -> dict[str, Array]:
    rows, is_here = _rows_of(events["siren"], arrays)
    kind, day = events["kind"][is_here], events["day"][is_here]
    order = np.lexsort((day, kind))
    starts = np.searchsorted(kind[order], np.arange(len(EVENT_KINDS) + 1))
    return {
        "event_starts": starts.astype(np.int64),
        "event_day": day[order],
        "event_row": rows[order].astype(np.uint32),
    }


def _sites(sites: Table, arrays: Arrays) -> dict[str, Array]:
    """(place, row) once by company and commune; bits by département and région."""
    rows, is_here = _rows_of(sites["siren"], arrays)
    geo = sites["geo"][is_here]
    found = {}
    for level, place in (
        ("commune", geo),
        ("department", _number(geo, nomenclature.department_ranges().values())),
        ("region", _number(geo, nomenclature.region_ranges().values())),
    ):
        pairs = np.unique(_pair(place, rows))
        places, firsts = np.unique(pairs >> 32, return_index=True)
        lists = np.split((pairs & 0xFFFFFFFF).astype(np.uint32), firsts[1:])
        if level == "commune":
            found["site_commune"] = (pairs >> 32).astype(np.int32)
            found["site_commune_row"] = np.concatenate(lists)
            continue
        count = len(arrays["siren"])
        found[f"site_{level}_places"] = places.astype(np.int32)
        found[f"site_{level}_bits"] = _stack(
            [bits.of_positions(each, count) for each in lists[: len(places)]], count
        )
    return found


def _number(geo: Array, spans: Iterable[Range]) -> Array:
    """The first commune of the span that holds each commune stands for the span."""
    firsts = np.array(sorted(span.first for span in spans))
    place: Array = firsts[np.maximum(np.searchsorted(firsts, geo, side="right") - 1, 0)]
    return place


def _names(names: Names, arrays: Arrays) -> dict[str, Array]:
    rows, is_here = _rows_of(names.siren, arrays)
    folded = names.folded.filter(pa.array(is_here))
    text, ends = words.texts(folded)
    return {
        **_both_ways("name", _complete(rows, len(arrays["siren"]))),
        "name_text": text,
        "name_ends": ends,
        **words.postings(folded, rows),
    }


def _complete(rows: Positions, count: int) -> Positions:
    """Rows without a name come last: a name of the register is never missing long."""
    missing = np.setdiff1d(np.arange(count), rows)
    return np.concatenate([rows, missing])


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
        return _rows_of(siren, self._of)[0]

    def rows_of_each(self, siren: Array) -> tuple[Positions, npt.NDArray[np.bool_]]:
        return _rows_of(siren, self._of)

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
            if (end - start) * _RARE > self.rows:
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
