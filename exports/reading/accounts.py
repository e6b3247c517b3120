"""Exercises: the one that stands for a company and the two before, in one type."""

from collections.abc import Collection, Sequence
from typing import Final

import polars as pl

from companies.facts import AMOUNTS, TYPE_PREFERENCE
from exports.reading import wire
from exports.reading.wire import Fact, Facts

# The company's exercise, and those of one and two years before.
BACK: Final = {"now": 0, "n1": 1, "n2": 2}
_KEYS: Final[Facts] = {
    "siren": Fact("int", "siren"),
    "year": Fact("int", "extract(year FROM closed_on)::int"),
    "closed_on": Fact("date", "closed_on"),
    "account_type": Fact("text", "account_type"),
    "revenue": Fact("bigint", "revenue"),
}


def _said(field: str) -> dict[str, Fact]:
    return {
        f"{field}_source": Fact("text", f"provenance->'{field}'->>0"),
        f"{field}_day": Fact("text", f"left(provenance->'{field}'->>1, 10)"),
    }


FACTS: Final[Facts] = {
    **_KEYS,
    "net_income": Fact("bigint", "net_income"),
    "ebitda": Fact("bigint", "ebitda"),
    "equity": Fact("bigint", "equity"),
    "financial_debt": Fact("bigint", "financial_debt"),
    "headcount": Fact("int", "headcount"),
    "duration_months": Fact("int", "duration_months"),
    "is_closing_estimated": Fact("bool", "is_closing_estimated"),
    "is_confidential": Fact("bool", "is_confidential"),
    "is_sandbox": Fact("bool", "is_sandbox"),
    "has_unit_jump": Fact("bool", "has_unit_jump"),
    "disagreements": Fact("text", "nullif(disagreements, '{}')::text"),
    **{name: fact for field in AMOUNTS for name, fact in _said(field).items()},
}


def wanted(names: Collection[str]) -> dict[str, list[str]]:
    """Of each exercise, the facts that are asked for: ``n1_revenue`` and the like."""
    found: dict[str, list[str]] = {}
    for each in names:
        prefix, _, fact = each.partition("_")
        if prefix in BACK and fact in FACTS:
            found.setdefault(prefix, []).append(fact)
    return found


def every(sirens: Sequence[int]) -> pl.DataFrame:
    """All exercises of these companies, by closing date."""
    return _read(sirens, FACTS).sort("siren", "closed_on", "account_type")


def reduced(sirens: Sequence[int], asked: dict[str, list[str]]) -> pl.DataFrame:
    """The list's exercise (newest year, company accounts first) and its past."""
    names = {name for facts in asked.values() for name in facts}
    facts = {name: f for name, f in FACTS.items() if name in names or name in _KEYS}
    found = _read(sirens, facts)
    rank = pl.col("account_type").replace_strict(
        TYPE_PREFERENCE, default=len(TYPE_PREFERENCE), return_dtype=pl.Int8
    )
    best = (
        found.with_columns(rank.alias("rank"))
        .sort(
            "siren", "year", "rank", "closed_on", descending=[False, True, False, True]
        )
        .unique(["siren", "year", "account_type"], keep="first", maintain_order=True)
    )
    current = best.filter(pl.col("revenue").is_not_null()).unique(
        "siren", keep="first", maintain_order=True
    )
    whose = current.select("siren", "account_type", "year")
    for prefix, back in BACK.items():
        if prefix in asked:
            past = best.select(
                "siren",
                "account_type",
                pl.col("year") + back,
                *(pl.col(name).alias(f"{prefix}_{name}") for name in asked[prefix]),
            )
            whose = whose.join(past, on=["siren", "account_type", "year"], how="left")
    return whose.drop("account_type", "year")


def _read(sirens: Sequence[int], facts: Facts) -> pl.DataFrame:
    return wire.read(facts, f"FROM annual_accounts WHERE siren {wire.among(sirens)}")
