"""Lookalikes over a million and a half targets: the page, its work, plainer ways.

    python -m benchmarks.scoring.lookalikes --companies 1500000

Made-up companies that all have something to compare, in a database of their own, kept
between runs. Two answers of each kind are compared with a sort of every distance.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.scoring import ground
from benchmarks.scoring.ground import PROJECT, Rows, Verdicts, verdict
from benchmarks.search import web
from benchmarks.search.bench import EMAIL
from benchmarks.search.report import p90

# Targets for each company of the other parts: a million and a half for a million.
TARGETS, EACH, BAR_MS = 1.5, 60, 150.0
USUAL = ("naf=C", "ca_min=1&ca_max=50", "dirigeant_min=58&region=84", "region=11&naf=M")


@dataclass(frozen=True)
class Case:
    """Addresses of one kind; ``is_barred`` has the bar of the issue."""

    name: str
    queries: list[str]
    is_barred: bool = False


def measure(options: argparse.Namespace) -> tuple[Rows, Verdicts]:
    """In a process of its own: other parts have other databases."""
    count = int(options.companies * TARGETS)
    command = [sys.executable, "-m", "benchmarks.scoring.lookalikes", "--json"]
    env = {name: v for name, v in os.environ.items() if not name.endswith("_URL")}
    if options.no_peers:
        command.append("--no-peers")
    done = subprocess.run(  # noqa: S603
        [*command, "--companies", str(count)],
        cwd=PROJECT,
        env=env,
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return [(name, value) for name, value in found["rows"]], found["verdicts"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scoring.lookalikes")
    parser.add_argument("--companies", type=int, default=1_500_000)
    parser.add_argument("--each", type=int, default=EACH)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--json", action="store_true", help="the last line alone")
    options = parser.parse_args()
    # What the grounds say of themselves is no answer.
    out, sys.stdout = sys.stdout, sys.stderr
    with ground.companies(options.companies) as env:
        import django

        django.setup()
        _index(env)
        rows, verdicts = _measure(env, options)
    if not options.json:
        out.write(ground.table(rows) + "\n")
    out.write(json.dumps({"rows": rows, "verdicts": verdicts}) + "\n")
    return 0


def _index(env: Mapping[str, str]) -> None:
    from companies.search.index import keeper

    if keeper.state().changes != 0:
        began = time.perf_counter()
        ground.manage(env, "build_search_index")
        sys.stderr.write(f"index built in {time.perf_counter() - began:.0f} s\n")


def _measure(
    env: Mapping[str, str], options: argparse.Namespace
) -> tuple[Rows, Verdicts]:
    told = _sirens("SELECT siren FROM target WHERE revenue IS NOT NULL")
    silent = _sirens("SELECT siren FROM target WHERE revenue IS NULL")
    cases = list(_cases(random.Random(5), told, silent, options.each))  # noqa: S311
    asked = [query for case in cases for query in case.queries[:2]]
    rows: Rows = [("targets", _counted()), ("… bytes of a company", _bytes())]
    wrong = _compare(asked)
    rows.append((f"answers unlike a sort of all, of {len(asked)}", str(wrong)))
    verdicts: Verdicts = {"lookalikes_wrong_answers": verdict(wrong, 0, most=True)}
    rows += [(f"{case.name}: work", _works(case.queries)) for case in cases]
    if not options.no_peers:
        rows += list(_plainer(cases[0].queries[:7]))
    headers = web.session(EMAIL)
    with web.gunicorn(env) as address:
        web.ask([f"{address}/semblables/?{q}" for q in cases[0].queries[:12]], headers)
        for case in cases:
            urls = [f"{address}/semblables/?{query}" for query in case.queries]
            replies, _ = web.ask(urls, headers)
            bad = sum(reply.status != 200 for reply in replies)
            ms = [reply.ms for reply in replies]
            rows.append(
                (f"{case.name}: page", _said(ms) + f", {bad} failed" * bool(bad))
            )
            if case.is_barred:
                worst = float("inf") if bad else p90(ms)
                verdicts["lookalikes_p90_ms"] = verdict(worst, BAR_MS, most=True)
    return rows, verdicts


def _cases(
    draw: random.Random, told: Sequence[str], silent: Sequence[str], each: int
) -> Iterator[Case]:
    def like(sirens: Sequence[str]) -> str:
        return "&".join(f"comme={siren}" for siren in sirens)

    one = [like([draw.choice(told)]) for _ in range(each)]
    twenty = [like(draw.sample(told, 20)) for _ in range(each)]
    yield Case("one company, among all", one, is_barred=True)
    yield Case("one, usual criteria", [f"{q}&{draw.choice(USUAL)}" for q in one])
    yield Case("twenty companies, among all", twenty)
    yield Case(
        "one without accounts, among all",
        [like([draw.choice(silent)]) for _ in range(each)],
    )


def _plainer(queries: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name, way in (("every distance sorted", _plainly), ("scikit-learn", _library)):
        yield f"plainer: {name}", _said([way(query) for query in queries])


def _bytes() -> str:
    from companies.search.index import store
    from scoring.lookalikes.traits import TRAITS

    view = store.current()
    assert view is not None  # noqa: S101
    block = next(block for block in view.blocks if block.is_target)
    return str(sum(block[trait.column].dtype.itemsize for trait in TRAITS))


def _sirens(statement: str, most: int = 40_000) -> list[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"{statement} ORDER BY siren LIMIT %s", [most])
        return [f"{row[0]:09d}" for row in cursor.fetchall()]


def _counted() -> str:
    from companies.search.index import store

    view = store.current()
    assert view is not None  # noqa: S101
    return f"{sum(block.rows for block in view.blocks if block.is_target):,}"


def _said(ms: Sequence[float]) -> str:
    middle = statistics.median(ms)
    return f"p50 {middle:.0f} ms, p90 {p90(ms):.0f}, worst {max(ms):.0f}"


def _asked(query: str) -> tuple[list[str], Any]:
    """Seeds and search, as the page reads them."""
    from django.http import QueryDict

    from accounts.models import User
    from companies.search import engine
    from companies.search.form import SearchForm

    data = QueryDict(query).copy()
    sirens = list(map(str, data.pop("comme")))
    desk_id = User.objects.get(email=EMAIL).desk_id
    form = SearchForm(data, desk_id=desk_id)
    if not form.is_valid():
        raise SystemExit(f"{query}: {form.in_words()}")
    return sirens, engine.search(form.criteria, sort=form.sort, desk_id=desk_id)


def _works(queries: Sequence[str]) -> str:
    """Seeds and criteria to companies in words: by the clock, and of the processor."""
    from scoring.lookalikes import find

    asked = [_asked(query) for query in queries]
    find.lookalikes(*asked[0])
    began = time.process_time()
    ms = [_timed(partial(find.lookalikes, *each)) for each in asked]
    busy = (time.process_time() - began) * 1000 / len(asked)
    return f"{_said(ms)}; {busy:.0f} of the processor"


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


# Plainer ways to the same


def _compare(queries: Sequence[str]) -> int:
    from scoring.lookalikes import find

    wrong = 0
    for query in queries:
        sirens, search = _asked(query)
        found = find.lookalikes(sirens, search)
        told = [int(each.row.siren) for each in found.lookalikes]
        wrong += told != _sorted(sirens, search)
    return wrong


def _sorted(sirens: Sequence[str], search: Any) -> list[int]:
    """The distance of every candidate, then a sort of all of them."""
    from django.utils import timezone

    from companies.search.index import bits
    from scoring.lookalikes import find, profiles, traits

    numbers = [int(siren) for siren in sirens]
    steps = [each.steps for each in profiles.read(numbers).values()]
    compared = traits.compare(steps, timezone.localdate())
    assert compared is not None  # noqa: S101
    distance, siren = [], []
    for each in find._without(numbers, find._candidates(search)):
        rows = bits.positions(each.chosen)
        total = np.zeros(len(rows), np.float64)
        for trait in traits.TRAITS:
            table = compared.tables.get(trait.name)
            if table is None:
                continue
            known = np.zeros(len(rows), np.int64)
            if trait.column in each.block:
                known = np.maximum(each.block[trait.column][rows].astype(np.int64), 0)
            total += table[known]
        distance.append(total)
        siren.append(each.block["siren"][rows])
    sirens_found = np.concatenate(siren)
    order = np.lexsort((sirens_found, np.concatenate(distance)))
    return [int(number) for number in sirens_found[order[: find.MOST]]]


def _plainly(query: str) -> float:
    asked = _asked(query)
    return _timed(partial(_sorted, *asked))


def _library(query: str) -> float:
    """The same steps by scikit-learn: Manhattan, the unknown in the middle."""
    from sklearn.neighbors import NearestNeighbors

    from companies.search.index import store
    from scoring.lookalikes import profiles
    from scoring.lookalikes.traits import TRAITS

    view = store.current()
    assert view is not None  # noqa: S101
    block = next(block for block in view.blocks if block.is_target)
    if not _FITTED:
        columns = [block[trait.column].astype(np.float32) for trait in TRAITS]
        matrix = np.stack(columns, axis=1)
        matrix[matrix <= 0] = 127
        weighed = matrix * np.array([t.weight for t in TRAITS], np.float32)
        _FITTED.append(NearestNeighbors(n_neighbors=21, algorithm="brute", metric="l1"))
        _FITTED[0].fit(weighed)
    sirens, _ = _asked(query)
    steps = next(iter(profiles.read([int(sirens[0])]).values())).steps
    seed = np.array([[steps[t.name] * t.weight for t in TRAITS]], np.float32)
    return _timed(partial(_FITTED[0].kneighbors, seed))


_FITTED: list[Any] = []


if __name__ == "__main__":
    sys.exit(main())
