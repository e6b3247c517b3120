"""What a source can still settle about a company, in points of its score. Pure.

Scoring leaves with each score the points that each missing group of fields could still
move (`stakes`); it knows no price. Here they meet the prices of the sources.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from enrichment.providers.facts import AccountType, ProviderFacts, YearlyAccounts

Stakes = Mapping[str, float]

# Until the first score: the weight in ruleset 1.0, in points, of the components that
# each group of fields feeds (scoring.md, « Weights », default).
UNSCORED: Final[dict[str, float]] = {
    "accounts": 25.0 + 15.0,
    "history": 20.0,
    "balance": 15.0,
    "headcount": 10.0,
    "leader": 4.0,
    "register": 8.0 + 3.0,
}
# A group that decides whether there is a verdict at all outweighs what would move it
# a little.
VERDICT_POINTS: Final = 100.0
# What no score weighs: asked for by name, never bought or spared by its stakes.
UNWEIGHED: Final = frozenset({"email", "phone"})


def of_score(stored: Mapping[str, list[float]] | None) -> Stakes:
    """Points by group, from what scoring left: points, coverage, verdict.

    None, no score yet: everything is open.
    """
    if stored is None:
        return UNSCORED
    return {
        group: points + coverage + (VERDICT_POINTS if verdict else 0.0)
        for group, (points, coverage, verdict) in stored.items()
    }


def worth(gives: Collection[str], stakes: Stakes, told: Collection[str] = ()) -> float:
    """The points that a source may still settle, beyond what others have told."""
    return sum(stakes.get(group, 0.0) for group in gives if group not in told)


def told(facts: Iterable[ProviderFacts]) -> frozenset[str]:
    """The groups of fields that these readings leave nothing open of."""
    every = list(facts)
    rows = [row for each in every for row in each.accounts]
    groups = {
        "accounts": any(_has_result(row) for row in rows),
        "history": _has_history(rows),
        "balance": any(_has_balance(row) for row in rows),
        "headcount": any(each.identity.headcount is not None for each in every)
        or any(row.headcount is not None for row in rows),
        "leader": any(
            officer.birth_year and officer.since
            for each in every
            for officer in each.officers
        ),
        "register": any(
            each.identity.name and each.identity.naf_code and each.identity.created_on
            for each in every
        ),
    }
    return frozenset(group for group, is_told in groups.items() if is_told)


def _has_result(row: YearlyAccounts) -> bool:
    return row.revenue is not None and row.net_income is not None


def _has_balance(row: YearlyAccounts) -> bool:
    return row.equity is not None and row.financial_debt is not None


def _has_history(rows: Iterable[YearlyAccounts]) -> bool:
    """Three years of revenue in one account type, as growth wants them."""
    years: dict[AccountType, set[int]] = {}
    for row in rows:
        if row.revenue is not None:
            years.setdefault(row.account_type, set()).add(row.closed_on.year)
    return any(len(known) >= 3 for known in years.values())
