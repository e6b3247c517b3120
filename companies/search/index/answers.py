"""One search over the blocks: which rows, how many of each kind, in what order."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from heapq import merge
from typing import Any

import numpy as np

from companies import nomenclature
from companies.choices import Status
from companies.nomenclature import Range
from companies.search import days, sql
from companies.search.counts import READINGS, SITE_LEVELS, Counts
from companies.search.criteria import (
    ANY_ESTABLISHMENT,
    CONTACTS,
    EMAIL,
    UNKNOWN,
    Bounds,
    Criteria,
)
from companies.search.index import bits, opened
from companies.search.index.bits import Words
from companies.search.index.block import WHOLE, Block, Window, band_of
from companies.search.index.columns import CONTACT_EMAIL, CONTACT_PHONE, EVENT_KINDS
from companies.search.index.columns import unknown as unknown_of
from companies.search.index.order import Order, Place
from companies.search.index.sets import LIST, PURSUIT, STATUSES, list_keys
from companies.search.index.store import View
from companies.search.index.words import Texts, slices
from companies.search.names import NameQuery

# Fewer rows than that are counted one by one, more by whole words of bits.
_FEW = 30_000
_EPOCH = date(1970, 1, 1)
_PROSPECT = STATUSES.index(Status.PROSPECT)
_BANDS = tuple(nomenclature.HEADCOUNT_BANDS.values())
_LEGAL_UNKNOWN = unknown_of(2)


def day_number(day: date) -> int:
    return (day - _EPOCH).days


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one block: what is no facet, and what each facet lets in.

    A facet that filters nothing is not there; ``window`` holds the chosen places.
    """

    block: Block
    base: Words
    facets: dict[str, Words]
    window: Window

    @property
    def chosen(self) -> Words:
        return self.ignoring("")

    def ignoring(self, facet: str) -> Words:
        words = self.base
        for name, allowed in self.facets.items():
            if name != facet:
                words = words & allowed
        return words

    def window_of(self, facet: str) -> Window:
        return WHOLE if facet == "place" else self.window


