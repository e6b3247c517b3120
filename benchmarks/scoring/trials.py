"""A change of weights tried on a thousand companies, and quartiles of their sectors.

    python -m benchmarks.scoring trials --companies 100000

The trial is the whole of what the admin's button does but the page itself: both scores
of each company, who moved and why, the row that keeps it; the first of a process reads
its libraries too and is told apart. The sample is read once a day, a sector's quartiles
once a day and sector: both are told cold.
"""

import argparse
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.scoring import ground
from benchmarks.scoring.ground import Part, Rows, Timed, Verdicts, verdict

BAR_S = 1.0
TIMES = 15


def measure(options: argparse.Namespace) -> Part:
    with ground.companies(options.companies) as env:
        import django

        django.setup()
        ground.manage(env, "rescore")
        with Undone():
            return _measure()


class Undone:
    """What is measured leaves nothing in the database."""

    def __enter__(self) -> None:
        from django.db import connection

        connection.ensure_connection()
        connection.set_autocommit(False)

    def __exit__(self, *_: object) -> None:
        from django.db import connection

        connection.rollback()
        connection.set_autocommit(True)


def _measure() -> Part:
    from scoring import trial

    rows: Rows = [("targets", f"{_targets():,}")]
    draft, by = _draft()
    with Timed() as took:
        sample = trial.default_sample()
    rows.append(("the sample, cold", f"{took.s * 1000:.0f} ms"))

    made: list[Any] = []

    def try_it() -> None:
        made.append(trial.try_draft(ruleset=draft, sample=sample, by=by))

    first = _timed(try_it)
    seconds = [_timed(try_it) for _ in range(TIMES)]
    last = made[-1]
    rows += [
        ("companies tried, moved", f"{last.companies:,}, {last.moved:,}"),
        ("the first trial of a process", f"{first * 1000:.0f} ms"),
        ("a trial", _said(seconds)),
    ]
    divisions, sections = _cells()
    rows += [
        ("quartiles of a division and size, counted", _said(divisions)),
        ("quartiles of a section and size, counted", _said(sections)),
    ]
    verdicts: Verdicts = {"rules_trial_1000_s": verdict(max(seconds), BAR_S, most=True)}
    return rows, verdicts


def _targets() -> int:
    from companies.models import Target

    return Target.objects.count()


def _draft() -> tuple[Any, Any]:
    from accounts.models import Desk, User
    from scoring import publishing
    from scoring.models import Ruleset

    desk = Desk.objects.create(name="Essai des règles")
    by = User.objects.create(email="essai@banc.example", role="ops", desk=desk)
    draft = publishing.draft_from(ruleset=Ruleset.objects.get(pk="2.0"), by=by)
    draft.presets.filter(name="default").update(
        financial_performance=0.15, growth_trajectory=0.30
    )
    return draft, by


def _cells() -> tuple[list[float], list[float]]:
    """As lazily as a page asks: the divisions, then the sections, each size class."""
    from scoring import sector_comparison

    def count(sector: str, size: int) -> float:
        return _timed(lambda: sector_comparison._count(sector, size))

    divisions = ("25", "43", "46", "47", "56", "62", "68", "70")
    sections = ("C", "F", "G", "M")
    return (
        [count(each, size) for each in divisions for size in (1, 2)],
        [count(each, size) for each in sections for size in (1, 2)],
    )


def _timed(run: Callable[[], object]) -> float:
    with Timed() as took:
        run()
    return took.s


def _said(seconds: Sequence[float]) -> str:
    ms = [1000 * each for each in seconds]
    return f"p50 {statistics.median(ms):.0f} ms, worst {max(ms):.0f}"
