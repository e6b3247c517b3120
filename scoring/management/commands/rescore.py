"""``manage.py rescore``: the scores of every target, computed again."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mainsite.lib import formatting
from scoring import published, services
from scoring.bulk import run, whole
from scoring.bulk.run import Done
from scoring.bulk.whole import Work


class Command(BaseCommand):
    help = (
        "Scores every company that has more than the register's row. Each chunk is a "
        "transaction: the command may be stopped, and run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--stale",
            action="store_true",
            help="only what was never scored, was enriched since, or has older rules",
        )
        parser.add_argument(
            "--ruleset",
            action="append",
            default=[],
            metavar="VERSION",
            help="this ruleset in service alone; may be given again",
        )
        parser.add_argument(
            "--register",
            action="store_true",
            help="the whole register, also what has no figures",
        )
        parser.add_argument("--from", dest="low", type=_siren, default=0)
        parser.add_argument("--to", dest="high", type=_siren, default=999_999_999)
        parser.add_argument("--jobs", type=int, default=1, help="processes")
        parser.add_argument("--chunk", type=int, default=run.CHUNK)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["stale"]:
            done = services.score_stale_companies(most=sys.maxsize)
            self.stdout.write(f"{formatting.number(done)} sociétés calculées")
            return
        work = _work(options)
        progress = _Progress(self, whole.count(work))
        whole.rescore(work, progress.tell)
        progress.end()


def _siren(value: str) -> int:
    return int(value.replace(" ", ""))


def _work(options: dict[str, Any]) -> Work:
    versions = tuple(options["ruleset"])
    served = published.served().versions
    if unknown := sorted(set(versions) - set(served)):
        raise CommandError(
            f"Pas en service : {', '.join(unknown)}. En service : {', '.join(served)}."
        )
    if options["jobs"] < 1 or options["chunk"] < 1:
        raise CommandError("--jobs et --chunk sont des nombres positifs.")
    return Work(
        versions=versions,
        only_targets=not options["register"],
        low=options["low"],
        high=options["high"],
        jobs=options["jobs"],
        chunk=options["chunk"],
    )


class _Progress:
    """A line per chunk: how far, how fast, how many lines of history."""

    def __init__(self, command: Command, total: int) -> None:
        self._out = command.stdout
        self._total = total
        self._began = time.monotonic()
        self._last = Done()

    def tell(self, done: Done) -> None:
        self._last = done
        rate = done.companies / max(time.monotonic() - self._began, 1e-9)
        left = max(self._total - done.companies, 0) / max(rate, 1e-9)
        self._out.write(
            f"{formatting.number(done.companies)} / {formatting.number(self._total)}"
            f" sociétés, {formatting.number(round(rate))} par seconde,"
            f" {formatting.number(done.lines)} lignes d’historique,"
            f" encore {left:.0f} s"
        )
        self._out.flush()

    def end(self) -> None:
        done, seconds = self._last, time.monotonic() - self._began
        where = ", ".join(f"{k} {v:.1f}" for k, v in sorted(done.seconds.items()))
        self._out.write(
            f"{formatting.number(done.companies)} sociétés en {seconds:.1f} s ;"
            f" {formatting.number(done.lines)} lignes d’historique. Secondes par"
            f" étape, tous processus : {where}"
        )
