"""The door: criteria, sort and cursor in; rows, exact total and facets out.

The page, exports, saved searches and machines all enter here, so that what one of
them counts is what another one gets. The index of ``companies.search.index`` answers;
until it is built PostgreSQL does, and only ever gives the rows of the page.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.utils.translation import get_language

from companies.search import facets, lines, names, phrase
from companies.search.counts import READINGS, Counts
from companies.search.criteria import Criteria
from companies.search.cursor import Cursor
from companies.search.facets import Facets
from companies.search.index import store
from companies.search.index.door import Indexed
from companies.search.lines import Row
from companies.search.places import Place
from companies.search.plain import Plain

PAGE_SIZE = 50
BATCH = 5_000
STRIDE = 100_000


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: Cursor | None
    previous: Cursor | None


@dataclass(frozen=True, slots=True)
class Summary:
    """``never_enriched`` meet the register's criteria and were not enriched yet."""

    total: int
    not_evaluable: int
    never_enriched: int
    facets: Facets
    scored_at: datetime | None


@dataclass(frozen=True, slots=True)
class Search:
    """One search, ready to be asked for its page, its counts or all its rows."""

    criteria: Criteria
    sort: str
    desk_id: int | None
    name: names.NameQuery

    @property
    def corrected(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return self.name.corrected


@dataclass(frozen=True, slots=True)
class Result:
    """A page and its counts, read of one moment; ``words`` is the search in words."""

    page: Page
    summary: Summary
    words: str
    seconds: float


def search(criteria: Criteria, *, sort: str, desk_id: int | None) -> Search:
    """``desk_id`` is the reader's: statuses are that desk's, whoever else has some."""
    return Search(criteria, sort, desk_id, names.read(criteria.q))


def find(search: Search, cursor: Cursor | None = None) -> Result:
    """All that a page of results shows."""
    started = time.perf_counter()
    answer = _answer(search)
    summary = _summary(search, answer)
    page = _page(search, answer, cursor, PAGE_SIZE)
    words = phrase.in_words(search.criteria)
    return Result(page, summary, words, time.perf_counter() - started)


def page(
    search: Search, cursor: Cursor | None = None, *, size: int = PAGE_SIZE
) -> Page:
    """The page after the cursor, or before it when it points backwards."""
    return _page(search, _answer(search), cursor, size)


def summary(search: Search) -> Summary:
    """Exact total, facets and histograms."""
    return _summary(search, _answer(search))


def total(search: Search) -> int:
    return _answer(search).total()


def never_enriched(search: Search) -> int:
    """Companies that meet the register's criteria and have nothing beyond it."""
    return _answer(search).never_enriched()


def siren_batches(search: Search, *, batch: int = BATCH) -> Iterator[list[str]]:
    """Every company in the list's order: memory does not grow with their number.

    In a REPEATABLE READ transaction, all the batches are of one moment.
    """
    walked = _answer(search).walk(search.sort)
    while sirens := list(islice(walked, batch)):
        yield [f"{siren:09d}" for siren in sirens]


def stream(search: Search, *, batch: int = BATCH) -> Iterator[list[Row]]:
    """All the rows, as ``siren_batches`` gives their companies."""
    walked = _answer(search).walk(search.sort)
    while sirens := list(islice(walked, batch)):
        yield lines.read(sirens, desk_id=search.desk_id)


def sirens(search: Search, *, most: int) -> list[str]:
    """The first ``most`` companies in the list's order."""
    walked = _answer(search).walk(search.sort)
    return [f"{siren:09d}" for siren in islice(walked, most)]


def place_at(search: Search, number: int) -> Place | None:
    """Where the company of this number in the list stands; None beyond the last."""
    answer, place = _answer(search), None
    for start in range(0, number, STRIDE):
        most = min(STRIDE, number - start)
        places = answer.take(search.sort, place, most, backwards=False)
        if len(places) < most:
            return None
        place = places[-1]
    return place


def _answer(search: Search) -> Indexed | Plain:
    view = store.current()
    if view is None:
        return Plain(search.criteria, search.name, search.desk_id)
    return Indexed(view, search.criteria, search.name, search.desk_id)


def _page(
    search: Search, answer: Indexed | Plain, cursor: Cursor | None, size: int
) -> Page:
    backwards = cursor is not None and cursor.backwards
    after = Place(cursor.key, cursor.siren) if cursor else None
    places = answer.take(search.sort, after, size + 1, backwards=backwards)
    has_more = len(places) > size
    places = places[-size:] if backwards else places[:size]
    if not places:
        return Page([], None, None)
    forth = has_more or backwards
    back = cursor is not None and (has_more or not backwards)
    first, last = places[0], places[-1]
    return Page(
        lines.read([place.siren for place in places], desk_id=search.desk_id),
        Cursor(search.sort, last.key, last.siren) if forth else None,
        Cursor(search.sort, first.key, first.siren, backwards=True) if back else None,
    )


def _summary(search: Search, answer: Indexed | Plain) -> Summary:
    """In the reader's language; shared by all who ask the same: read only."""
    key = "summary", get_language()
    return answer.kept(key, lambda: told(search, answer.counts()))


def told(search: Search, counts: Counts) -> Summary:
    """The counts in the words of the page, for the facets that it shows."""
    criteria = search.criteria
    found = Facets(
        naf=facets.naf_options(counts.naf, criteria),
        place=facets.place_options(counts, criteria),
        headcount=facets.headcount_options(counts.headcount, criteria),
        legal_form=facets.legal_form_options(counts.legal_form, criteria),
        status=facets.status_options(counts.status, criteria),
        readings={
            name: facets.histogram(counts.readings.get(name, {})) for name in READINGS
        },
    )
    return Summary(
        total=counts.total,
        not_evaluable=counts.not_evaluable,
        never_enriched=counts.never_enriched,
        facets=found,
        scored_at=counts.scored_at,
    )
