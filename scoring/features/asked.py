"""Companies observed on various days: one table, in the order that was asked."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from scoring.bulk import choice
from scoring.features import known, table
from scoring.features.known import Knowledge, KnownAt
from scoring.learning.arrays import Floats, Indexes
from scoring.learning.table import Table
from scoring.rules import engine
from scoring.rules.ruleset import Ruleset

CHUNK: Final = 20_000


@dataclass(frozen=True)
class Questions:
    """A company and the day it is looked at, as ``date.toordinal`` counts."""

    sirens: Indexes
    days: Indexes

    def __len__(self) -> int:
        return len(self.sirens)


@dataclass(frozen=True)
class Answered:
    """``rows`` are the places of the questions that have an answer, in order: a company
    that is not in the register has none. ``rules`` is the attractivité of the ruleset
    on that day; NaN where it is not evaluable.
    """

    rows: Indexes
    table: Table
    rules: Floats


def answer(
    questions: Questions,
    *,
    ruleset: Ruleset,
    knowledge: Knowledge = Knowledge.PUBLIC,
) -> Answered:
    tables, rules, rows = [], [], []
    for day in np.unique(questions.days):
        asked = np.flatnonzero(questions.days == day)
        for start in range(0, len(asked), CHUNK):
            part = asked[start : start + CHUNK]
            sirens = np.unique(questions.sirens[part])
            found = known.read(
                choice.among([str(siren) for siren in sirens]),
                date.fromordinal(int(day)),
                knowledge=knowledge,
            )
            if not len(found):
                continue
            places = np.searchsorted(found.sirens, questions.sirens[part])
            places = np.minimum(places, len(found) - 1)
            is_found = found.sirens[places] == questions.sirens[part]
            tables.append(table.of(found).take(places[is_found]))
            rules.append(replay(found, ruleset)[places[is_found]])
            rows.append(part[is_found])
    if not rows:
        return Answered(np.empty(0, np.int64), Table({}), np.empty(0))
    order = np.concatenate(rows)
    turn = np.argsort(order, kind="stable")
    return Answered(
        order[turn],
        Table.concat(tables).take(turn),
        np.concatenate(rules)[turn],
    )


def replay(found: KnownAt, ruleset: Ruleset) -> Floats:
    """What the rules say of the same facts, on the same day."""
    readings = engine.compute(
        found.facts.columns(ruleset),
        ruleset=ruleset,
        preset="default",
        as_of=found.facts.as_of,
    )
    return readings.attractiveness