class Answer:
    """Everything about one search, over what one view holds; nothing is kept."""

    def __init__(
        self, view: View, criteria: Criteria, name: NameQuery, desk_id: int | None
    ) -> None:
        self._view, self._criteria = view, criteria
        self._name, self._desk_id = name, desk_id

    def total(self) -> int:
        return sum(bits.count(found.chosen) for found in self._found)

    def never_enriched(self) -> int:
        """Companies that meet the register's criteria and have nothing beyond it."""
        if not self._criteria.needs_target:
            return 0
        wider = Answer(
            self._view, self._criteria.register_only, self._name, self._desk_id
        )
        return sum(
            bits.count(found.chosen)
            for found in wider._found
            if not found.block.is_target
        )

    @cached_property
    def _found(self) -> list[Found]:
        blocks = self._view.blocks
        if self._criteria.needs_target:
            blocks = tuple(block for block in blocks if block.is_target)
        return [self._in(block) for block in blocks]

    # Which rows

    def _in(self, block: Block) -> Found:
        criteria = self._criteria
        base = block.present
        for part in self._others(block):
            base = base & part
        facets, window = {}, WHOLE
        if criteria.naf:
            spans = [nomenclature.naf_levels()[c][1] for c in criteria.naf_codes]
            facets["naf"] = block.naf(spans)
        if criteria.has_place:
            facets["place"], window = self._place(block)
        if criteria.tranche:
            facets["headcount"] = block.bands(_band_numbers(criteria.tranche))
        if criteria.forme:
            codes = [_LEGAL_UNKNOWN if c == UNKNOWN else int(c) for c in criteria.forme]
            facets["legal_form"] = block.legal_forms(codes)
        if criteria.statut:
            facets["status"] = self._status(block)
        return Found(block, base, facets, window)

    def _others(self, block: Block) -> Iterator[Words]:
        criteria = self._criteria
        if not criteria.fermees and not criteria.siren:
            yield block["active"]
        yield from self._named(block)
        if criteria.siren:
            sirens = np.array([int(siren) for siren in criteria.siren], np.int64)
            yield bits.of_positions(block.rows_of(sirens), block.rows)
        yield from _since(block, "seniority", criteria.age)
        if block.is_target:
            yield from _readings(block, criteria)
            yield from _events(block, criteria)
        yield from self._lists(block)

    def _named(self, block: Block) -> Iterator[Words]:
        name = self._name
        if name.finds_nothing:
            yield bits.none(block.rows)
        if name.sirens:
            known = block["sorted_siren"]
            low, high = np.array(name.sirens, known.dtype)
            start = np.searchsorted(known, low)
            end = np.searchsorted(known, high, side="right")
            yield bits.of_positions(block["order_siren"][start:end], block.rows)
        texts = Texts(block["word_text"], block["word_ends"])
        for word in name.words:
            yield bits.of_positions(
                np.concatenate(
                    [
                        np.empty(0, np.uint32),
                        *(
                            block.named(start, end)
                            for form in word.forms
                            for start, end in slices(texts, form, word.is_prefix)
                        ),
                    ]
                ),
                block.rows,
            )

    def _lists(self, block: Block) -> Iterator[Words]:
        for public_ids, is_wanted in (
            (self._criteria.liste, True),
            (self._criteria.hors_liste, False),
        ):
            if not public_ids:
                continue
            listed = bits.none(block.rows)
            for key in list_keys(public_ids, self._desk_id):
                members = self._view.sets.of(LIST, key)
                rows, _ = members.rows_in(block)
                listed |= bits.of_positions(rows, block.rows)
            yield listed if is_wanted else ~listed

    def _place(self, block: Block) -> tuple[Words, Window]:
        spans = sql.place_spans(self._criteria)
        if self._criteria.in_any_establishment:
            return block.sites_in(spans), WHOLE
        ranges = block.place_rows(spans)
        filled = [(start, end) for start, end in ranges if end > start]
        if not filled:
            return bits.none(block.rows), Window(0, 0)
        first, last = min(filled)[0], max(end for _, end in filled)
        return bits.of_ranges(filled, block.rows), Window(first >> 6, bits.size(last))

    def _status(self, block: Block) -> Words:
        """No pursuit is ``prospect``: then the rows of the other statuses are out."""
        wanted = [STATUSES.index(value) for value in self._criteria.statut]
        rows, values = self._pursued(block)
        is_wanted = np.isin(values, wanted)
        if _PROSPECT in wanted:
            return ~bits.of_positions(rows[~is_wanted], block.rows)
        return bits.of_positions(rows[is_wanted], block.rows)

    def _pursued(self, block: Block) -> tuple[bits.Positions, bits.Positions]:
        if self._desk_id is None:
            return np.empty(0, np.int64), np.empty(0, np.int8)
        return self._view.sets.of(PURSUIT, self._desk_id).rows_in(block)

    # How many

    def counts(self) -> Counts:
        counts = Counts(never_enriched=self.never_enriched())
        for found in self._found:
            self._count(found, counts)
        for facet in ("naf", "place", "headcount", "legal_form", "status"):
            counted = getattr(counts, facet)
            setattr(counts, facet, {k: n for k, n in counted.items() if n})
        return counts

    def _count(self, found: Found, counts: Counts) -> None:
        chosen = found.chosen
        total = bits.count(chosen)
        counts.total += total
        if total and found.block.is_target:
            _count_readings(found, chosen, total, counts)
        if self._criteria.lieu == ANY_ESTABLISHMENT:
            self._count_sites(found, counts)
            place = _nowhere
        else:
            place = self._places
        for facet, count in (
            ("naf", self._naf),
            ("place", place),
            ("headcount", _headcounts),
            ("legal_form", _legal_forms),
            ("status", self._statuses),
        ):
            words = found.ignoring(facet) if facet in found.facets else chosen
            number = total if words is chosen else bits.count(words)
            if number:
                _add(getattr(counts, facet), count(found, words, number))

    def _naf(self, found: Found, words: Words, number: int) -> dict[int | None, int]:
        block, spans = found.block, opened.naf_spans(self._criteria)
        if number <= _FEW:
            naf = block["naf"][bits.positions(words)]
            firsts = np.array([span.first for span in spans])
            place = np.searchsorted(firsts, naf[naf > 0], side="right") - 1
            counted = np.bincount(place, minlength=len(spans))
            return {int(firsts[n]): int(counted[n]) for n in np.flatnonzero(counted)}
        window = found.window_of("naf")
        return dict(block.naf_counts(words, spans, window).items())

    def _places(self, found: Found, words: Words, number: int) -> dict[int | None, int]:
        spans = opened.place_spans(self._criteria)
        counted = found.block.place_counts(words, spans)
        return {
            span.first: int(count)
            for span, count in zip(spans, counted, strict=True)
            if count
        }

    def _count_sites(self, found: Found, counts: Counts) -> None:
        """Companies by where they have an open establishment, each once by place."""
        words = found.ignoring("place")
        communes = [
            nomenclature.department_ranges()[code]
            for code in self._criteria.opened_departments
        ]
        everywhere = [Range(0, len(nomenclature.place_by_id()) + 1)]
        for level in SITE_LEVELS:
            spans = communes if level == "commune" else everywhere
            counted = counts.sites.setdefault(level, {})
            _add(counted, found.block.site_counts(level, words, spans))

    def _statuses(self, found: Found, words: Words, number: int) -> dict[str, int]:
        rows, values = self._pursued(found.block)
        inside = bits.test(words, rows)
        by_status = np.bincount(values[inside], minlength=len(STATUSES))
        by_status[_PROSPECT] += number - int(inside.sum())
        return dict(zip(STATUSES, by_status.tolist(), strict=True))

    # In what order

    def ordered(
        self,
        column: str,
        after: Place | None,
        most: int,
        *,
        descending: bool,
        backwards: bool,
    ) -> list[Place]:
        """Up to ``most`` companies after a place, or before it, in the list's order."""
        places: list[Place] = []
        for found in self._found:
            order = self._order(found.block, column, descending=descending)
            places += order(found.chosen, after, most, backwards)
        places.sort(key=_by_key(descending), reverse=descending)
        return places[-most:] if backwards else places[:most]

    def _order(
        self, block: Block, column: str, *, descending: bool
    ) -> "Callable[[Words, Place | None, int, bool], list[Place]]":
        if column == "status":
            return _StatusOrder(block, *self._pursued(block), descending).take
        order = Order(block, column, descending=descending)
        return lambda chosen, after, most, backwards: order.take(
            chosen, after, most, backwards=backwards
        )

    def walked(self, column: str, *, descending: bool) -> Iterator[int]:
        """Every SIREN in the list's order, without all of them ever being in memory."""
        if column == "status":
            yield from self._walk_statuses(descending=descending)
            return
        rows = [
            _each(Order(f.block, column, descending=descending), f.chosen)
            for f in self._found
        ]
        merged = merge(*rows, key=_by_key(descending), reverse=descending)
        yield from (place.siren for place in merged)

    def _walk_statuses(self, *, descending: bool) -> Iterator[int]:
        after: Place | None = None
        while places := self.ordered(
            "status", after, 10_000, descending=descending, backwards=False
        ):
            yield from (place.siren for place in places)
            after = places[-1]


