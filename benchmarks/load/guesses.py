"""L5: five hundred wrong passwords a second, and people who come to work."""

import argparse
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from typing import Any

from benchmarks.load import house as houses
from benchmarks.load.house import PASSWORD, House
from benchmarks.scoring import ground
from benchmarks.search.ground import PROJECT

RATE, ADDRESSES = 500, 50
MOST_S = 2.0
# A code opens once, so each sign-in is another person's.
PEOPLE, EVERY_S = 20, 4.0
# Beside what a worker holds at rest: one hash, and room.
HASH_MB = 160.0


def measure(options: argparse.Namespace) -> ground.Part:
    seconds = float(os.environ.get("ATTACK_SECONDS", min(options.seconds, 60.0)))
    with houses.house(options.rows, people=PEOPLE, TRUSTED_PROXIES="127.0.0.1") as ours:
        at_rest = max(ours.rss_mb().values())
        order = {
            "address": ours.address,
            "rate": RATE,
            "addresses": ADDRESSES,
            "seconds": seconds,
        }
        client = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load.guessers"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        memory: list[float] = []
        over = threading.Event()
        watch = threading.Thread(target=_watch, args=(ours, memory, over))
        watch.start()
        try:
            assert client.stdin is not None  # noqa: S101
            json.dump(order, client.stdin)
            client.stdin.close()
            client.stdin = None
            taken, refused = _come_to_work(ours, seconds)
            said, _ = client.communicate(timeout=seconds + 120)
        finally:
            over.set()
            watch.join()
            client.kill()
            client.wait()
    found = json.loads(said)
    statuses = Counter({int(code): n for code, n in found["statuses"].items()})
    return _told(found, statuses, taken, refused, max(memory) - at_rest)


def _told(
    found: dict[str, Any],
    statuses: Counter[int],
    taken: list[float],
    refused: list[str],
    grown: float,
) -> ground.Part:
    answers = ", ".join(f"{n} × {code}" for code, n in statuses.most_common())
    rate = sum(statuses.values()) / found["seconds"]
    slowest = max(taken, default=float("inf"))
    rows = [
        ("wrong passwords", f"{rate:.0f} a second answered, of {RATE} sent"),
        ("their answers", answers),
        ("sign-ins beside", f"{len(taken)}, slowest {slowest:.2f} s"),
        ("refused", "; ".join(refused[:3]) or "none"),
        ("a web worker grew by", f"{grown:.0f} MB"),
    ]
    broken = sum(n for code, n in statuses.items() if code >= 500 and code != 503)
    # Each address has its sixty; everything beyond is told 429, or 503 for a while.
    let_in = sum(n for code, n in statuses.items() if code in (200, 302))
    return rows, {
        "load_l5_slowest_sign_in_s": ground.verdict(slowest, MOST_S, most=True),
        "load_l5_refused_people": ground.verdict(len(refused), 0, most=True),
        "load_l5_5xx": ground.verdict(broken, 0, most=True),
        "load_l5_let_in": ground.verdict(let_in, 0, most=True),
        "load_l5_told_429": ground.verdict(
            statuses[429] / max(1, sum(statuses.values())), 0.8
        ),
        "load_l5_growth_mb": ground.verdict(grown, HASH_MB, most=True),
    }


def _watch(ours: House, memory: list[float], over: threading.Event) -> None:
    while not over.wait(0.5):
        memory.append(max(ours.rss_mb().values()))


# People who come to work


def _come_to_work(ours: House, seconds: float) -> tuple[list[float], list[str]]:
    """Seconds of each sign-in with both factors, and what was said to the others."""
    taken, refused = [], []
    until = time.monotonic() + seconds
    time.sleep(1)
    for number, user in enumerate(houses.analysts(PEOPLE)):
        if time.monotonic() > until:
            break
        began = time.monotonic()
        try:
            _sign_in(ours.address, user, f"198.51.100.{number + 1}")
            taken.append(time.monotonic() - began)
        except (OSError, AssertionError) as error:
            refused.append(repr(error)[:100])
        time.sleep(max(0.0, EVERY_S - (time.monotonic() - began)))
    return taken, refused


def _sign_in(address: str, user: Any, peer: str) -> None:
    from accounts import second_factor
    from accounts.tests import people

    cookies: dict[str, str] = {}
    page = _ask(address, "/compte/connexion/", peer, cookies)
    form = {"email": user.email, "password": PASSWORD, **_token(page[1])}
    status, _, where = _ask(address, "/compte/connexion/", peer, cookies, form)
    assert status == 302, f"password: {status}"  # noqa: S101
    page = _ask(address, where, peer, cookies)
    code: Any = people.code_of
    form = {"token": code(second_factor.device_of(user)), **_token(page[1])}
    status, _, _ = _ask(address, where, peer, cookies, form)
    assert status == 302, f"code: {status}"  # noqa: S101


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Stay)


def _ask(
    address: str,
    path: str,
    peer: str,
    cookies: dict[str, str],
    form: dict[str, str] | None = None,
) -> tuple[int, str, str]:
    data = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(address + path, data=data)  # noqa: S310
    request.add_header("X-Forwarded-For", peer)
    told = "; ".join(f"{name}={value}" for name, value in cookies.items())
    request.add_header("Cookie", told)
    try:
        with _OPENER.open(request, timeout=30) as answer:
            return _read(answer, cookies)
    except urllib.error.HTTPError as answer:
        with answer:
            return _read(answer, cookies)


def _read(answer: Any, cookies: dict[str, str]) -> tuple[int, str, str]:
    for header in answer.headers.get_all("Set-Cookie") or ():
        name, _, rest = header.partition("=")
        cookies[name] = rest.partition(";")[0]
    text = answer.read().decode()
    return answer.status, text, answer.headers.get("Location", "")


def _token(page: str) -> dict[str, str]:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    return {"csrfmiddlewaretoken": found[1]} if found else {}
