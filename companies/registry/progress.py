"""How far each file is stored, in registry_load: given again, it goes on from there."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from django.utils import timezone

from companies.models import Edition, LoadState, RegistryLoad
from companies.registry.files import Broken
from companies.registry.plans import Plan
from companies.registry.report import COUNTS, FileReport, Reason, Tally
from mainsite.lib.ids import uuid7

_UNFINISHED = (LoadState.RUNNING, LoadState.STOPPED)


@dataclass
class Progress:
    """A file's row; ``report`` counts what earlier runs stored of it, too.

    ``position`` rows of the file are stored, broken ones apart.
    """

    plan: Plan
    row: RegistryLoad
    report: FileReport
    is_new: bool = True
    position: int = 0
    edition: Edition = Edition.DIFFERENCES
    _started: float = 0.0

    def begin(self, *, is_initial: bool = False) -> None:
        self.row.edition = self.edition
        self.row.state = LoadState.RUNNING
        self.row.error = ""
        self.row.ended_at = None
        # A first load that goes on by comparing stays what it was for its rows.
        self.row.is_initial = is_initial or self.row.is_initial
        if self.row.pk is None:
            self.row.save()
        else:
            self.row.save(
                update_fields=["edition", "state", "error", "ended_at", "is_initial"]
            )
        self.report.edition = str(self.edition.label)
        self._started = time.monotonic()

    def save(self, tally: Tally, rows: int) -> None:
        """Say, in the chunk's own transaction, that the chunk is in the tables."""
        total = Tally()
        total.add(self.report)
        total.add(tally)
        RegistryLoad.objects.filter(pk=self.row.pk).update(
            position=self.position + rows,
            chunks=self.row.chunks + 1,
            updated_at=timezone.now(),
            **_columns(total),
        )

    def committed(self, tally: Tally, rows: int) -> None:
        self.report.add(tally)
        self.report.seconds = time.monotonic() - self._started
        self.position += rows
        self.row.chunks += 1

    def again(self) -> None:
        """From the first row: rows passed over may be about companies that came later.

        What was written stays, and is met unchanged.
        """
        fresh = Tally()
        for each in fields(Tally):
            setattr(self.report, each.name, getattr(fresh, each.name))
        self.position = 0
        self.save(fresh, 0)

    def broken(self, broken: Broken) -> Tally:
        """The broken rows that were met and not yet counted, in this run or before."""
        new = max(0, broken.rows - self.report.left_out[Reason.MALFORMED])
        return Tally(read=new, left_out=Counter({Reason.MALFORMED: new} if new else {}))

    def end(self, state: LoadState, error: str = "") -> None:
        RegistryLoad.objects.filter(pk=self.row.pk).update(
            state=state, error=error, ended_at=timezone.now(), **_columns(self.report)
        )
        self.row.state = state


def _columns(tally: Tally) -> dict[str, Any]:
    return {
        "rows_read": tally.read,
        "rows_written": tally.written,
        "rows_unchanged": tally.unchanged,
        "rows_left_out": tally.left_out.total(),
        "left_out": {reason.name: n for reason, n in tally.left_out.items() if n},
        "counts": {name: n for name in COUNTS if (n := getattr(tally, name))},
    }


def open_all(plans: Sequence[Plan]) -> list[Progress]:
    """The unfinished rows of these very files, else new ones, not yet stored."""
    run = uuid7()
    return [_found(plan) or _new(plan, run) for plan in plans]


def _found(plan: Plan) -> Progress | None:
    row = (
        RegistryLoad.objects.filter(
            sha256=plan.sha256,
            size_bytes=plan.size_bytes,
            layout=plan.layout.key,
            with_individuals=plan.with_individuals,
        )
        .order_by("-started_at", "-pk")
        .first()
    )
    if row is None or row.state not in _UNFINISHED:
        return None
    report = FileReport(
        path=plan.path,
        layout=plan.layout.label,
        resumed_at=row.position,
        read=row.rows_read,
        written=row.rows_written,
        unchanged=row.rows_unchanged,
        left_out=Counter({Reason[name]: n for name, n in row.left_out.items()}),
        **row.counts,
    )
    return Progress(plan, row, report, is_new=False, position=row.position)


def _new(plan: Plan, run: UUID) -> Progress:
    row = RegistryLoad(
        run=run,
        file_name=plan.path.name,
        size_bytes=plan.size_bytes,
        sha256=plan.sha256,
        layout=plan.layout.key,
        edition=Edition.DIFFERENCES,
        with_individuals=plan.with_individuals,
        started_at=timezone.now(),
    )
    return Progress(plan, row, FileReport(path=plan.path, layout=plan.layout.label))


def last_complete(layout: str) -> RegistryLoad | None:
    return (
        RegistryLoad.objects.filter(
            layout=layout, edition=Edition.COMPLETE, state=LoadState.DONE
        )
        .order_by("-ended_at")
        .first()
    )