def _each(order: Order, chosen: Words) -> Iterator[Place]:
    for places in order.walk(chosen):
        yield from places


def _by_key(descending: bool) -> Callable[[Place], tuple[bool, object, int]]:
    """The unknown come last, whichever way the list is read."""

    def key(place: Place) -> tuple[bool, object, int]:
        is_known = place.key is not None
        return (is_known is descending, place.key if is_known else 0, place.siren)

    return key


class _StatusOrder:
    """Prospects by siren, before or after those that the desk pursues."""

    def __init__(
        self,
        block: Block,
        rows: bits.Positions,
        values: bits.Positions,
        descending: bool,
    ) -> None:
        pursued = values != _PROSPECT
        self._block, self._descending = block, descending
        self._rows, self._values = rows[pursued], values[pursued]

    def take(
        self, chosen: Words, after: Place | None, most: int, backwards: bool
    ) -> list[Place]:
        aside = bits.of_positions(self._rows, self._block.rows)
        order = Order(self._block, "siren", descending=self._descending)
        places = []
        if after is None or after.key == _PROSPECT + 1:
            since = after and Place(after.siren, after.siren)
            found = order.take(chosen & ~aside, since, most, backwards=backwards)
            places = [Place(_PROSPECT + 1, place.siren) for place in found]
        elif (after.key > _PROSPECT + 1) == (self._descending != backwards):
            found = order.take(chosen & ~aside, None, most, backwards=backwards)
            places = [Place(_PROSPECT + 1, place.siren) for place in found]
        inside = bits.test(chosen, self._rows)
        siren = self._block["siren"][self._rows[inside]].tolist()
        status = (self._values[inside] + 1).tolist()
        for place in (Place(k, s) for k, s in zip(status, siren, strict=True)):
            if after is None or self._is_beyond(place, after, backwards):
                places.append(place)
        places.sort(key=_by_key(self._descending), reverse=self._descending)
        return places[-most:] if backwards else places[:most]

    def _is_beyond(self, place: Place, after: Place, backwards: bool) -> bool:
        one, other = (place.key, place.siren), (after.key, after.siren)
        return one < other if self._descending != backwards else one > other


