"""Analysts at work: an order on standard input, every answer's time on output.

    {"address", "cookies", "seconds", "think": [least, most], "seed", "places"}

Each of them lists, narrows, opens a company and what its page loads by itself, writes a
note or a status, keeps a search and drops it, and thinks in between.
"""

import asyncio
import json
import random
import re
import sys
import time
from html import unescape
from typing import Any

import aiohttp

_PATIENCE = aiohttp.ClientTimeout(total=60)
# Django compares the cookie with the header: any secret of that length is one.
_CSRF = "k" * 32
_SIREN = re.compile(r'href="/societes/(\d{9})/')
_NEXT = re.compile(r'href="(/\?[^"]*curseur=[^"]+)"')
_LOADS = re.compile(r'<[^>]*hx-trigger="load[^>]*>')
_GETS = re.compile(r'hx-get="([^"]+)"')
_SORTS = ("", "?tri=-ca", "?tri=-attractivite", "?tri=nom", "?tri=age")
_STATUSES = ("prospect", "contacte", "qualification")
# The list first: it is what people come back to.
_HABITS = {"list": 30, "narrow": 25, "open": 30, "note": 6, "status": 5, "keep": 4}


class Analyst:
    def __init__(self, order: dict[str, Any], number: int, replies: list[Any]) -> None:
        self._order, self._number, self._replies = order, number, replies
        self._draw = random.Random(f"{order['seed']}:{number}")  # noqa: S311
        self._cookie = order["cookies"][number % len(order["cookies"])]
        self._sirens: list[str] = []
        self._next = ""

    async def work(self, until: float) -> None:
        headers = {
            "Cookie": f"{self._cookie}; csrf={_CSRF}",
            "X-CSRFToken": _CSRF,
            **self._order.get("headers", {}),
        }
        least, most = self._order["think"]
        async with aiohttp.ClientSession(
            headers=headers, timeout=_PATIENCE, cookie_jar=aiohttp.DummyCookieJar()
        ) as self._browser:
            await asyncio.sleep(self._draw.uniform(0, least))
            while time.monotonic() < until:
                names, weights = zip(*_HABITS.items(), strict=True)
                [habit] = self._draw.choices(names, weights)
                await getattr(self, f"_{habit}")()
                await asyncio.sleep(self._draw.uniform(least, most))

    async def _list(self) -> None:
        if self._next and self._draw.random() < 0.3:
            path, self._next = self._next, ""
        else:
            path = f"/{self._draw.choice(_SORTS)}"
        self._read(await self._get("list", path))

    async def _narrow(self) -> None:
        place = self._draw.choice(self._order["places"])
        low = self._draw.choice((0.5, 1, 5))
        path = f"/?departement={place}&ca_min={low}"
        self._read(await self._get("narrow", path))

    async def _open(self) -> None:
        siren = await self._some_company()
        page = await self._get("company", f"/societes/{siren}/")
        for tag in _LOADS.findall(page):
            found = _GETS.search(tag)
            if found:
                await self._get("panel", unescape(found[1]))

    async def _note(self) -> None:
        siren = await self._some_company()
        await self._post(
            "note", f"/societes/{siren}/notes/", {"text": "Appelé ce matin."}
        )

    async def _status(self) -> None:
        siren = await self._some_company()
        data = {"status": self._draw.choice(_STATUSES), "takes_over": "on"}
        await self._post("status", f"/societes/{siren}/statut/", data)

    async def _keep(self) -> None:
        place = self._draw.choice(self._order["places"])
        name = f"Essai {self._number} {self._draw.random():.9f}"
        data = {"nom": name, "requete": f"departement={place}"}
        where = await self._post("keep", "/recherches/nouvelle/", data)
        if where:
            await self._get("list", where)
            await self._post("drop", f"{where}supprimer/", {})

    async def _some_company(self) -> str:
        if not self._sirens:
            self._read(await self._get("list", "/"))
        return self._draw.choice(self._sirens or ["000000000"])

    def _read(self, page: str) -> None:
        self._sirens = _SIREN.findall(page) or self._sirens
        found = _NEXT.search(page)
        self._next = unescape(found[1]) if found else ""

    async def _get(self, kind: str, path: str) -> str:
        _, text, _ = await self._ask("GET", kind, path)
        return text

    async def _post(self, kind: str, path: str, data: dict[str, str]) -> str:
        """Where the answer leads."""
        status, _, where = await self._ask("POST", kind, path, data)
        return where if status == 302 else ""

    async def _ask(
        self, verb: str, kind: str, path: str, data: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        began = time.monotonic()
        status, text, where = 0, "", ""
        try:
            async with self._browser.request(
                verb, self._order["address"] + path, data=data, allow_redirects=False
            ) as answer:
                text = await answer.text()
                status = answer.status
                where = answer.headers.get("Location", "")
        except (aiohttp.ClientError, TimeoutError) as error:
            text = repr(error)
        ms = 1000 * (time.monotonic() - began)
        wrong = "" if status in (200, 302) else f"{verb} {path} {status} {text[:200]}"
        self._replies.append((time.time(), kind, ms, status, wrong))
        return status, text, where


async def run(order: dict[str, Any]) -> list[Any]:
    replies: list[Any] = []
    until = time.monotonic() + order["seconds"]
    people = [Analyst(order, n, replies) for n in range(order["people"])]
    await asyncio.gather(*(each.work(until) for each in people))
    return replies


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(run(json.load(sys.stdin)))))
