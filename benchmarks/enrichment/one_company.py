"""From the click on « Lancer » to the page that shows the end, sources at 200 ms."""

import re
import statistics
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from benchmarks.enrichment import ground
from benchmarks.enrichment.ground import Verdicts, verdict
from benchmarks.search import web

# As the page itself asks while it is young.
POLL_S = 0.25
LONGEST_S = 30.0


def measure(
    sirens: Iterator[str], env: Mapping[str, str], *, rounds: int
) -> tuple[list[tuple[str, str]], Verdicts]:
    from enrichment.tests.gates import open_gates

    ground.settle_sources(concurrency=50)
    workers = [ground.manage("work", name) for name in ("interactive", "scoring")]
    with web.gunicorn(env) as address, ground.running(*workers):
        time.sleep(3)
        found = []
        for siren in islice(sirens, rounds + 1):
            open_gates()  # type: ignore[no-untyped-call]
            found.append(_click(address, siren))
    # The first one warms the templates up.
    seconds = sorted(found[1:])
    median, worst = statistics.median(seconds), seconds[-1]
    rows = [
        ("one company, every source, click to page", f"{median:.2f} s (median)"),
        ("", f"{worst:.2f} s (worst of {rounds})"),
    ]
    return rows, {"one_company_s": verdict(median, 1.0, most=True)}


def _click(address: str, siren: str) -> float:
    batch, names = _draft(siren)
    headers = _browser()
    form = urllib.parse.urlencode(
        [*(("sources", name) for name in names), ("cap_eur", "5,00")]
    )
    began = time.monotonic()
    page = _post(f"{address}{batch.get_absolute_url()}demarrer/", headers, form)
    while "batch-progress" not in page or "hx-trigger" in page:
        if time.monotonic() - began > LONGEST_S:
            raise TimeoutError(f"batch {batch.pk}: the page does not end")
        time.sleep(POLL_S)
        page = web.get(f"{address}{batch.get_absolute_url()}suivi/", headers)
    return time.monotonic() - began


def _draft(siren: str) -> tuple[Any, list[str]]:
    from enrichment import services
    from enrichment.choices import BatchKind
    from enrichment.models import Item

    ground.register([siren])
    batch = services.make_batch_of(
        by=ground.analyst(), name="Une société", sirens=[siren], kind=BatchKind.ONE
    )
    items = Item.objects.filter(batch=batch)
    return batch, sorted(set(items.values_list("source", flat=True)))


def _browser() -> dict[str, str]:
    from accounts.tests.people import verified_client

    client = verified_client(ground.analyst())  # type: ignore[no-untyped-call]
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    token = re.sub(r"\W", "", "t" * 32)
    cookies["csrf"] = token
    joined = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return {"Cookie": joined, "X-CSRFToken": token, "HX-Request": "true"}


def _post(url: str, headers: Mapping[str, str], body: str) -> str:
    request = urllib.request.Request(  # noqa: S310
        url, data=body.encode(), headers=dict(headers), method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return str(answer.read().decode())
