"""L3: the desk at work while an import, an export of all and a batch run."""

import argparse
import csv
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.enrichment import ground as enrichment
from benchmarks.load import desk
from benchmarks.load.house import House, analysts, house
from benchmarks.scoring import ground

P95_MS, MOST_AGE_S = 800.0, 60.0
# Of a register of a million: an import of 100,000 and a batch of 5,000.
IMPORTED, ENRICHED = 10, 200
LONGEST_S = 1800.0
ACTIVITIES = ("25.62B", "28.29B", "33.12Z")
TICK_S = 0.5


@dataclass(kw_only=True)
class Work:
    """One long piece of work: what starts it, how it stands, when it ended."""

    name: str
    row: Any
    wanted: tuple[str, ...]
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    def look(self) -> bool:
        """Whether it is over."""
        if not self.seconds:
            self.row.refresh_from_db(fields=["state"])
            if self.row.state in (*self.wanted, "failed"):
                self.seconds = time.monotonic() - self.began
        return bool(self.seconds)

    @property
    def is_right(self) -> bool:
        return self.row.state in self.wanted


def measure(options: argparse.Namespace) -> ground.Part:
    ages: list[float] = []
    with house(options.rows, people=desk.PEOPLE) as ours:
        path = Path(ours.env["VAR_DIR"]) / "import.csv"
        sirens = _sirens(max(options.rows // IMPORTED, 1))
        _write(path, sirens)
        with desk.at_work(
            ours, options.seconds, beside=lambda: ages.append(_oldest_s())
        ) as report:
            time.sleep(desk.THINK_S[1])
            works = _started(ours, path, sirens[: max(options.rows // ENRICHED, 1)])
            _wait(works)
    rows = report.rows() + [
        (each.name, f"{each.row.state} after {each.seconds:.0f} s") for each in works
    ]
    wrong = sum(not each.is_right for each in works)
    verdicts = report.verdicts("load_l3", p95=P95_MS)
    return rows, verdicts | {
        "load_l3_queue_age_s": ground.verdict(max(ages), MOST_AGE_S, most=True),
        "load_l3_work_undone": ground.verdict(wrong, 0, most=True),
    }


def _sirens(count: int) -> list[str]:
    from companies.models import Company

    found = Company.objects.order_by("siren").values_list("siren", flat=True)
    return [str(siren) for siren in islice(found.iterator(), count)]


def _write(path: Path, sirens: Sequence[str]) -> None:
    """New each time: every row changes a figure, and what searches read."""
    now = int(time.time()) % 1_000_000
    naf = ACTIVITIES[now % len(ACTIVITIES)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("siren", "capital", "code_naf"))
        writer.writerows(
            (siren, now + place, naf) for place, siren in enumerate(sirens)
        )


def _started(ours: House, path: Path, sirens: Sequence[str]) -> list[Work]:
    [by] = analysts(1)
    # The import last: its trial is waited for.
    return [_export(by), _batch(by, sirens), _import(by, path)]


def _import(by: Any, path: Path) -> Work:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from companies.imports import services

    file = SimpleUploadedFile(path.name, path.read_bytes())
    imp = services.receive(file=file, kind="companies", by=by)
    policies = {"capital": "overwrite", "naf_code": "overwrite"}
    services.set_mapping(imp=imp, mapping=imp.mapping, policies=policies, options={})
    services.ask_trial(imp=imp, by=by)
    trial = Work(name="trial", row=imp, wanted=("checked",))
    _wait([trial])
    services.ask_run(imp=imp, by=by)
    began = trial.began
    return Work(name="import", row=imp, wanted=("done",), began=began)


def _export(by: Any) -> Work:
    from exports import asked, definition, services, starting
    from exports.choice import Choice

    wish = asked.of_query("tri=-ca", desk_id=by.desk_id)
    columns = definition.all_columns("rapide", with_contacts=False)
    choice = Choice(profile="rapide", format="csv", columns=tuple(columns))
    export = services.ask(wish=wish, choice=choice, by=by)
    starting.start(export)
    return Work(name="export", row=export, wanted=("done",))


def _batch(by: Any, sirens: Sequence[str]) -> Work:
    from enrichment import services

    enrichment.settle_sources(concurrency=8)
    batch = services.make_batch_of(by=by, name="Charge", sirens=sirens)
    services.start_batch(
        batch=batch, by=by, sources=[enrichment.FREE, enrichment.PAID], cap_eur=None
    )
    return Work(name="batch", row=batch, wanted=("done",))


def _wait(works: Sequence[Work]) -> None:
    deadline = time.monotonic() + LONGEST_S
    while sum(each.look() for each in works) < len(works):
        if time.monotonic() > deadline:
            return
        time.sleep(TICK_S)


def _oldest_s() -> float:
    """How long the next job of any queue has been waiting."""
    from django.conf import settings

    from mainsite.lib import queue

    return max(queue.age_s(name) for name in settings.RQ_QUEUES)
