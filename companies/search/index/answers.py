"""One search over the blocks: which rows, how many of each kind, in what order."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from companies.search import days
from companies.search.counts import Counts
from companies.search.criteria import Criteria
from companies.search.index import bits, counting, merged
from companies.search.index.found import Asked, Found
from companies.search.index.order import Place
from companies.search.index.store import View
from companies.search.names import NameQuery

T = TypeVar("T")

# A search for more companies than that by their numbers is not kept: it takes room.
_MOST_NUMBERS = 100
# Nor are more places than a page has.
_MOST_PLACES = 100


class Answer:
    """Everything about one search, over what one view holds.

    What a page asks for is kept as long as the view tells the same. Which lists a desk
    has, what its people say of companies is not in the view: who searches by these is
    answered anew each time.
    """

    def __init__(
        self, view: View, criteria: Criteria, name: NameQuery, desk_id: int | None
    ) -> None:
        self._asked = Asked(view, criteria, name, desk_id)

    @cached_property
    def _found(self) -> list[Found]:
        return self._asked.found()

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Made once, of this search alone, as long as the view tells the same."""
        asked, criteria = self._asked, self._asked.criteria
        beyond = criteria.liste or criteria.hors_liste or criteria.avis
        if beyond or len(criteria.siren) > _MOST_NUMBERS:
            return make()
        # Ages and freshness are of a day.
        search = criteria, asked.name, asked.desk_id, days.today()
        return asked.view.kept.get((search, key), make)

    def total(self) -> int:
        return sum(bits.count(found.chosen) for found in self._found)

    def never_enriched(self) -> int:
        """Companies that meet the register's criteria and have nothing beyond it."""
        criteria = self._asked.criteria
        if not criteria.needs_target:
            return 0
        wider = replace(self._asked, criteria=criteria.register_only)
        return sum(
            bits.count(found.chosen)
            for found in wider.found()
            if not found.block.is_target
        )

    def counts(self) -> Counts:
        """Shared by all who ask: read only."""
        return self.kept("counts", self._counts)

    def _counts(self) -> Counts:
        counts = counting.count(self._asked, self._found)
        counts.never_enriched = self.never_enriched()
        return counts

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

        def take() -> list[Place]:
            return merged.take(
                self._asked,
                self._found,
                column,
                after,
                most,
                descending=descending,
                backwards=backwards,
            )

        if most > _MOST_PLACES:
            return take()
        return self.kept((column, after, most, descending, backwards), take)

    def walked(self, column: str, *, descending: bool) -> Iterator[int]:
        """Every SIREN in the list's order, without all of them ever being in memory."""
        yield from merged.walk(self._asked, self._found, column, descending=descending)
