"""One search over the blocks: which rows, how many of each kind, in what order."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from companies.search.counts import Counts
from companies.search.criteria import Criteria
from companies.search.index import bits, counting, merged
from companies.search.index.found import Asked, Found
from companies.search.index.order import Place
from companies.search.index.store import View
from companies.search.names import NameQuery


class Answer:
    """Everything about one search, over what one view holds; nothing is kept."""

    def __init__(
        self, view: View, criteria: Criteria, name: NameQuery, desk_id: int | None
    ) -> None:
        self._asked = Asked(view, criteria, name, desk_id)

    @cached_property
    def _found(self) -> list[Found]:
        return self._asked.found()

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
        return merged.take(
            self._asked,
            self._found,
            column,
            after,
            most,
            descending=descending,
            backwards=backwards,
        )

    def walked(self, column: str, *, descending: bool) -> Iterator[int]:
        """Every SIREN in the list's order, without all of them ever being in memory."""
        yield from merged.walk(self._asked, self._found, column, descending=descending)
