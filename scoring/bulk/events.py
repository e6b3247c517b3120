"""Published notices of many companies, reduced to the last day of each kind."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from companies.choices import EventKind
from scoring.bulk import groups, wire
from scoring.bulk.choice import Choice
from scoring.bulk.groups import NOWHERE
from scoring.bulk.wire import Column
from scoring.rules.arrays import Bools, Floats, Indexes
from scoring.rules.facts import EVENT_KINDS

KINDS: Final = (*sorted(EVENT_KINDS), EventKind.PROCEEDING_CLOSED.value)
_LIST: Final = ", ".join(f"'{kind}'" for kind in KINDS)
COLUMNS: Final = (
    Column("siren", "int", "siren"),
    Column("kind", "int", f"array_position(ARRAY[{_LIST}], kind::text) - 1"),
    Column("day", "int", wire.ORDINAL.format("occurred_on")),
)


@dataclass(frozen=True, slots=True)
class Events:
    """Days are NaN, flags false, where nothing was published before ``as_of``."""

    leader_changed_on: Floats
    accounts_filed_on: Floats
    has_sale: Bools
    has_closing: Bools
    has_proceeding: Bools
    has_lease: Bools


def read(choice: Choice, sirens: Indexes, as_of: date) -> Events:
    source = f"FROM legal_event WHERE kind IN ({_LIST}) AND siren {choice.sql}"
    return reduce(wire.read(COLUMNS, source), sirens, as_of)


def reduce(table: wire.Table, sirens: Indexes, as_of: date) -> Events:
    places = groups.places_of(sirens, table["siren"])
    day, kind = table["day"].astype(float), table["kind"]
    closed = _last(places, day, kind == KINDS.index("proceeding_closed"), len(sirens))
    is_past = day <= as_of.toordinal()
    last = {
        name: _last(places, day, is_past & (kind == number), len(sirens))
        for number, name in enumerate(KINDS)
    }
    return Events(
        leader_changed_on=last["leader_change"],
        accounts_filed_on=last["accounts_filed"],
        has_sale=~np.isnan(last["sale"]),
        has_closing=~np.isnan(last["closing"]),
        # One that was closed since is not an open one.
        has_proceeding=~np.isnan(last["proceeding"]) & ~(last["proceeding"] <= closed),
        has_lease=~np.isnan(last["lease_management"]),
    )


def _last(places: Indexes, day: Floats, holds: Bools, count: int) -> Floats:
    last = np.full(count, np.nan)
    rows = np.flatnonzero(holds & (places != NOWHERE))
    np.fmax.at(last, places[rows], day[rows])
    return last
