"""The limit: the same SQL by psycopg alone, no page, no HTTP, no Django.

What each page of a mix asks is captured once, with its parameters in place; two
processes then say it again as fast as they can, with as many connections as ours.
"""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

import psycopg

from benchmarks.search.ground import PROJECT

PROCESSES, CONNECTIONS = 2, 4


def capture(paths: Sequence[str], headers: Mapping[str, str]) -> list[list[str]]:
    """The statements of each page, by a client inside this process."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"Host": "127.0.0.1"})
    client.cookies["session"] = headers["Cookie"].partition("=")[2]
    found = []
    for path in paths:
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        found.append([query["sql"] for query in captured.captured_queries])
    return found


def pages_a_second(url: str, pages: list[list[str]], seconds: float) -> float:
    order = json.dumps({"url": url, "pages": pages, "seconds": seconds}).encode()
    command = [sys.executable, "-m", "benchmarks.search.bare"]
    running = [
        subprocess.Popen(  # noqa: S603
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(PROCESSES)
    ]
    for process in running:
        assert process.stdin is not None  # noqa: S101
        process.stdin.write(order)
        process.stdin.close()
    told: list[float] = []
    for process in running:
        assert process.stdout is not None  # noqa: S101
        told.append(json.loads(process.stdout.read()))
        process.wait()
    return sum(told)


def _main() -> None:
    order = json.load(sys.stdin)
    counts = [0] * CONNECTIONS
    start = threading.Barrier(CONNECTIONS + 1)

    def lane(number: int) -> None:
        dice = random.Random(os.getpid() + number)  # noqa: S311
        with psycopg.connect(order["url"], autocommit=True) as db:
            start.wait()
            until = time.perf_counter() + order["seconds"]
            while time.perf_counter() < until:
                for statement in dice.choice(order["pages"]):
                    cursor = db.execute(statement.encode())
                    if cursor.description:
                        cursor.fetchall()
                counts[number] += 1

    lanes = [threading.Thread(target=lane, args=(n,)) for n in range(CONNECTIONS)]
    for each in lanes:
        each.start()
    start.wait()
    began = time.perf_counter()
    for each in lanes:
        each.join()
    sys.stdout.write(json.dumps(sum(counts) / (time.perf_counter() - began)))


if __name__ == "__main__":
    _main()
