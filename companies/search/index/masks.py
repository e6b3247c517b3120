"""What each criterion lets in, as bits of a block's rows; ``sql`` has it as conditions.

What depends on the desk, its lists and its statuses, is in ``found``.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np

from companies import nomenclature
from companies.search import days, sql
from companies.search.criteria import CONTACTS, EMAIL, UNKNOWN, Bounds, Criteria
from companies.search.index import bits
from companies.search.index.bits import Words
from companies.search.index.block import WHOLE, Block, Window
from companies.search.index.columns import (
    CONTACT_EMAIL,
    CONTACT_PHONE,
    EVENT_KINDS,
    day_number,
    unknown,
)
from companies.search.index.words import Texts, slices
from companies.search.names import NameQuery


def naf(block: Block, criteria: Criteria) -> Words:
    levels = nomenclature.naf_levels()
    return block.naf([levels[code][1] for code in criteria.naf_codes])


def place(block: Block, criteria: Criteria) -> tuple[Words, Window]:
    spans = sql.place_spans(criteria)
    if criteria.in_any_establishment:
        return block.sites_in(spans), WHOLE
    ranges = block.place_rows(spans)
    filled = [(start, end) for start, end in ranges if end > start]
    if not filled:
        return bits.none(block.rows), Window(0, 0)
    first, last = min(filled)[0], max(end for _, end in filled)
    return bits.of_ranges(filled, block.rows), Window(first >> 6, bits.size(last))


def headcount(block: Block, criteria: Criteria) -> Words:
    known = list(nomenclature.HEADCOUNT_BANDS)
    # 0 is the unknown headcount, then the bands in their order.
    return block.bands(
        [0 if code == UNKNOWN else known.index(code) + 1 for code in criteria.tranche]
    )


def legal_form(block: Block, criteria: Criteria) -> Words:
    missing = unknown(block["legal_form"].dtype.itemsize)
    return block.legal_forms(
        [missing if code == UNKNOWN else int(code) for code in criteria.forme]
    )


def others(block: Block, criteria: Criteria) -> Iterator[Words]:
    """What is no facet, and is the same for every desk."""
    if not criteria.fermees and not criteria.siren:
        yield block["active"]
    if criteria.siren:
        sirens = np.array([int(siren) for siren in criteria.siren], np.int64)
        yield bits.of_positions(block.rows_of(sirens), block.rows)
    yield from _since(block, "seniority", criteria.age)
    if block.is_target:
        yield from _readings(block, criteria)
        yield from _events(block, criteria)


def named(block: Block, name: NameQuery) -> Iterator[Words]:
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
        lists = [
            block.named(start, end)
            for form in word.forms
            for start, end in slices(texts, form, word.is_prefix)
        ]
        bearers = np.concatenate([np.empty(0, np.uint32), *lists])
        yield bits.of_positions(bearers, block.rows)


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
        yield _leader_age(block, criteria.dirigeant)
    yield from _since(block, "leader_tenure", criteria.anciennete)
    if criteria.maj:
        yield _freshness(block, criteria.maj)
    for kind in CONTACTS:
        if kind in criteria.contact:
            flag = CONTACT_EMAIL if kind == EMAIL else CONTACT_PHONE
            yield bits.pack(block["contact"] & flag > 0)


def _leader_age(block: Block, bounds: Bounds) -> Words:
    low, high = bounds.whole()
    # The column holds the age that the leader reaches in 2100.
    later = 2100 - days.today().year
    return block.between(
        "leader_age",
        None if low is None else low + later,
        None if high is None else high + later,
        with_unknown=bounds.with_unknown,
    )


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
