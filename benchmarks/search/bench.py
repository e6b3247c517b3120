"""What a run asks, in its order, and what it says of the answers."""

import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from benchmarks import peers
from benchmarks.search import bare, cases, ground, oracle, report, web
from benchmarks.search.report import Bar, Times

SMALL = 1_000_000
DEPTH = 500_000
USERS = (1, 8, 64)
EMAIL = "banc1@example.org"


@dataclass(frozen=True)
class Options:
    rows: int
    each: int
    checked: int
    seconds: float
    rounds: int
    has_peers: bool


@dataclass
class Load:
    """What some number of users got in all their rounds."""

    rates: list[float] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    errors: int = 0

    def add(self, replies: Sequence[web.Reply], seconds: float) -> None:
        self.rates.append(len(replies) / seconds)
        self.ms += [reply.ms for reply in replies]
        self.errors += sum(reply.status != 200 for reply in replies)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def cells(self) -> str:
        middle = statistics.median(self.ms)
        return f"{self.rate:.1f} | {middle:.0f} | {report.p90(self.ms):.0f}"


class Bench:
    """One run: what it asks, what it was answered, what it says at the end."""

    def __init__(
        self, options: Options, env: Mapping[str, str], db: psycopg.Connection[Any]
    ) -> None:
        from accounts.models import User

        self.options, self.env, self.db = options, env, db
        self.desk = int(User.objects.get(email=EMAIL).desk_id or 0)
        self.world = oracle.world(db, self.desk)
        self.headers = web.session(EMAIL)
        self.parts: list[str] = []
        self.bars: list[Bar] = []
        self.saved: dict[str, Any] = {"rows": options.rows}
        self.address = ""

    def run(self) -> None:
        load = os.getloadavg()[0]
        with web.gunicorn(self.env) as self.address:
            self.compare()
            self.one_user()
            self.while_typing()
            self.deep()
            self.many_users()
        if self.options.has_peers:
            self.beside_peers()
        self.parts.insert(0, _machine(self.options.rows, load))

    def url(self, query: str) -> str:
        return f"{self.address}/?{query}"

    # Right before fast

    def compare(self) -> None:
        """Total and first rows of the page against plain SQL, on every class."""
        say("comparing with plain SQL")
        checked, wrong = 0, []
        for case in cases.draw(self.world, 7, self.options.checked):
            page = oracle.shown(web.get(self.url(case.query), self.headers))
            if case.where is None:
                if not page.total:
                    say(f"  nothing found, no plain SQL to compare: {case.query}")
                continue
            expected = oracle.plain(self.db, case, self.desk)
            checked += 1
            if page != expected:
                wrong.append(f"{case.group}: /?{case.query}")
                say(f"  DIFFERENT {wrong[-1]}")
                say(f"    page {page.total} {page.sirens[:3]}")
                say(f"    SQL  {expected.total} {expected.sirens[:3]}")
        say(f"{checked - len(wrong)} of {checked} searches answered as plain SQL does")
        self.parts.append(
            f"{checked - len(wrong)} of {checked} random searches gave the total and "
            "the first fifty rows of plain SQL."
        )
        self.bars.append(
            Bar("search_wrong_answers", "wrong answers", len(wrong), 0, "")
        )

    # One user

    def one_user(self) -> None:
        warm = cases.draw(self.world, 11, 6)
        for _ in range(2):
            web.ask([self.url(case.query) for case in warm], self.headers, users=2)
        measured = cases.draw(self.world, 13, self.options.each)
        random.Random(1).shuffle(measured)  # noqa: S311
        replies, _ = web.ask([self.url(case.query) for case in measured], self.headers)
        _expect_pages(replies)
        by_class: dict[str, list[web.Reply]] = {name: [] for name in cases.CLASSES}
        for reply in replies:
            by_class[measured[reply.number].group].append(reply)
        found = {name: report.times(got) for name, got in by_class.items()}
        self._keep_classes(found)

    def _keep_classes(self, found: dict[str, Times]) -> None:
        head = ("search", "page p50", "page p90", "SQL p50", "SQL p90")
        rows = [f"| {name} | {each.cells} |" for name, each in found.items()]
        self.parts.append(
            f"One user, {self.options.each} random searches of each class, "
            "milliseconds:\n\n" + report.table(head, rows)
        )
        say(self.parts[-1])
        barred = [found[name] for name in cases.BARRED]
        names = [found[name] for name in cases.NAMES]
        self.bars += [
            Bar(
                "search_page_p90_ms",
                "search page, worst of T1-T9 and R1-R7: p90, one user",
                max(each.p90 for each in barred),
                100,
                " ms",
            ),
            Bar(
                "search_sql_p90_ms",
                "… its SQL",
                _worst([each.sql_p90 for each in barred]),
                60,
                " ms",
            ),
            Bar(
                "search_names_p90_ms",
                "names (typo, accents, beginning, SIREN), worst class: page p90",
                max(each.p90 for each in names),
                60,
                " ms",
            ),
        ]
        self.saved["p90"] = {name: each.p90 for name, each in found.items()}
        self._growth(found)

    def _growth(self, found: dict[str, Times]) -> None:
        path = ground.BENCH / f"search-{SMALL}.json"
        value = None
        if self.options.rows > SMALL and path.exists():
            before = json.loads(path.read_text(encoding="utf-8"))["p90"]
            value = max(
                each.p90 / before[name]
                for name, each in found.items()
                if name in before
            )
        if self.options.rows > SMALL:
            words = "growth of p90 from 1 M companies, worst class"
            self.bars.append(Bar("search_growth", words, value, 3, " ×"))

    def while_typing(self) -> None:
        pressed = cases.typing(self.world, 17, max(self.options.each // 2, 5))
        headers = self.headers | {"HX-Request": "true"}
        addresses = [f"{self.address}/compter/?{case.query}" for case in pressed]
        replies, _ = web.ask(addresses, headers)
        _expect_pages(replies)
        typed = report.times(replies)
        self.parts.append(
            f"Exact total while typing, {len(replies)} keys: answer p50 "
            f"{typed.median:.1f} ms, p90 {typed.p90:.1f} ms."
        )
        words = "exact total while typing: p90 of SQL"
        self.bars.append(
            Bar("search_typing_sql_p90_ms", words, typed.sql_p90, 20, " ms")
        )

    def deep(self) -> None:
        """Fifty rows after half a million, beside the first fifty, in turn."""
        firsts, deeps = [], []
        for query in ("tri=-attractivite", "tri=age", "tri=nom"):
            for cursor in self._cursors(query, 8):
                firsts.append(self.url(query))
                deeps.append(self.url(f"{query}&curseur={cursor}"))
        both = [address for pair in zip(firsts, deeps, strict=True) for address in pair]
        web.ask(both[:12], self.headers)
        replies, _ = web.ask([*both, *both], self.headers)
        _expect_pages(replies)
        first = report.times([r for r in replies if r.number % 2 == 0])
        deep = report.times([r for r in replies if r.number % 2])
        depth = min(DEPTH, self.options.rows // 2)
        self.parts.append(
            f"Page at depth {depth:,}: p50 {deep.median:.1f} ms, p90 {deep.p90:.1f}; "
            f"page 1: {first.median:.1f} and {first.p90:.1f}."
        )
        ratio = deep.median / first.median
        words = f"page at depth {depth:,}, against page 1 (median)"
        self.bars.append(Bar("search_depth_ratio", words, ratio, 1.25, " ×"))

    def _cursors(self, query: str, count: int) -> list[str]:
        """Walked to as whoever scrolls would be, in larger steps and unread."""
        from django.http import QueryDict

        from companies.search import engine
        from companies.search.cursor import Cursor
        from companies.search.form import SearchForm

        form = SearchForm(QueryDict(query), desk_id=self.desk)
        form.is_valid()
        search = engine.search(form.criteria, sort=form.sort, desk_id=self.desk)
        depth = min(DEPTH, self.options.rows // 2)
        last = engine.place_at(search, depth)
        if last is None:
            raise SystemExit(f"the list is shorter than {depth:,}")
        position: Cursor | None = Cursor(search.sort, last.key, last.siren)
        found = []
        for _ in range(count):
            position = engine.page(search, position).next
            found.append(str(position))
        return found

    # Many users

    def many_users(self) -> None:
        """Ours at each number of users, and two limits, round after round."""
        mix = cases.draw(self.world, 19, 12)
        random.Random(2).shuffle(mix)  # noqa: S311
        addresses = [self.url(case.query) for case in mix]
        pages = bare.capture([f"/?{case.query}" for case in mix], self.headers)
        plain = [
            list(oracle.statements(self.db, case, self.desk))
            for case in mix
            if case.where is not None
        ]
        loads = {users: Load() for users in USERS}
        limits: list[float] = []
        plains: list[float] = []
        url, seconds = self.env["DATABASE_URL"], self.options.seconds
        for _ in range(self.options.rounds):
            limits.append(bare.pages_a_second(url, pages, seconds))
            plains.append(bare.pages_a_second(url, plain, seconds))
            for users, load in loads.items():
                load.add(
                    *web.ask(addresses, self.headers, users=users, seconds=seconds)
                )
        statements = sum(map(len, pages)) / len(pages)
        self._keep_loads(loads, limits, plains, statements)

    def _keep_loads(
        self,
        loads: Mapping[int, "Load"],
        limits: Sequence[float],
        plains: Sequence[float],
        statements: float,
    ) -> None:
        limit = statistics.median(limits)
        rows = [
            f"| the same SQL by psycopg alone, {bare.PROCESSES} processes "
            f"({statements:.1f} statements a page) | {limit:.1f} | | |",
            "| plain count and fifty sorted keys by psycopg alone, no index of ours "
            f"| {statistics.median(plains):.1f} | | |",
            *(
                f"| list page, {users} user{'s' if users > 1 else ''} | {load.cells} |"
                for users, load in loads.items()
            ),
        ]
        errors = sum(load.errors for load in loads.values())
        head = ("mix of all classes", "pages/s", "p50 ms", "p90 ms")
        self.parts.append(
            f"{self.options.rounds} rounds of {self.options.seconds:.0f} s in turn, "
            f"{errors} errors:\n\n" + report.table(head, rows)
        )
        say(self.parts[-1])
        ratio = loads[64].rate / limit
        words = "64 users, against the same SQL by bare psycopg"
        self.bars += [
            Bar("search_64_users_errors", "64 users: errors", errors, 0, ""),
            Bar("search_64_users_ratio", words, ratio, 0.25, " ×", at_least=True),
        ]

    def beside_peers(self) -> None:
        self.parts.append(
            peers.measure(
                self.env,
                total=self.options.rows,
                headers=self.headers,
                seconds=self.options.seconds,
                rounds=self.options.rounds,
                say=say,
            )
        )

    def conclude(self) -> None:
        head = ("what", "bar", "measured", "")
        bars = report.table(head, [bar.row for bar in self.bars])
        text = "\n".join([self.parts[0], "", bars, *self.parts[1:]])
        name = f"search-{self.options.rows}"
        (ground.BENCH / f"{name}.md").write_text(text + "\n", encoding="utf-8")
        self.saved["bars"] = json.loads(report.verdict(self.bars))
        (ground.BENCH / f"{name}.json").write_text(
            json.dumps(self.saved, indent=1), encoding="utf-8"
        )
        say(f"\n{text}\n{report.verdict(self.bars)}")


def _machine(rows: int, load: float) -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        cwd=ground.PROJECT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    noisy = " (noisy)" if max(load, 0) > 2 else ""
    return (
        f"{rows:,} companies, {os.cpu_count()} processors, load average before "
        f"{load:.1f}{noisy}, commit {commit or 'unknown'}."
    )


def _worst(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return max(known) if known else None


def _expect_pages(replies: Sequence[web.Reply]) -> None:
    bad = [reply for reply in replies if reply.status != 200]
    if bad:
        raise SystemExit(f"{len(bad)} answers were not pages: {bad[0]}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