def _band_numbers(codes: tuple[str, ...]) -> list[int]:
    """0 is the unknown headcount, then the bands in their order."""
    known = list(nomenclature.HEADCOUNT_BANDS)
    return [0 if code == UNKNOWN else known.index(code) + 1 for code in codes]


def _readings(block: Block, criteria: Criteria) -> Iterator[Words]:
    for column, bounds, scale in (
        ("revenue", criteria.ca, 1_000_000),
        ("score", criteria.attractivite, 100),
        ("sale_likelihood", criteria.cedabilite, 100),
        ("coverage", criteria.couverture, 100),
    ):
        if bounds:
            low, high = bounds.whole(scale)
            yield block.between(column, low, high, with_unknown=bounds.with_unknown)
    if criteria.dirigeant:
        low, high = criteria.dirigeant.whole()
        # The column holds the age that the leader reaches in 2100.
        later = 2100 - days.today().year
        yield block.between(
            "leader_age",
            None if low is None else low + later,
            None if high is None else high + later,
            with_unknown=criteria.dirigeant.with_unknown,
        )
    yield from _since(block, "leader_tenure", criteria.anciennete)
    if criteria.maj:
        yield _freshness(block, criteria.maj)
    for kind in CONTACTS:
        if kind in criteria.contact:
            flag = CONTACT_EMAIL if kind == EMAIL else CONTACT_PHONE
            yield bits.pack(block["contact"] & flag > 0)


def _since(block: Block, column: str, bounds: Bounds) -> Iterator[Words]:
    """Whole years from a day to now; the column counts days backwards from 1970."""
    if not bounds:
        return
    latest, earliest = days.years_between(bounds)
    yield block.between(
        column,
        None if latest is None else -day_number(latest),
        None if earliest is None else -day_number(earliest) - 1,
        with_unknown=bounds.with_unknown,
    )


def _freshness(block: Block, bounds: Bounds) -> Words:
    low, high = bounds.whole()
    today = day_number(days.today())
    return block.between(
        "enriched_on",
        None if high is None else max(today - high, 0),
        None if low is None else today - low,
        with_unknown=bounds.with_unknown,
    )


def _events(block: Block, criteria: Criteria) -> Iterator[Words]:
    first = criteria.evenement_du or date.min
    last = criteria.evenement_au or date.max
    for kinds, is_wanted in (
        (criteria.evenement, True),
        (criteria.sans_evenement, False),
    ):
        if kinds:
            numbers = [EVENT_KINDS[kind] for kind in kinds]
            had = block.had_event(numbers, day_number(first), day_number(last))
            yield had if is_wanted else ~had


def _nowhere(found: Found, words: Words, number: int) -> dict[int | None, int]:
    return {}


def _add(counts: dict[Any, int], more: Mapping[Any, int]) -> None:
    for key, number in more.items():
        counts[key] = counts.get(key, 0) + number


def _headcounts(found: Found, words: Words, number: int) -> dict[int | None, int]:
    if number <= _FEW:
        people = found.block["headcount"][bits.positions(words)]
        counted = np.bincount(band_of(people), minlength=len(_BANDS) + 1).tolist()
    else:
        counted = found.block.band_counts(words, found.window_of("headcount"))
    lower = (None, *(band.lower for band in _BANDS))
    return dict(zip(lower, counted, strict=True))


def _legal_forms(found: Found, words: Words, number: int) -> dict[int | None, int]:
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
    if microseconds == unknown_of(8):
        return None
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)
