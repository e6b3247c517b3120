"""Years of made-up accounts, plausible for a French SME and varied."""

import math
from calendar import monthrange
from datetime import date, timedelta

from enrichment.sandbox.invented.company import (
    LAST_DAY,
    LAST_YEAR,
    Exercise,
    Secrecy,
    earliest_year,
)
from enrichment.sandbox.invented.draws import Draws

_CONSOLIDATED_FROM = 30_000_000


def exercises(siren: str, draws: Draws) -> tuple[Exercise, ...]:
    """Newest first; consolidated ones after the company's own."""
    last = LAST_YEAR - (
        draws.whole("late", 1, 4) if draws.chance("is_late", 0.1) else 0
    )
    known = max(1, min(draws.whole("years", 5, 7), last - earliest_year(siren) + 1))
    years = range(last, last - known, -1)
    revenues = _revenues(years, draws)
    own = tuple(_exercise(year, revenues[year], last, draws) for year in years)
    is_group = revenues[last] > _CONSOLIDATED_FROM and draws.chance("is_group", 0.4)
    return own + (_consolidated(own[:3], draws) if is_group else ())


def _revenues(years: range, draws: Draws) -> dict[int, int]:
    """From a latest revenue around five million, back through a trend."""
    amount = 10 ** min(8.2, max(5.2, 6.7 + 0.55 * draws.normal("size")))
    trend = 0.03 + 0.06 * draws.normal("trend")
    found = {}
    for year in years:
        found[year] = round(amount)
        growth = trend + 0.05 * draws.normal(f"growth:{year}")
        if year in {2020, 2021}:
            hit = 0.12 * draws.unit("crisis")
            growth += -hit if year == 2020 else hit
        amount /= 1 + max(-0.35, min(0.6, growth))
    return found


def _exercise(year: int, revenue: int, last: int, draws: Draws) -> Exercise:
    closed_on = _closing(year, draws)
    net_income = round(revenue * _margin(year, draws))
    equity = _equity(revenue, net_income, draws)
    published: int | None = revenue
    if draws.chance("is_thousands", 0.01) and year == last - 1:
        published = round(revenue / 1000)
    if draws.chance("is_zero", 0.02) and year == last:
        published = 0
    is_silent = draws.chance("is_silent", 0.08) and year >= last - 1
    return Exercise(
        closed_on=closed_on,
        months=draws.pick("first_months", (9, 15, 18))
        if year == last - 4 and draws.chance("is_odd", 0.05)
        else 12,
        revenue=published,
        net_income=None if is_silent else net_income,
        ebitda=round(1.35 * net_income + revenue * draws.between("wear", 0.01, 0.05)),
        equity=equity,
        financial_debt=round(revenue * _leverage(draws) * (1 + (last - year) * 0.08)),
        headcount=max(1, round(revenue / draws.between("productivity", 8e4, 3.2e5))),
        filed_on=_filing(closed_on, draws),
        secrecy=_secrecy(year, last, draws),
    )


def _margin(year: int, draws: Draws) -> float:
    centre = 0.05 + 0.035 * draws.normal("margin")
    if draws.chance("is_losing", 0.12):
        centre = -0.02 - 0.06 * draws.unit("loss")
    return centre + 0.012 * draws.normal(f"margin:{year}")


def _equity(revenue: int, net_income: int, draws: Draws) -> int:
    if draws.chance("is_insolvent", 0.05):
        return -round(revenue * draws.between("hole", 0.02, 0.3))
    return round(revenue * draws.between("equity", 0.12, 0.55)) + net_income


def _leverage(draws: Draws) -> float:
    if draws.chance("is_debt_free", 0.15):
        return 0.0
    return math.pow(draws.unit("debt"), 2) * 0.6 + 0.01


def _closing(year: int, draws: Draws) -> date:
    month = 12
    if draws.chance("is_staggered", 0.16):
        month = draws.pick("closing_month", (3, 6, 9))
    return date(year, month, monthrange(year, month)[1])


def _filing(closed_on: date, draws: Draws) -> date | None:
    filed_on = closed_on + timedelta(days=draws.whole(f"filed:{closed_on}", 150, 260))
    return filed_on if filed_on <= LAST_DAY else None


def _secrecy(year: int, last: int, draws: Draws) -> Secrecy:
    """Small companies may withhold their accounts, and often start to one year."""
    if draws.chance("is_secret", 0.07):
        return "full"
    if draws.chance("is_discreet", 0.18):
        return (
            "income_statement" if year > last - draws.whole("since", 1, 4) else "none"
        )
    return "none"


def _consolidated(own: tuple[Exercise, ...], draws: Draws) -> tuple[Exercise, ...]:
    ratio = draws.between("group", 1.2, 2.5)
    return tuple(
        Exercise(
            closed_on=each.closed_on,
            months=12,
            revenue=_scaled(each.revenue, ratio),
            net_income=_scaled(each.net_income, ratio),
            ebitda=_scaled(each.ebitda, ratio),
            equity=_scaled(each.equity, ratio),
            financial_debt=_scaled(each.financial_debt, ratio),
            headcount=_scaled(each.headcount, ratio),
            filed_on=each.filed_on,
            is_consolidated=True,
        )
        for each in own
    )


def _scaled(amount: int | None, ratio: float) -> int | None:
    return None if amount is None else round(amount * ratio)
