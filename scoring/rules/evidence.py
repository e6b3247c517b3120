"""Ruleset 2.0: the three readings put together."""

from datetime import date

import numpy as np

from scoring.rules import attractiveness, coverage, sale, stakes
from scoring.rules.columns import Columns
from scoring.rules.readings import Readings
from scoring.rules.ruleset import Ruleset


def read(c: Columns, ruleset: Ruleset, preset: str, as_of: date) -> Readings:
    values, codes = attractiveness.components(c, ruleset, as_of)
    flags = attractiveness.red_flags(c)
    score, weight = attractiveness.total(values, flags, ruleset, preset)
    covered = coverage.read(c, ruleset, as_of)
    likelihood = sale.read(c, ruleset, as_of)
    floor = ruleset.figures["coverage"]["floor"]
    is_evaluable = (covered.total >= floor) & (weight > 0)
    return Readings(
        components=values,
        basis=codes,
        penalty=np.zeros(len(c)),
        attractiveness=np.where(is_evaluable, score, np.nan),
        flags=flags,
        is_evaluable=is_evaluable,
        sale=likelihood,
        coverage=covered,
        stakes=stakes.read(c, codes, covered, likelihood, ruleset, preset),
    )
