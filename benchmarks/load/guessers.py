"""Wrong passwords at a fixed rate: an order on standard input, the answers on output.

    {"address", "rate", "addresses", "seconds"}

A rate, not a closed loop: whoever attacks does not wait for the answer.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

import aiohttp

_CSRF = "k" * 32
_PATIENCE = aiohttp.ClientTimeout(total=30)
_MOST_OPEN = 400
# Attempts leave in so many puffs a second.
_PUFFS = 50


async def run(order: dict[str, Any]) -> dict[str, Any]:
    statuses: Counter[int] = Counter()
    address = order["address"] + "/compte/connexion/"
    headers = {"Cookie": f"csrf={_CSRF}", "X-CSRFToken": _CSRF}
    connector = aiohttp.TCPConnector(limit=_MOST_OPEN)
    tasks: set[asyncio.Task[None]] = set()
    began = time.monotonic()
    async with aiohttp.ClientSession(
        connector=connector, headers=headers, timeout=_PATIENCE
    ) as browser:

        async def guess(number: int) -> None:
            peer = f"203.0.113.{number % order['addresses'] + 1}"
            data = {"email": f"cible{number % 997}@banc.example", "password": "raté"}
            try:
                async with browser.post(
                    address,
                    data=data,
                    headers={"X-Forwarded-For": peer},
                    allow_redirects=False,
                ) as answer:
                    await answer.read()
                    statuses[answer.status] += 1
            except (aiohttp.ClientError, TimeoutError):
                statuses[0] += 1

        number = 0
        while (passed := time.monotonic() - began) < order["seconds"]:
            due = int(passed * order["rate"])
            while number < due:
                task = asyncio.create_task(guess(number))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                number += 1
            await asyncio.sleep(1 / _PUFFS)
        if tasks:
            await asyncio.wait(tasks, timeout=30)
    return {"statuses": dict(statuses), "seconds": time.monotonic() - began}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(run(json.load(sys.stdin)))))
