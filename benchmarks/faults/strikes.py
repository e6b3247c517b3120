"""The faults: what is done to the product, and at which moments of its batch."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.faults import clock
from benchmarks.faults.product import Kind
from benchmarks.faults.size import SOURCES
from benchmarks.faults.trial import Trial, is_over

FREE, PAID = SOURCES
KINDS: tuple[Kind, ...] = ("horse", "worker", "both")
CLOCK_S = 600
# security.md, F7.
HAND_BACK_S = 30.0
# Calls a second that a moved clock must not let pass.
CLOCK_RATE = 10.0
# Long beside the time that an answer takes to be logged, short beside a batch.
WINDOW_S = 3
# After Redis froze: who was promised a turn has left by then.
SETTLED = timedelta(seconds=1.5)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """``missing`` says why it cannot be played on this machine, "" when it can."""

    told: str
    play: Callable[[Trial], None]
    has_own_postgres: bool = False
    missing: Callable[[], str] = lambda: ""


def undisturbed(trial: Trial) -> None:
    trial.begin()
    trial.end()


# Processes


def kills(trial: Trial) -> None:
    trial.begin()
    shares = sorted(trial.draw.uniform(0.05, 0.8) for _ in range(trial.size.kills))
    for number, share in enumerate(shares):
        trial.reach(share)
        kind = KINDS[number % len(KINDS)]
        with trial.strike(kind):
            trial.product.kill(kind, trial.draw)
    trial.end()


def scheduler(trial: Trial) -> None:
    trial.begin()
    trial.reach_any()
    with trial.strike("scheduler, workers and work-horses killed"):
        trial.product.kill_all()
    trial.end()


def deployment(trial: Trial) -> None:
    """Asked to stop, workers finish what they have in hand and give the rest back."""
    trial.begin()
    trial.reach_any()
    with trial.strike("workers asked to stop"):
        seconds = trial.product.ask_to_stop()
    trial.demand(seconds <= HAND_BACK_S, f"they left after {seconds:.0f} s")
    trial.end()


# Redis


def redis_emptied(trial: Trial) -> None:
    trial.begin()
    trial.reach_any()
    with trial.strike("Redis killed and emptied"):
        trial.stores.kill_and_empty()
    trial.end()


def redis_frozen(trial: Trial) -> None:
    """Free calls go on at a fair share; paid ones wait."""
    trial.begin()
    trial.reach(trial.draw.uniform(0.1, 0.25))
    with trial.strike("Redis frozen"):
        trial.stores.freeze()
        trial.wait(trial.size.frozen_s)
        trial.stores.thaw()
    began, ended = trial.strikes[-1].began_at + SETTLED, trial.strikes[-1].ended_at
    trial.end()
    served = _served(trial, began, ended)
    trial.demand(FREE in served, "no free call while Redis was frozen")
    trial.demand(PAID not in served, "paid calls while Redis was frozen")


def _served(trial: Trial, began: datetime, ended: datetime) -> list[str]:
    """What left between two moments, by its source; answers left a latency later."""
    latency = timedelta(milliseconds=trial.size.latency_ms)
    return [
        str(line["provider"])
        for line in trial.sandbox.lines()
        if began + latency <= datetime.fromisoformat(line["at"]) <= ended
    ]


# PostgreSQL


def postgres_restarted(trial: Trial) -> None:
    trial.begin()
    trial.reach_any()
    with trial.strike("PostgreSQL restarted"):
        if trial.house:
            trial.house.restart()
    trial.end()


def postgres_killed(trial: Trial) -> None:
    trial.begin()
    trial.reach_any()
    with trial.strike("PostgreSQL killed"):
        if trial.house:
            trial.house.kill()
    trial.end()


# Sources


def chaos(fault: str, rate: float) -> Callable[[Trial], None]:
    def play(trial: Trial) -> None:
        plan = {"rate": rate, "faults": [fault], "seed": trial.size.seed}
        with trial.strike(f"{fault} at {rate:.0%}"):
            trial.tell("chaos", plan)
        trial.begin()
        trial.end()

    return play


def quota(trial: Trial) -> None:
    """Known beforehand, then by surprise; what was not bought is taken up twice."""
    paid = trial.answers // 2
    with trial.strike("a third of the tokens"):
        trial.tell("tokens", {PAID: paid // 3})
    trial.begin()
    trial.until(is_over, what="the end without tokens")
    _nothing_failed(trial, "units")
    trial.tell("tokens", {PAID: paid * 10})
    _take_up(trial)
    trial.reach(0.8)
    with trial.strike("the other tokens go"):
        trial.tell("tokens", {PAID: 0})
    trial.until(is_over, what="the end without tokens")
    _nothing_failed(trial, "no_credit")
    trial.tell("tokens", {PAID: paid * 10})
    _take_up(trial)
    trial.end()


def _nothing_failed(trial: Trial, reason: str) -> None:
    """Out of money is « non achetée », for each item that it stopped."""
    from enrichment.models import Item

    stopped = Item.objects.filter(source=PAID, state="not_bought", reason=reason)
    trial.demand(stopped.exists(), f"nothing was stopped by {reason}")
    failed = Item.objects.filter(source=PAID, state="failed").exclude(
        reason__in=["not_found", "unknown_company"]
    )
    trial.demand(not failed.exists(), f"{reason}: {failed.count()} items failed")


def _take_up(trial: Trial) -> None:
    from enrichment import services

    batch = trial.batch()
    services.take_up(batch=batch, by=batch.created_by, cap_eur=batch.cap_eur)


# Clock


def moved_clock(trial: Trial) -> None:
    """Ahead from the start, behind from the middle on, killed in between."""
    from enrichment.models import Provider

    Provider.objects.filter(name=FREE).update(rate_per_s=CLOCK_RATE)
    with trial.strike("clock 10 minutes ahead"):
        trial.product.set_clock(clock.moved(trial.folder, CLOCK_S))
    trial.begin()
    trial.reach_any()
    with trial.strike("killed, clock 10 minutes behind"):
        trial.product.set_clock(clock.moved(trial.folder, -CLOCK_S))
    trial.end()
    _check_the_clocks(trial)


def _check_the_clocks(trial: Trial) -> None:
    from enrichment.models import Answer

    moments = Answer.objects.values_list("fetched_at", "call__closed_at")
    shifts = {
        round((told - real).total_seconds() / CLOCK_S) for told, real in moments if real
    }
    trial.demand(shifts == {-1, 1}, f"the clocks were not moved: {shifts}")
    at = sorted(
        datetime.fromisoformat(line["at"]).timestamp()
        for line in trial.sandbox.lines()
        if line["provider"] == FREE
    )
    most = max(sum(began <= each < began + WINDOW_S for each in at) for began in at)
    allowed = CLOCK_RATE * WINDOW_S
    trial.demand(most <= allowed, f"{most} calls in {WINDOW_S} s, of {allowed:.0f}")


FAULTS = {
    "twin": Fault(told="undisturbed", play=undisturbed),
    "kills": Fault(told="work-horse, worker, both killed", play=kills),
    "scheduler": Fault(told="all processes killed at once", play=scheduler),
    "deployment": Fault(told="workers asked to stop (SIGTERM)", play=deployment),
    "redis_emptied": Fault(told="Redis killed and emptied", play=redis_emptied),
    "redis_frozen": Fault(told="Redis frozen", play=redis_frozen),
    "postgres_restarted": Fault(
        told="PostgreSQL restarted", play=postgres_restarted, has_own_postgres=True
    ),
    "postgres_killed": Fault(
        told="PostgreSQL killed", play=postgres_killed, has_own_postgres=True
    ),
    "drip": Fault(told="1 answer in 20 byte by byte", play=chaos("drip", 0.05)),
    "garbage": Fault(told="30 % garbage", play=chaos("garbage", 0.3)),
    "too_many": Fault(told="5 % answered 429", play=chaos("429", 0.05)),
    "quota": Fault(told="tokens run out, twice", play=quota),
    "clock": Fault(told="clock ±10 minutes", play=moved_clock, missing=clock.missing),
}
