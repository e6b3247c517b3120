"""The door: some companies and a search in, the search's nearest companies out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan, nan

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.search import engine, lines
from companies.search.engine import Search
from companies.search.index import bits, columns, store
from companies.search.index.block import Block
from companies.search.index.derive import derive
from companies.search.index.found import Asked
from companies.search.lines import Row
from scoring.lookalikes import nearest, profiles, traits, wording
from scoring.lookalikes.nearest import Candidates, Near
from scoring.lookalikes.profiles import Profile
from scoring.lookalikes.traits import TRAITS, Compared

MOST = 20
MOST_SEEDS = 20
# Without an index, that many companies are read from the database and compared.
MOST_READ = 20_000


class SeedsAreUnknown(ValueError):
    """``sirens`` are not in the register."""

    def __init__(self, sirens: Sequence[str]) -> None:
        super().__init__(
            _("Pas dans le registre chargé\u00a0: %(sirens)s.")
            % {"sirens": ", ".join(sirens)}
        )
        self.sirens = tuple(sirens)


class NothingToCompare(ValueError):
    """Neither activity, place, size, age nor figure is known of the seeds."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Ni activité, ni lieu, ni effectif, ni âge, ni comptes connus"
                "\u00a0: il n’y a rien à comparer."
            )
        )


class SearchIsNotReady(RuntimeError):
    """No index yet, and too many companies to read them one by one."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "L’index de recherche est en construction\u00a0: réessayez dans "
                "quelques minutes, ou ajoutez des critères."
            )
        )


@dataclass(frozen=True, slots=True)
class Lookalike:
    """``similarity`` and ``compared`` (the share of what is known of the seeds that is
    known of it too) go from 0 to 100."""

    row: Row
    similarity: float
    compared: float
    words: wording.Words


@dataclass(frozen=True, slots=True)
class Found:
    """``candidates`` were compared; ``without`` are traits no seed lets compare."""

    seeds: list[Row]
    lookalikes: list[Lookalike]
    candidates: int
    is_register_only: bool
    without: list[str]


def lookalikes(sirens: Sequence[str], search: Search, *, most: int = MOST) -> Found:
    """The companies of the search that are most like these, the nearest first.

    Raises SeedsAreUnknown, NothingToCompare, SearchIsNotReady.
    """
    numbers = [int(siren) for siren in dict.fromkeys(sirens)]
    seeds = profiles.read(numbers)
    if missing := [siren for siren in sirens if int(siren) not in seeds]:
        raise SeedsAreUnknown(missing)
    today = timezone.localdate()
    compared = traits.compare([seeds[number].steps for number in numbers], today)
    if compared is None:
        raise NothingToCompare
    candidates = _without(numbers, _candidates(search))
    near = nearest.nearest(compared, candidates, most=most)
    known = [trait.name for trait in TRAITS if trait.name in compared.tables]
    comparison = _Comparison(list(seeds.values()), compared, today)
    return Found(
        seeds=lines.read(numbers, desk_id=search.desk_id),
        lookalikes=comparison.worded(near, desk_id=search.desk_id),
        candidates=sum(bits.count(each.chosen) for each in candidates),
        is_register_only=set(known) <= set(traits.REGISTER),
        without=[wording.label(t.name) for t in TRAITS if t.name not in known],
    )


def _candidates(search: Search) -> list[Candidates]:
    """Exactly the companies that the list finds."""
    view = store.current()
    if view is not None:
        asked = Asked(view, search.criteria, search.name, search.desk_id)
        return [Candidates(each.block, each.chosen) for each in asked.found()]
    sirens = engine.sirens(search, most=MOST_READ + 1)
    if len(sirens) > MOST_READ:
        raise SearchIsNotReady
    source = columns.read([int(siren) for siren in sirens])
    blocks = [
        Block(derive(rows, accounts=source.accounts))
        for rows in (source.targets, source.others)
    ]
    return [Candidates(block, block.present) for block in blocks if block.rows]


def _without(sirens: Sequence[int], found: Sequence[Candidates]) -> list[Candidates]:
    """The seeds are no lookalikes of themselves."""
    left = []
    for each in found:
        rows = each.block.rows_of(np.array(sirens, np.int32))
        seeds = bits.of_positions(rows, each.block.rows)
        left.append(Candidates(each.block, each.chosen & ~seeds))
    return left


@dataclass(frozen=True, slots=True)
class _Comparison:
    seeds: Sequence[Profile]
    compared: Compared
    today: date

    def worded(self, near: Sequence[Near], *, desk_id: int | None) -> list[Lookalike]:
        """One that left the register meanwhile is left out."""
        sirens = [each.siren for each in near]
        found = profiles.read(sirens) if near else {}
        rows = [
            row
            for row in lines.read(sirens, desk_id=desk_id)
            if int(row.siren) in found
        ]
        distances = {each.siren: each.distance for each in near}
        by_trait = self._distances([found[int(row.siren)] for row in rows])
        speaker = wording.Speaker(self.seeds, self.today)
        return [
            self._lookalike(
                row,
                found[int(row.siren)],
                distances[int(row.siren)],
                {name: far[place] for name, far in by_trait.items()},
                speaker,
            )
            for place, row in enumerate(rows)
        ]

    def _lookalike(
        self,
        row: Row,
        profile: Profile,
        distance: int,
        told: Mapping[str, float],
        speaker: wording.Speaker,
    ) -> Lookalike:
        both = [each for each in TRAITS if not isnan(told.get(each.name, nan))]
        return Lookalike(
            row=row,
            similarity=100 - 100 * distance / traits.WHOLE,
            compared=100 * sum(t.weight for t in both) / self.compared.known,
            words=speaker.words(profile, told),
        )

    def _distances(self, told: Sequence[Profile]) -> dict[str, list[float]]:
        """By trait, NaN where it is unknown. Of figures themselves: a scale ends."""
        found = {}
        for name, by_step in self.compared.distances.items():
            far = by_step[[profile.steps[name] for profile in told]]
            if name in traits.SPANS:
                figures = np.array([p.figures.get(name, nan) for p in told])
                ours = [s.figures[name] for s in self.seeds if name in s.figures]
                exact = traits.apart(name, figures, np.array(ours), self.today)
                far = np.where(np.isnan(far), far, exact)
            found[name] = far.tolist()
        return found
