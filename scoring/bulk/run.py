"""Chunks of companies, scored and stored one transaction at a time."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

# np.unique imports it at its first call: here it is once for all forked jobs.
import numpy.ma  # noqa: F401
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from companies import scores
from scoring import published
from scoring.bulk import arms, choice, lines, serving, source, store
from scoring.bulk.choice import Choice
from scoring.bulk.serving import Reading
from scoring.bulk.source import Known
from scoring.bulk.store import Scored
from scoring.registry import hybrid
from scoring.rules import engine
from scoring.rules.ruleset import Ruleset

DEFAULT_PRESET = "default"
# Rows stay locked for a second or two, and a process holds some 100 MB.
CHUNK = 20_000
_DEADLOCK = "40P01"
_TRIES = 3
# A chunk of companies known to many sources takes seconds, never minutes.
_MOST_MS = 600_000


@dataclass(slots=True)
class Done:
    """Companies scored, lines of history written, and where the time went."""

    companies: int = 0
    lines: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, other: "Done") -> None:
        self.companies += other.companies
        self.lines += other.lines
        for name, seconds in other.seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds


class Scorer:
    """The rulesets of today, or some of them, and who gets which.

    What is published or switched while it works is for the next one.
    """

    def __init__(self, versions: Sequence[str] = ()) -> None:
        self._newest = published.served().newest
        self._arms = arms.today(published.served())
        self._rules = {
            each.version: each
            for each in published.in_service(*self._arms.versions)
            if not versions or each.version in versions
        }

    def score(self, chosen: Choice) -> Done:
        """One transaction. Safe to run twice: what did not move leaves no line."""
        for attempt in range(1, _TRIES + 1):
            try:
                return self._score(chosen)
            except OperationalError as error:
                # Others write the same rows in an order of theirs.
                state = getattr(error.__cause__, "sqlstate", "")
                if state != _DEADLOCK or attempt == _TRIES:
                    raise
        raise AssertionError

    @transaction.atomic
    def _score(self, chosen: Choice) -> Done:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [_MOST_MS])
            # A chunk is small; the processors are for the other chunks.
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        clock = _Clock()
        known = source.read(chosen, timezone.localdate())
        clock.lap("read")
        done = Done(companies=len(known))
        if len(known):
            self._keep(known, chosen, done, clock)
        done.seconds = clock.laps
        return done

    def _keep(self, known: Known, chosen: Choice, done: Done, clock: "_Clock") -> None:
        now, found = timezone.now(), {}
        for rules in self._rules.values():
            reading = _read(known, rules, clock)
            found[rules.version] = reading
            scored = _scored(known, rules, reading, now)
            done.lines += store.keep(scored, chosen)
            clock.lap("history")
        newest = found.get(self._newest)
        if newest is not None:
            given = self._arms.give(known.sirens)
            frame = serving.left_on_targets(known.sirens, newest, found, given.versions)
            clock.lap("encode")
            if given.hybrid.any() and self._arms.hybrid_of in self._rules:
                frame = hybrid.blend(
                    frame,
                    asked=known.sirens[given.hybrid],
                    model=self._arms.model(),
                    rules=self._rules[self._arms.hybrid_of],
                    as_of=known.as_of,
                )
                clock.lap("model")
            scores.set_scores(frame, scored_at=now)
            clock.lap("targets")


def _read(known: Known, rules: Ruleset, clock: "_Clock") -> Reading:
    columns = known.columns(rules)
    clock.lap("columns")
    readings = engine.compute(
        columns, ruleset=rules, preset=DEFAULT_PRESET, as_of=known.as_of
    )
    clock.lap("compute")
    written = lines.encode(known, columns, readings, rules, DEFAULT_PRESET)
    clock.lap("encode")
    return Reading(rules.version, readings, written)


def _scored(known: Known, rules: Ruleset, reading: Reading, at: datetime) -> Scored:
    return Scored(
        version=rules.version,
        preset=DEFAULT_PRESET,
        as_of=known.as_of,
        at=at,
        sirens=known.sirens,
        is_evaluable=reading.readings.is_evaluable,
        lines=reading.lines,
    )


class _Clock:
    """Seconds by name, from one lap to the next."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = self.laps.get(name, 0.0) + now - self._last
        self._last = now


def score_among(sirens: Sequence[str]) -> Done:
    """These companies, whether they are targets or not."""
    done, scorer = Done(), Scorer()
    for start in range(0, len(sirens), CHUNK):
        done.add(scorer.score(choice.among(sirens[start : start + CHUNK])))
    return done
