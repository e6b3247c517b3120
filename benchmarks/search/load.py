"""Users of a web server: an order on standard input, every answer's time on output."""

import asyncio
import json
import re
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import aiohttp

_SQL = re.compile(r"\bsql;dur=([0-9.]+)")
_PATIENCE = aiohttp.ClientTimeout(total=120)


async def run(order: dict[str, Any]) -> dict[str, Any]:
    """``order`` is that of ``web.ask``."""
    addresses, seconds = order["addresses"], order["seconds"]
    numbers: Iterator[int] = iter(range(len(addresses)))
    if seconds:
        numbers = cycle(range(len(addresses)))
    began = time.perf_counter()
    until = began + seconds if seconds else None
    replies: list[tuple[int, float, int, float | None]] = []
    connector = aiohttp.TCPConnector(limit=order["users"])
    async with aiohttp.ClientSession(
        connector=connector, headers=order["headers"], timeout=_PATIENCE
    ) as browser:

        async def user() -> None:
            for number in numbers:
                if until and time.perf_counter() > until:
                    return
                replies.append(await _ask(browser, addresses[number], number))

        await asyncio.gather(*(user() for _ in range(order["users"])))
    return {"replies": replies, "seconds": time.perf_counter() - began}


async def _ask(
    browser: aiohttp.ClientSession, address: str, number: int
) -> tuple[int, float, int, float | None]:
    began = time.perf_counter()
    try:
        async with browser.get(address, allow_redirects=False) as answer:
            await answer.read()
            status = answer.status
            said = _SQL.search(answer.headers.get("Server-Timing", ""))
    except (aiohttp.ClientError, TimeoutError):
        status, said = 0, None
    ms = 1000 * (time.perf_counter() - began)
    return number, ms, status, float(said[1]) if said else None


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(run(json.load(sys.stdin)))))
