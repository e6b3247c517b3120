"""Ruleset 2.0, cédabilité: is a sale plausible within three years?"""

from datetime import date

import numpy as np

from scoring.rules import derived
from scoring.rules.arrays import Bools, Floats, columns_of
from scoring.rules.columns import Columns
from scoring.rules.curves import Curve, steps
from scoring.rules.leaders import PLAUSIBLE_AGES
from scoring.rules.readings import SaleReading
from scoring.rules.ruleset import Ruleset


def read(c: Columns, ruleset: Ruleset, as_of: date) -> SaleReading:
    """NaN when the leader's age is unknown, unless the company is already sold."""
    table = ruleset.figures["sale"]
    tenure = steps(
        c.leader_tenure_years, table["tenure"]["floors"], table["tenure"]["otherwise"]
    )
    years, seniority = table["company"]
    window_start = derived.months_before(as_of, int(table["window_months"]))
    age = age_points(c, ruleset)
    contributions = columns_of(
        (
            np.full(len(c), float(table["base"])),
            np.where(np.isnan(age), 0.0, age),
            np.where(np.isnan(tenure), 0.0, tenure),
            _if(derived.company_years(c, as_of) >= years, seniority),
            _if(c.has_lease, table["lease"]),
            _if(is_filing_late(c, window_start), table["filing"]),
            _if(c.leader_changed_on >= window_start, table["change"]),
            _if(~np.isnan(c.relay_age), table["relay"]),
            _if(c.has_second, table["second"]),
            _if(c.has_proceeding, table["proceeding"]),
        )
    )
    total = np.zeros(len(c))
    for column in contributions.T:
        total = total + column
    total = np.where(np.isnan(age), np.nan, np.clip(total, 0.0, 100.0))
    return SaleReading(contributions, np.where(c.has_sale | c.has_closing, 0.0, total))


def counted_age(c: Columns) -> Floats:
    """The leader's age, the younger one's where a relay is seen."""
    age = np.where(np.isnan(c.relay_age), c.leader_age, c.relay_age)
    is_plausible = (age >= PLAUSIBLE_AGES.start) & (age < PLAUSIBLE_AGES.stop)
    return np.where(is_plausible, age, np.nan)


def age_points(c: Columns, ruleset: Ruleset) -> Floats:
    table = ruleset.figures["sale"]
    age = counted_age(c)
    late_after, late = table["late_age"]
    return np.where(age > late_after, late, Curve.from_knots(table["age"])(age))


def is_filing_late(c: Columns, window_start: int) -> Bools:
    """The last filing seen is older than the window.

    Without any filing seen nothing is said: a source may be silent. Accounts closed
    since then were filed, whatever the events say.
    """
    return (c.accounts_filed_on < window_start) & ~(
        c.accounts_closed_on >= window_start
    )


def _if(holds: Bools, points: float) -> Floats:
    return np.where(holds, float(points), 0.0)
