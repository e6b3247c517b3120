"""Why a company's readings moved from one stored row to the next.

A pure function of the two rows: what they were computed from is put in place of what
was there before, one kind of fact after the other, and each step is scored. So the
points told of the causes add up to the move, to the last digit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any, Final, Literal

from scoring.rules import engine
from scoring.rules.inputs import Inputs
from scoring.rules.result import Result
from scoring.rules.ruleset import Ruleset

Reading = Literal["attractiveness", "sale_likelihood", "coverage"]
READINGS: Final[tuple[Reading, ...]] = (
    "attractiveness",
    "sale_likelihood",
    "coverage",
)

AMOUNTS: Final = (
    "revenue",
    "revenue_n1",
    "revenue_n2",
    "net_income",
    "net_income_n1",
    "net_income_n2",
    "net_margin",
    "revenue_growth_3y",
    "accounts_closed_on",
    "is_confidential",
)
BALANCE: Final = ("debt_ratio", "equity")
HEADCOUNT: Final = ("headcount", "headcount_floor")
LEADER: Final = (
    "leader_age",
    "relay_age",
    "leader_tenure_years",
    "leaders_count",
    "leader_changed_on",
    "has_second",
)
REGISTER: Final = (
    "created_on",
    "department",
    "naf",
    "has_legal_form",
    "has_keyword",
    "has_holding",
)
# In the order in which they are told when several came at once.
EVENTS: Final = (
    "has_sale",
    "has_closing",
    "has_proceeding",
    "has_lease",
    "accounts_filed_on",
)

HAPPENED: Final = {
    "has_sale": ("sale_published", "sale_gone"),
    "has_closing": ("closing_published", "closing_gone"),
    "has_proceeding": ("proceeding_opened", "proceeding_closed"),
    "has_lease": ("lease_begun", "lease_ended"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """A stored result, the ruleset it names and the fiscal year of its accounts."""

    result: Result
    ruleset: Ruleset
    year: int | None

    @classmethod
    def of(
        cls,
        result: Result,
        ruleset: Ruleset,
        provenance: Mapping[str, tuple[str, int | None]],
    ) -> "Side":
        _source, year = provenance.get("revenue", ("", None))
        closed_on = result.inputs.accounts_closed_on
        if year is None and closed_on is not None:
            year = date.fromordinal(closed_on).year
        return cls(result, ruleset, year)


@dataclass(frozen=True, slots=True)
class Cause:
    """A kind of fact that changed, and the points of each reading that it moved.

    None where a reading is not evaluable on one side of the step.
    """

    code: str
    params: Mapping[str, Any]
    effects: Mapping[Reading, float | None]


@dataclass(frozen=True, slots=True)
class _Step:
    code: str
    params: Mapping[str, Any]
    fields: tuple[str, ...]


def causes(before: Side, after: Side) -> list[Cause]:
    """What changed, in turn; their effects add up to what moved."""
    steps = list(_steps(before, after))
    inputs = [before.result.inputs]
    for step in steps:
        changed = {name: getattr(after.result.inputs, name) for name in step.fields}
        inputs.append(replace(inputs[-1], **changed))
    results = _score(inputs, before, before.result.as_of)
    found = [
        Cause(step.code, step.params, _effects(*pair))
        for step, pair in zip(steps, pairwise(results), strict=True)
    ]
    (aged,) = _score([after.result.inputs], before, after.result.as_of)
    found.append(_time(before, after, _effects(results[-1], aged)))
    if before.ruleset.version != after.ruleset.version:
        version = {"version": after.ruleset.version}
        found.append(Cause("rules_changed", version, _effects(aged, after.result)))
    return found


def _score(inputs: list[Inputs], side: Side, as_of: date) -> list[Result]:
    return engine.score_inputs(
        [side.result.siren] * len(inputs),
        inputs,
        ruleset=side.ruleset,
        preset=side.result.preset,
        as_of=as_of,
    )


def _effects(before: Result, after: Result) -> dict[Reading, float | None]:
    return {reading: moved(before, after, reading) for reading in READINGS}


def moved(before: Result, after: Result, reading: Reading) -> float | None:
    old, new = getattr(before, reading), getattr(after, reading)
    return None if old is None or new is None else round(new - old, 2)


# What changed


def _steps(before: Side, after: Side) -> Iterator[_Step]:
    old, new = before.result.inputs, after.result.inputs
    yield from _accounts(before, after)
    if _differ(old, new, HEADCOUNT):
        code, params = _headcount(old, new)
        yield _Step(code, params, HEADCOUNT)
    if _differ(old, new, LEADER):
        code, params = _leader(before, after)
        yield _Step(code, params, LEADER)
    if _differ(old, new, REGISTER):
        yield _Step(_register(old, new), {}, REGISTER)
    for name in EVENTS:
        if getattr(old, name) != getattr(new, name):
            yield _Step(_event(name, new), {}, (name,))


def _differ(old: Inputs, new: Inputs, names: tuple[str, ...]) -> bool:
    return any(getattr(old, name) != getattr(new, name) for name in names)


def _accounts(before: Side, after: Side) -> Iterator[_Step]:
    """A new exercise brings its balance sheet along: it is told once."""
    old, new = before.result.inputs, after.result.inputs
    has_amounts, has_balance = (
        _differ(old, new, names) for names in (AMOUNTS, BALANCE)
    )
    is_new_year = before.year != after.year
    if has_amounts:
        params = {
            "year": after.year,
            "detail": (old, new),
        }
        fields = (*AMOUNTS, *BALANCE) if is_new_year else AMOUNTS
        yield _Step(_accounts_code(before, after), params, fields)
    if has_balance and not (has_amounts and is_new_year):
        was_known = old.debt_ratio is not None or old.equity is not None
        code = "balance_changed" if was_known else "balance_known"
        yield _Step(code, {}, BALANCE)


def _accounts_code(before: Side, after: Side) -> str:
    old, new = before.result.inputs, after.result.inputs
    if _has_figures(old) and not _has_figures(new):
        return "accounts_confidential" if new.is_confidential else "accounts_gone"
    if not _has_figures(new):
        return "accounts_confidential" if new.is_confidential else "accounts_changed"
    if after.year is None:
        return "accounts_changed"
    if not _has_figures(old):
        return "accounts_known"
    if before.year is None or after.year > before.year:
        return "accounts_filed"
    return "accounts_corrected"


def _has_figures(inputs: Inputs) -> bool:
    return inputs.revenue is not None or inputs.net_income is not None


def _headcount(old: Inputs, new: Inputs) -> tuple[str, dict[str, Any]]:
    before = old.headcount_floor if old.headcount is None else old.headcount
    after = new.headcount_floor if new.headcount is None else new.headcount
    if after is None:
        return "headcount_gone", {}
    if before is None or (old.headcount is None and new.headcount is not None):
        return "headcount_known", {"people": after}
    return "headcount_changed", {"before": before, "after": after}


def _leader(before: Side, after: Side) -> tuple[str, dict[str, Any]]:
    """Somebody else, somebody known at last, or the same one with time going by."""
    old, new = before.result.inputs, after.result.inputs
    if new.leader_age is None and new.leader_tenure_years is None:
        had_one = old.leader_age is not None or old.leader_tenure_years is not None
        return ("leader_gone" if had_one else "team_changed"), {}
    if old.leader_age is None and old.leader_tenure_years is None:
        return "leader_known", {}
    if _is_another(before, after):
        return "leader_changed", {}
    if old.leader_age is None:
        return "leader_age_known", {"age": new.leader_age}
    if new.leader_age is None:
        return "leader_gone", {}
    if new.leader_age > old.leader_age:
        return "leader_older", {"age": new.leader_age}
    if (new.leader_tenure_years or 0) > (old.leader_tenure_years or 0):
        return "leader_longer", {"years": new.leader_tenure_years}
    return "team_changed", {}


def _is_another(before: Side, after: Side) -> bool:
    old, new = before.result.inputs, after.result.inputs
    years = (after.result.as_of - before.result.as_of).days / 365.25
    if (new.leader_changed_on or 0) > (old.leader_changed_on or 0):
        return True
    ages = (old.leader_age, new.leader_age)
    # An age comes from a year of birth: it may be a year ahead of the days.
    if None not in ages and not -0.01 <= _gap(*ages) <= years + 1.01:
        return True
    tenures = (old.leader_tenure_years, new.leader_tenure_years)
    return None not in tenures and _gap(*tenures) < -0.1


def _gap(before: float | None, after: float | None) -> float:
    return (after or 0.0) - (before or 0.0)


def _register(old: Inputs, new: Inputs) -> str:
    if old.naf != new.naf:
        return "naf_changed"
    return "seat_moved" if old.department != new.department else "register_changed"


def _event(name: str, new: Inputs) -> str:
    if name not in HAPPENED:
        return "filing_seen"
    began, ended = HAPPENED[name]
    return began if getattr(new, name) else ended


def _time(before: Side, after: Side, effects: Mapping[Reading, float | None]) -> Cause:
    is_older = after.result.inputs.data_age_days >= before.result.inputs.data_age_days
    return Cause("data_older" if is_older else "data_renewed", {}, effects)
