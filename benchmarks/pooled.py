"""A thousand connections at once: many idle, many at work, each one's errors counted.

    DATABASE_URL=… PGBOUNCER=1 python -m benchmarks.pooled '{"open": 800, …}'

is one process of clients against the data that ``tests.pooling`` made; it prints
one JSON object. ``benchmarks.connections`` runs it through PgBouncer and directly.
"""

import json
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import django
import psycopg

CONNECTORS = 8
# Of a sign-in that is told to come back.
TRIES = 10


@dataclass
class Tally:
    """What the threads saw, each under the lock."""

    times_ms: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    leased: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, name: str, took_ms: float) -> None:
        with self.lock:
            self.seen[name] += 1
            self.times_ms.append(took_ms)

    def fail(self, name: str, error: BaseException) -> None:
        with self.lock:
            self.errors[f"{name}: {type(error).__name__}: {error}"[:300]] += 1


def main() -> None:
    asked: dict[str, Any] = json.loads(sys.argv[1])
    django.setup()
    idle = _Idle(asked["open"])
    tally = Tally()
    idle.open(tally)
    began = time.perf_counter()
    _work(asked, tally)
    took_s = time.perf_counter() - began
    idle.ask_again(tally)
    times = sorted(tally.times_ms) or [0.0]
    report = {
        "open": len(idle.connections) + asked["active"],
        "connect_s": round(idle.took_s, 1),
        "seconds": round(took_s, 1),
        "per_s": round(len(tally.times_ms) / took_s, 1),
        "median_ms": round(statistics.median(times)),
        "p90_ms": round(times[int(len(times) * 0.9)]),
        "seen": dict(tally.seen),
        "leased": len(tally.leased),
        "leased_twice": len(tally.leased) - len(set(tally.leased)),
        "errors": dict(tally.errors),
    }
    sys.stdout.write(json.dumps(report) + "\n")


class _Idle:
    """Connections that are there and do nothing, as most of a thousand people."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.connections: list[psycopg.Connection[Any]] = []
        self.took_s = 0.0

    def open(self, tally: Tally) -> None:
        from django.db import connection

        given = connection.get_connection_params()
        wanted = ("host", "port", "dbname", "user", "password", "options")
        given = {name: given[name] for name in wanted if name in given}

        def connect(_: int) -> None:
            try:
                one = psycopg.connect(
                    **given, prepare_threshold=None, autocommit=True, connect_timeout=60
                )
                one.execute("SELECT 1")
            except psycopg.Error as error:
                tally.fail("connect", error)
            else:
                self.connections.append(one)

        began = time.perf_counter()
        with ThreadPoolExecutor(CONNECTORS) as threads:
            list(threads.map(connect, range(self._count)))
        self.took_s = time.perf_counter() - began

    def ask_again(self, tally: Tally) -> None:
        """All of them are still there, and each still gets its answer."""
        for one in self.connections:
            try:
                one.execute("SELECT 1")
            except psycopg.Error as error:
                tally.fail("idle", error)
        for one in self.connections:
            one.close()


def _work(asked: dict[str, Any], tally: Tally) -> None:
    """All begin together; each does its own thing ``rounds`` times."""
    acts = _acts(asked)
    together = threading.Barrier(asked["active"])

    def run(number: int) -> None:
        from django.db import connection

        name = asked["acts"][number % len(asked["acts"])]
        together.wait(60)
        for turn in range(asked["rounds"]):
            began = time.perf_counter()
            try:
                acts[name](number, turn, tally)
            except Exception as error:  # whatever it is, it is what is counted
                tally.fail(name, error)
            else:
                tally.count(name, (time.perf_counter() - began) * 1000)
            finally:
                connection.close()

    numbers = range(asked["active"])
    threads = [threading.Thread(target=run, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _acts(asked: dict[str, Any]) -> dict[str, Callable[[int, int, Tally], None]]:
    return {
        "sign-in": lambda number, turn, _: _sign_in(asked, number, turn),
        "list": lambda number, turn, _: _list(asked),
        "ledger": lambda number, turn, tally: _ledger(asked, number, tally),
        "export": lambda number, turn, _: _export(asked),
    }


def _sign_in(asked: dict[str, Any], number: int, turn: int) -> None:
    """Password, second factor, first page: a code opens once, so one user each."""
    from django.test import Client
    from django.urls import reverse

    from accounts.models import TotpDevice
    from accounts.tests.people import PASSWORD, code_of

    email = asked["people"][(number + turn * asked["active"]) % len(asked["people"])]
    browser = Client(REMOTE_ADDR=f"10.1.{number}.{turn + 1}")
    given = {"email": email, "password": PASSWORD}
    answer = browser.post(reverse("accounts:sign_in"), given)
    for _ in range(TRIES):
        # One password is hashed at a time: the others are told when to come back.
        if answer.status_code != 503 or "Retry-After" not in answer:
            break
        time.sleep(int(answer["Retry-After"]))
        answer = browser.post(reverse("accounts:sign_in"), given)
    _expect(answer, 302, "")
    device = TotpDevice.objects.get(user__email=email)
    code = code_of(device)  # type: ignore[no-untyped-call]
    answer = browser.post(reverse("accounts:verify"), {"token": code})
    _expect(answer, 302, "")
    _expect(browser.get("/", {"tri": "nom"}), 200, asked["first_company"])


def _list(asked: dict[str, Any]) -> None:
    from django.test import Client

    browser = Client()
    browser.cookies["session"] = asked["session"]
    _expect(browser.get("/", {"tri": "nom"}), 200, asked["first_company"])


def _expect(answer: Any, status: int, text: str) -> None:
    if answer.status_code != status or text not in answer.content.decode():
        raise AssertionError(f"status {answer.status_code}, {text!r} not shown")


def _ledger(asked: dict[str, Any], number: int, tally: Tally) -> None:
    """The row of the batch is locked, five items are leased, all in one transaction."""
    from django.db import transaction

    from enrichment import ledger
    from enrichment.models import Batch

    batch_id = asked["batches"][number % len(asked["batches"])]
    with transaction.atomic():
        Batch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch_id)
        leased = ledger.lease(batch_id, uuid4(), 5)
    with tally.lock:
        tally.leased += [one.id for one in leased]


def _export(asked: dict[str, Any]) -> None:
    """All rows by keyset batches in one snapshot, a second connection beside it."""
    from exports import asked as wishes
    from exports import content, profiles
    from exports.snapshot import connection_beside, snapshot

    wish = wishes.of_query("tri=nom", desk_id=asked["desk"])
    columns = profiles.table("rapide").columns
    sirens: list[str] = []
    with snapshot(), connection_beside() as beside:
        for frame in content.batches(
            wish.search, columns, desk_id=asked["desk"], size=20
        ):
            sirens += frame["siren"].to_list()
        with beside.cursor() as cursor:
            cursor.execute("SELECT 1")
    if len(set(sirens)) != asked["companies"] or len(sirens) != asked["companies"]:
        raise AssertionError(f"{len(sirens)} rows of {asked['companies']}")


if __name__ == "__main__":
    main()
