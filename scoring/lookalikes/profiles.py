"""A few companies as the index would hold them now, with the figures behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from companies.search.index import columns, likeness
from companies.search.index.columns import Table
from scoring.lookalikes import traits


@dataclass(frozen=True, slots=True)
class Profile:
    """``figures`` has what is known only: euros, ratios, days of 1970, years."""

    siren: int
    steps: Mapping[str, int]
    figures: Mapping[str, float]


def read(sirens: Sequence[int]) -> dict[int, Profile]:
    """Those that the register holds, in three queries."""
    chosen = columns.of(sirens)
    accounts = columns.accounts(chosen)
    found: dict[int, Profile] = {}
    for rows in (columns.targets(chosen), columns.others(chosen)):
        found |= _profiles(rows, accounts)
    return found


def _profiles(rows: Table, accounts: Table) -> dict[int, Profile]:
    arrays = {"naf": rows["naf"], **likeness.derive(rows, accounts)}
    figures = dict(likeness.figures(rows, accounts))
    return {
        siren: Profile(
            siren,
            traits.steps_of(arrays, row),
            {
                name: float(values[row])
                for name, values in figures.items()
                if not np.isnan(values[row])
            },
        )
        for row, siren in enumerate(rows["siren"].tolist())
    }
