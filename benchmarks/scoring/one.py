"""One company after its enrichment: the worker's work, then the page that was open.

The work is timed as a worker does it: in a child that a loaded process forks for the
job, its first question to the database and to the cache included. Then a browser has
the company's page open, figures change, and the event of an enrichment is told; what
counts is the time until the page shows the new score, by itself.
"""

import argparse
import os
import statistics
import time
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from benchmarks.enrichment.ground import manage, running
from benchmarks.scoring import ground
from benchmarks.scoring.ground import Part, Rows, Verdicts
from benchmarks.search import web
from companies.events import CompaniesEnriched
from mainsite.lib.events import publish

COMPANIES = 100_000
ROUNDS = 15
WORK_MS, PAGE_S = 150.0, 2.0
LONGEST_MS = 20_000


def measure(_options: argparse.Namespace) -> Part:
    with ground.companies(COMPANIES) as env:
        import django

        django.setup()
        chosen = _sirens(2 * ROUNDS + 2)
        rows, verdicts = _work(chosen[:ROUNDS])
        more, found = _page(env, chosen[ROUNDS:])
    return rows + more, verdicts | found


def _sirens(count: int) -> list[str]:
    from companies.models import Target

    scored = Target.objects.filter(score__isnull=False, accounts_closed_on__year=2025)
    return list(islice(scored.order_by("siren").values_list("siren", flat=True), count))


def _change(siren: str) -> None:
    from companies.models import AnnualAccounts

    last = AnnualAccounts.objects.filter(siren=siren).order_by("-closed_on")[:1]
    # Where the curve of revenue rises, another one each time: the score moves.
    amount = 3_000_000 + time.time_ns() // 1000 % 6_000_000
    AnnualAccounts.objects.filter(pk__in=[each.pk for each in last]).update(
        revenue=amount, net_income=amount // 10
    )


# The work


def _work(chosen: Sequence[str]) -> tuple[Rows, Verdicts]:
    from django.db import connections

    from scoring import jobs  # noqa: F401 -- what a worker has loaded

    took = []
    for siren in chosen:
        _change(siren)
        connections.close_all()
        took.append(_in_a_child(siren))
    wall = sorted(each[0] for each in took)
    median = statistics.median(wall)
    processor = statistics.median(each[1] for each in took)
    rows = [
        (
            "one company re-scored, both rulesets, in a new work-horse",
            f"{median:.0f} ms (median), {wall[-1]:.0f} ms (worst of {len(wall)}),"
            f" {processor:.0f} ms of processor",
        )
    ]
    return rows, {"rescored_ms": ground.verdict(median, WORK_MS, most=True)}


def _in_a_child(siren: str) -> tuple[float, float]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        from scoring import jobs

        began, busy = time.perf_counter(), time.process_time()
        jobs.score_companies([siren])
        spent = time.perf_counter() - began, time.process_time() - busy
        os.write(writing, f"{spent[0] * 1e3} {spent[1] * 1e3}".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        wall, processor = told.read().split()
    os.waitpid(child, 0)
    return float(wall), float(processor)


# The page


def _page(env: Mapping[str, str], chosen: Sequence[str]) -> tuple[Rows, Verdicts]:
    from playwright.sync_api import sync_playwright

    from conftest import find_chromium

    chromium = find_chromium()
    if chromium is None:
        return [("the open page", "no chromium here: not measured")], {}
    # Playwright's loop runs in this thread, and nothing else is asked meanwhile.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    workers = [manage("work", name) for name in ("interactive", "scoring")]
    with (
        web.gunicorn(env) as address,
        running(*workers, env=env),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context()
        context.add_cookies(_cookies(address))
        page = context.new_page()
        took = [_seen(page, f"{address}/societes/{siren}/", siren) for siren in chosen]
        browser.close()
    # The first one warms the templates up.
    seconds = sorted(took[1:])
    median = statistics.median(seconds)
    rows = [
        (
            "from the event of an enrichment to the score on the open page",
            f"{median:.2f} s (median), {seconds[-1]:.2f} s (worst of {len(seconds)})",
        )
    ]
    return rows, {"open_page_s": ground.verdict(seconds[-1], PAGE_S, most=True)}


def _cookies(address: str) -> list[Any]:
    from accounts.tests.people import verified_client
    from benchmarks.enrichment.ground import analyst

    client = verified_client(analyst())  # type: ignore[no-untyped-call]
    return [
        {"name": name, "value": morsel.value, "url": address}
        for name, morsel in client.cookies.items()
    ]


def _seen(page: Any, url: str, siren: str) -> float:
    """Seconds from the event to the page that says the new score."""
    page.goto(url)
    page.wait_for_selector("#score-panel .reads")
    _change(siren)
    began = time.monotonic()
    publish(CompaniesEnriched(sirens=(siren,), source="pappers", is_awaited=True))
    page.wait_for_selector("#score-panel [role=status]", timeout=LONGEST_MS)
    return time.monotonic() - began
