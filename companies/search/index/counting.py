"""How many of each kind: every facet without its own filter, and the readings."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from companies import nomenclature
from companies.nomenclature import Range
from companies.search.counts import READINGS, SITE_LEVELS, Counts
from companies.search.criteria import ANY_ESTABLISHMENT
from companies.search.index import bits, opened
from companies.search.index.bits import Words
from companies.search.index.block import Block
from companies.search.index.columns import unknown
from companies.search.index.found import Asked, Found
from companies.search.index.likeness import band_of
from companies.search.index.sets import PROSPECT, STATUSES

# Fewer rows than that are counted one by one, more by whole words of bits.
_FEW = 30_000
_BANDS = tuple(nomenclature.HEADCOUNT_BANDS.values())
_LEGAL_UNKNOWN = unknown(2)


def count(asked: Asked, everywhere: Iterable[Found]) -> Counts:
    """All that is counted of the rows found; ``never_enriched`` is not."""
    counts = Counts()
    for found in everywhere:
        _count(asked, found, counts)
    for facet in _FACETS:
        counted = getattr(counts, facet)
        setattr(counts, facet, {k: n for k, n in counted.items() if n})
    return counts


def _count(asked: Asked, found: Found, counts: Counts) -> None:
    chosen = found.chosen
    total = bits.count(chosen)
    counts.total += total
    if total and found.block.is_target:
        _count_readings(found, chosen, total, counts)
    if asked.criteria.lieu == ANY_ESTABLISHMENT:
        _count_sites(asked, found, counts)
    for facet, count_facet in _FACETS.items():
        words = found.ignoring(facet) if facet in found.facets else chosen
        number = total if words is chosen else bits.count(words)
        if number:
            _add(getattr(counts, facet), count_facet(asked, found, words, number))


def _add(counts: dict[Any, int], more: Mapping[Any, int]) -> None:
    for key, number in more.items():
        counts[key] = counts.get(key, 0) + number


# Facets: the rows of ``words``, of which there are ``number``, by kind


def _naf(asked: Asked, found: Found, words: Words, number: int) -> dict[int, int]:
    block, spans = found.block, opened.naf_spans(asked.criteria)
    if number > _FEW:
        return block.naf_counts(words, spans, found.window_of("naf"))
    naf = block["naf"][bits.positions(words)]
    firsts = np.array([span.first for span in spans])
    place = np.searchsorted(firsts, naf[naf > 0], side="right") - 1
    counted = np.bincount(place, minlength=len(spans))
    return {int(firsts[n]): int(counted[n]) for n in np.flatnonzero(counted)}


def _places(asked: Asked, found: Found, words: Words, number: int) -> dict[int, int]:
    """By where the company is; nothing when any establishment counts: see the sites."""
    if asked.criteria.lieu == ANY_ESTABLISHMENT:
        return {}
    spans = opened.place_spans(asked.criteria)
    counted = found.block.place_counts(words, spans)
    return {
        span.first: int(count)
        for span, count in zip(spans, counted, strict=True)
        if count
    }


def _headcounts(
    asked: Asked, found: Found, words: Words, number: int
) -> dict[int | None, int]:
    if number <= _FEW:
        people = found.block["headcount"][bits.positions(words)]
        counted = np.bincount(band_of(people), minlength=len(_BANDS) + 1).tolist()
    else:
        counted = found.block.band_counts(words, found.window_of("headcount"))
    lower = (None, *(band.lower for band in _BANDS))
    return dict(zip(lower, counted, strict=True))


def _legal_forms(
    asked: Asked, found: Found, words: Words, number: int
) -> dict[int | None, int]:
    if number <= _FEW:
        forms = found.block["legal_form"][bits.positions(words)]
        codes, numbers = np.unique(forms, return_counts=True)
        counted = dict(zip(codes.tolist(), numbers.tolist(), strict=True))
    else:
        window = found.window_of("legal_form")
        counted = found.block.legal_form_counts(words, window)
    return {
        None if code == _LEGAL_UNKNOWN else code: count
        for code, count in counted.items()
    }


def _statuses(asked: Asked, found: Found, words: Words, number: int) -> dict[str, int]:
    rows, values = asked.pursued(found.block)
    inside = bits.test(words, rows)
    by_status = np.bincount(values[inside], minlength=len(STATUSES))
    by_status[PROSPECT] += number - int(inside.sum())
    return dict(zip(STATUSES, by_status.tolist(), strict=True))


_FACETS: dict[str, Callable[[Asked, Found, Words, int], Mapping[Any, int]]] = {
    "naf": _naf,
    "place": _places,
    "headcount": _headcounts,
    "legal_form": _legal_forms,
    "status": _statuses,
}


def _count_sites(asked: Asked, found: Found, counts: Counts) -> None:
    """Companies by where they have an open establishment, each once by place."""
    words = found.ignoring("place")
    communes = [
        nomenclature.department_ranges()[code]
        for code in asked.criteria.opened_departments
    ]
    everywhere = [Range(0, len(nomenclature.place_by_id()) + 1)]
    for level in SITE_LEVELS:
        spans = communes if level == "commune" else everywhere
        counted = counts.sites.setdefault(level, {})
        _add(counted, found.block.site_counts(level, words, spans))


def _count_readings(found: Found, chosen: Words, total: int, counts: Counts) -> None:
    block, window = found.block, found.window
    counts.not_evaluable += bits.count(chosen & block["not_evaluable"])
    for name in READINGS:
        bins: Counter[int] = Counter(counts.readings.get(name, {}))
        numbers = block.reading_counts(name, chosen, window)
        bins.update({n: int(count) for n, count in enumerate(numbers) if count})
        counts.readings[name] = dict(bins)
    scored = _last_scored(block, chosen, total)
    if scored is not None:
        counts.scored_at = max(scored, counts.scored_at or scored)


def _last_scored(block: Block, chosen: Words, total: int) -> datetime | None:
    """Of many, read from the latest: the first looked at are nearly always in."""
    order, column = block["order_scored_at"], block["scored_at"]
    if total <= _FEW:
        return _moment(int(column[bits.positions(chosen)].max()))
    for start in range(len(order), 0, -65_536):
        rows = order[max(start - 65_536, 0) : start]
        inside = rows[bits.test(chosen, rows)]
        if len(inside):
            return _moment(int(column[inside[-1]]))
    return None


def _moment(microseconds: int) -> datetime | None:
    if microseconds == unknown(8):
        return None
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)
