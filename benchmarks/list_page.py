"""The list page on the demo data: a browser's GET through gunicorn, one at a time.

Beside it, in the same rounds: the same search asked of the engine without a page (what
PostgreSQL costs), and the health page (what HTTP and Django cost). Totals are compared
with a plain count first.
"""

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable

BAR_MS = 150.0
BAR_QUERIES = 12
ROUNDS = 15
PORT = 28_471
QUERIES = (
    "",
    "naf=C",
    "naf=25&region=84",
    "region=11&tranche=12&tranche=21",
    "q=boulangerie",
    "q=etablisement",
    "forme=5710&age_min=20",
    "ca_min=1&ca_max=50&tri=-ca",
    "ca_min=3&inconnus=ca&tri=nom",
    "attractivite_min=50&tri=-attractivite",
    "departement=69&tri=-effectif",
    "statut=prospect&tri=-age",
)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "boot"], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    subprocess.run(  # noqa: S603
        [*manage, "collectstatic", "--noinput", "-v", "0"], check=True
    )
    import django

    django.setup()
    cookie = _session()
    _compare_totals()
    queries = max(_queries(cookie, query) for query in QUERIES)
    env = {**os.environ, "PORT": str(PORT), "WEB_POOL_SIZE": "4"}
    command = [sys.executable, "-m", "gunicorn", "mainsite.wsgi"]
    web = subprocess.Popen(  # noqa: S603
        [*command, "-c", "deploy/gunicorn.conf.py"], env=env, stderr=subprocess.DEVNULL
    )
    try:
        _wait()
        times = _rounds(cookie)
    finally:
        web.terminate()
        web.wait()
    return _say(times, queries)


def _session() -> str:
    from accounts.models import User
    from accounts.tests.people import verified_client

    user = User.objects.get(email="analyste@demo.example")
    browser = verified_client(user)  # type: ignore[no-untyped-call]
    return f"session={browser.cookies['session'].value}"


def _search(query: str):  # type: ignore[no-untyped-def]
    from django.http import QueryDict

    from companies.search import engine
    from companies.search.form import SearchForm

    form = SearchForm(QueryDict(query))
    form.is_valid()
    return engine.search(form.criteria, sort=form.sort, desk_id=1)


def _compare_totals() -> None:
    from companies.search import engine

    for query in QUERIES:
        search = _search(query)
        counted, listed = engine.total(search), engine.summary(search).total
        if counted != listed:
            raise SystemExit(f"{query}: {listed} shown, {counted} counted")


def _queries(cookie: str, query: str) -> int:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"Cookie": cookie, "Host": "127.0.0.1"})
    client.cookies["session"] = cookie.partition("=")[2]
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(f"/?{query}")
    if answer.status_code != 200:
        raise SystemExit(f"/?{query} answered {answer.status_code}")
    return len(captured)


def _wait() -> None:
    for _ in range(100):
        try:
            _get("/healthz", "")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("gunicorn did not start")


def _get(path: str, cookie: str) -> bytes:
    request = urllib.request.Request(  # noqa: S310  loopback
        f"http://127.0.0.1:{PORT}{path}", headers={"Cookie": cookie}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return bytes(answer.read())


def _rounds(cookie: str) -> dict[str, list[float]]:
    from companies.search import engine

    def database(query: str) -> None:
        search = _search(query)
        engine.summary(search)
        engine.page(search)

    ways: dict[str, Callable[[str], object]] = {
        "page": lambda query: _get(f"/?{query}", cookie),
        "engine": database,
        "health": lambda query: _get("/healthz", ""),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS + 2):
        for query in QUERIES:
            for name, way in ways.items():
                began = time.perf_counter()
                way(query)
                if number >= 2:
                    times[name].append((time.perf_counter() - began) * 1000)
    return times


def _say(times: dict[str, list[float]], queries: int) -> int:
    words = {
        "page": "list page, HTML over HTTP",
        "engine": "its search alone (PostgreSQL)",
        "health": "health page (HTTP and Django)",
    }
    lines = [f"{'what':<32}{'median ms':>11}{'p90 ms':>9}{'worst ms':>10}"]
    p90 = {}
    for name, values in times.items():
        p90[name] = statistics.quantiles(values, n=10)[-1]
        middle = statistics.median(values)
        lines.append(
            f"{words[name]:<32}{middle:>11.1f}{p90[name]:>9.1f}{max(values):>10.1f}"
        )
    load = os.getloadavg()[0]
    lines.append(
        f"{len(QUERIES)} searches × {ROUNDS} rounds, {queries} queries at most, "
        f"load average {load:.1f}"
    )
    is_good = p90["page"] <= BAR_MS and queries <= BAR_QUERIES
    verdict = {
        "list": {"value": round(p90["page"], 1), "bar": BAR_MS, "ok": is_good},
    }
    sys.stdout.write("\n".join([*lines, json.dumps(verdict)]) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
