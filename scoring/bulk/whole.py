"""Every target, or the whole register, in chunks of neighbours by several processes.

A finished chunk is committed: a run that is killed has done what it has done, and the
next one leaves no second line of it.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice

from django.db.models import QuerySet

from companies.models import Company, Target
from scoring.bulk import choice, memory, run, worker
from scoring.bulk.run import Done, Scorer

Report = Callable[[Done], None]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Work:
    """``versions``: these rulesets alone, else all in service."""

    versions: tuple[str, ...] = ()
    only_targets: bool = True
    low: int = 0
    high: int = 999_999_999
    jobs: int = 1
    chunk: int = run.CHUNK


def count(work: Work) -> int:
    return _companies(work).count()


def rescore(work: Work, report: Report) -> Done:
    """``report`` is told the sum after each chunk."""
    total = Done()
    for done in _here(work) if work.jobs == 1 else _in_processes(work):
        total.add(done)
        report(total)
    return total


def _companies(work: Work) -> QuerySet[Target] | QuerySet[Company]:
    within = {"siren__gte": work.low, "siren__lte": work.high}
    if work.only_targets:
        return Target.objects.filter(**within)
    return Company.objects.filter(**within)


def spans(work: Work) -> Iterator[Span]:
    """The first and the last SIREN of each chunk, found as the work goes on."""
    sirens = _companies(work).order_by("siren").values_list("siren", flat=True)
    low = work.low
    while True:
        ahead = sirens.filter(siren__gte=low)
        first = ahead.first()
        if first is None:
            return
        last = next(iter(ahead[work.chunk - 1 : work.chunk]), None)
        if last is None:
            yield int(first), work.high
            return
        yield int(first), int(last)
        low = int(last) + 1


def _here(work: Work) -> Iterator[Done]:
    memory.keep_freed()
    scorer = Scorer(work.versions)
    for span in spans(work):
        yield scorer.score(choice.between(*span, only_targets=work.only_targets))


def _in_processes(work: Work) -> Iterator[Done]:
    """Each takes the next chunk when it is through with one."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        work.jobs,
        mp_context=context,
        initializer=worker.begin,
        initargs=(work.versions, work.only_targets),
    ) as pool:
        ahead = spans(work)
        running = _start(pool, islice(ahead, work.jobs + 1))
        while running:
            over, running = wait(running, return_when=FIRST_COMPLETED)
            for future in over:
                yield future.result()
            running |= _start(pool, islice(ahead, len(over)))


def _start(pool: ProcessPoolExecutor, some: Iterable[Span]) -> set[Future[Done]]:
    return {pool.submit(worker.score, *span) for span in some}
