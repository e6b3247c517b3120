"""The sandbox's log, the ledger and the budgets of one trial, held side by side."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from benchmarks.faults.size import SOURCES
from benchmarks.faults.trial import Strike, Trial

FREE, PAID = SOURCES
RECOVERY_S = 120.0
# What the ledger may say of a call that the source charged, and of one it did not.
CHARGED, NOT_CHARGED = {"paid", "lost"}, {"free", "not_charged", "lost"}
Line = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Books:
    """``repeats`` are calls charged beyond the first for the same company."""

    in_flight: int
    repeats: int
    repeats_allowed: int
    lost: int
    recovery_s: float
    problems: list[str]


def audit(trial: Trial) -> Books:
    from enrichment.models import Call

    served = trial.sandbox.lines()
    calls = {str(call.pk): call for call in Call.objects.all()}
    lost = [call for call in calls.values() if call.state == "lost"]
    open_then = _in_flight(calls.values(), trial.strikes)
    in_flight_paid = sum(call.source == PAID for call in open_then)
    # Answers that came, were charged, and could not be read.
    unreadable = sum(c.source == PAID and c.reason != "killed" for c in lost)
    repeats = _repeats(served)
    recovery_s = _longest_gap(trial)
    problems = [*_broken_rules(), *_unlike(served, calls), *_money(served, calls)]
    problems += _pool(trial, calls)
    if repeats > in_flight_paid + unreadable:
        problems.append(f"{repeats} repeats, {in_flight_paid} in flight")
    if recovery_s > RECOVERY_S:
        problems.append(f"{recovery_s:.0f} s without a new answer")
    return Books(
        in_flight=len(open_then),
        repeats=repeats,
        repeats_allowed=in_flight_paid + unreadable,
        lost=len(lost),
        recovery_s=recovery_s,
        problems=problems,
    )


def _broken_rules() -> list[str]:
    from enrichment import invariants

    return [f"{each.rule}: {each.count}" for each in invariants.broken()]


def _in_flight(calls: Iterable[Any], strikes: Sequence[Strike]) -> list[Any]:
    """Once for each strike that found them open."""
    return [
        call
        for strike in strikes
        for call in calls
        if call.opened_at <= strike.ended_at
        and (call.closed_at is None or call.closed_at >= strike.began_at)
    ]


def _repeats(served: Iterable[Line]) -> int:
    charged = Counter(
        line["siren"] for line in served if line["provider"] == PAID and _tokens(line)
    )
    return sum(count - 1 for count in charged.values())


def _tokens(line: Line) -> Decimal:
    return Decimal(line["tokens"])


def _unlike(served: Sequence[Line], calls: Mapping[str, Any]) -> list[str]:
    """Served calls that the ledger does not know, or tells another end of."""
    problems = []
    for line in served:
        call = calls.get(line["call_id"])
        may_be = CHARGED if _tokens(line) else NOT_CHARGED
        if call is None:
            problems.append(f"served and not in the ledger: {line['call_id']}")
        elif call.state not in may_be:
            problems.append(f"{line['fault']} charged {line['tokens']}: {call.state}")
    twice = len(served) - len({line["call_id"] for line in served})
    if twice:
        problems.append(f"{twice} calls were sent twice")
    return problems


def _money(served: Sequence[Line], calls: Mapping[str, Any]) -> list[str]:
    """Tokens to the unit, euros to the last digit."""
    from enrichment.models import Batch, DaySpending, MoneyLine

    charged = {line["call_id"]: _tokens(line) for line in served}
    problems = []
    for pk, call in calls.items():
        if call.state == "paid" and call.tokens != charged.get(pk):
            problems.append(f"paid {call.tokens} tokens for {charged.get(pk)}")
    known = sum(call.tokens for call in calls.values())
    lost = sum(charged.get(pk, 0) for pk, call in calls.items() if call.state == "lost")
    if known + lost != sum(charged.values()):
        problems.append(
            f"{sum(charged.values())} tokens charged, {known} + {lost} told"
        )
    committed = sum(
        call.held_eur if call.state in {"open", "lost"} else call.amount_eur
        for call in calls.values()
    )
    counters = {
        "batch": [each.committed_eur for each in Batch.objects.all()],
        "day": [each.committed_eur for each in DaySpending.objects.all()],
        "lines": [each.amount_eur for each in MoneyLine.objects.all()],
    }
    for name, amounts in counters.items():
        if sum(amounts) != committed:
            problems.append(f"{name}: {sum(amounts)} € for {committed} € of calls")
    return problems


def _pool(trial: Trial, calls: Mapping[str, Any]) -> list[str]:
    """Our count of what the source has left: never more, less only by what is lost."""
    from enrichment.models import SourcePool

    if any("tokens" in strike.told for strike in trial.strikes):
        # Told otherwise meanwhile, which is what that fault is.
        return []
    told = trial.tell("tokens", {})["tokens_left"][PAID]
    left = SourcePool.objects.get(source=PAID).left
    lost = sum(c.state == "lost" and c.source == PAID for c in calls.values())
    # A reading while calls are in flight may count some of them twice.
    margin = lost + trial.size.at_once * 2
    if left is None or not 0 <= Decimal(told) - left <= margin:
        return [f"{told} tokens left, {left} by our count, {lost} lost"]
    return []


def _longest_gap(trial: Trial) -> float:
    """From the first strike on, the longest time without a new answer."""
    from enrichment.models import Answer

    if not trial.strikes or trial.over_at is None:
        return 0.0
    since = trial.strikes[0].began_at
    closed = Answer.objects.values_list("call__closed_at", flat=True)
    answered = sorted(at for at in closed if at and at > since)
    moments = [since, *answered, trial.over_at]
    return max((after - before).total_seconds() for before, after in pairwise(moments))
