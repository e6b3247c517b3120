"""Which rows of each block one search is about, and what each facet lets in."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from companies.search.criteria import Criteria
from companies.search.index import bits, masks
from companies.search.index.bits import Positions, Words
from companies.search.index.block import WHOLE, Block, Window
from companies.search.index.sets import LIST, PROSPECT, PURSUIT, STATUSES, list_keys
from companies.search.index.store import View
from companies.search.names import NameQuery
from companies.search.opinions import Chosen, chosen


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


@dataclass(frozen=True, slots=True)
class Asked:
    """One search by someone of a desk, over what one view holds."""

    view: View
    criteria: Criteria
    name: NameQuery
    desk_id: int | None

    def found(self) -> list[Found]:
        blocks = self.view.blocks
        if self.criteria.needs_target:
            blocks = tuple(block for block in blocks if block.is_target)
        avis = self.criteria.avis
        # Asked for once, not once a block.
        said = chosen(avis, self.desk_id) if avis else None
        return [self._in(block, said) for block in blocks]

    def pursued(self, block: Block) -> tuple[Positions, Positions]:
        """Rows that the desk gave a status, and the numbers of these statuses."""
        if self.desk_id is None:
            return np.empty(0, np.int64), np.empty(0, np.int8)
        return self.view.sets.of(PURSUIT, self.desk_id).rows_in(block)

    def _in(self, block: Block, said: Chosen | None) -> Found:
        base = block.present
        for part in chain(
            masks.others(block, self.criteria),
            masks.named(block, self.name),
            self._lists(block),
            self._opinions(block, said),
        ):
            base = base & part
        facets, window = self._facets(block)
        return Found(block, base, facets, window)

    def _facets(self, block: Block) -> tuple[dict[str, Words], Window]:
        criteria, window = self.criteria, WHOLE
        facets = {}
        if criteria.naf:
            facets["naf"] = masks.naf(block, criteria)
        if criteria.has_place:
            facets["place"], window = masks.place(block, criteria)
        if criteria.tranche:
            facets["headcount"] = masks.headcount(block, criteria)
        if criteria.forme:
            facets["legal_form"] = masks.legal_form(block, criteria)
        if criteria.statut:
            facets["status"] = self._status(block)
        return facets, window

    def _status(self, block: Block) -> Words:
        """No pursuit is ``prospect``: then the rows of the other statuses are out."""
        wanted = [STATUSES.index(value) for value in self.criteria.statut]
        rows, values = self.pursued(block)
        is_wanted = np.isin(values, wanted)
        if PROSPECT in wanted:
            return ~bits.of_positions(rows[~is_wanted], block.rows)
        return bits.of_positions(rows[is_wanted], block.rows)

    def _lists(self, block: Block) -> Iterator[Words]:
        for public_ids, is_wanted in (
            (self.criteria.liste, True),
            (self.criteria.hors_liste, False),
        ):
            if not public_ids:
                continue
            listed = bits.none(block.rows)
            for key in list_keys(public_ids, self.desk_id):
                rows, _ = self.view.sets.of(LIST, key).rows_in(block)
                listed |= bits.of_positions(rows, block.rows)
            yield listed if is_wanted else ~listed

    def _opinions(self, block: Block, chosen: Chosen | None) -> Iterator[Words]:
        if chosen is None:
            return
        rows = block.rows_of(np.array(chosen.sirens, np.int64))
        said = bits.of_positions(rows, block.rows)
        yield ~said if chosen.is_without else said
