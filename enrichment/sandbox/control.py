"""What tests and operations call to disturb the sandbox or to read its log."""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from enrichment.sandbox.desk import Desk
from enrichment.sandbox.faults import Chaos, UnknownFault
from enrichment.sandbox.played import played_sources
from enrichment.sandbox.played.base import json_answer


class Control:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_sandbox/health", self.health),
            web.get("/_sandbox/faults", self.get_faults),
            web.post("/_sandbox/faults", self.post_faults),
            web.delete("/_sandbox/faults", self.clear_faults),
            web.post("/_sandbox/chaos", self.post_chaos),
            web.delete("/_sandbox/chaos", self.clear_chaos),
            web.post("/_sandbox/quota", self.quota),
            web.post("/_sandbox/tokens", self.tokens),
            web.post("/_sandbox/latency", self.latency),
            web.get("/_sandbox/served", self.served),
        ]

    async def health(self, request: web.Request) -> web.Response:
        return json_answer(
            {
                "status": "ok",
                "recorded": self._desk.answers.counts(),
                "latency_ms": self._desk.latency_s * 1000,
                "tokens_left": self._tokens_left(),
            }
        )

    async def post_faults(self, request: web.Request) -> web.Response:
        return await self._changed(request, self._desk.faults.post)

    async def get_faults(self, request: web.Request) -> web.Response:
        return json_answer({"faults": self._desk.faults.pending})

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._desk.faults.clear()
        return json_answer({"faults": self._desk.faults.pending})

    async def post_chaos(self, request: web.Request) -> web.Response:
        def start(wanted: Mapping[str, object]) -> None:
            self._desk.faults.chaos = Chaos.of(wanted)

        return await self._changed(request, start)

    async def clear_chaos(self, request: web.Request) -> web.Response:
        self._desk.faults.chaos = None
        return json_answer({"faults": self._desk.faults.pending})

    async def quota(self, request: web.Request) -> web.Response:
        return await self._changed(request, self._desk.till.limit)

    async def tokens(self, request: web.Request) -> web.Response:
        return await self._changed(request, self._desk.till.grant)

    async def latency(self, request: web.Request) -> web.Response:
        wanted = (await _body(request)).get("latency_ms")
        if isinstance(wanted, bool) or not isinstance(wanted, int | float):
            return json_answer({"erreur": "latency_ms: a number is needed"}, status=400)
        self._desk.latency_s = max(0.0, wanted / 1000)
        return json_answer({"latency_ms": self._desk.latency_s * 1000})

    async def served(self, request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if not (since.isascii() and since.isdigit()):
            return json_answer({"erreur": "since: an offset is needed"}, status=400)
        lines, following = self._desk.log.since(int(since))
        return json_answer({"served": lines, "next": following})

    async def _changed(
        self, request: web.Request, change: Callable[[Mapping[str, object]], None]
    ) -> web.Response:
        """What is planned after the change; nothing changes when any of it is wrong."""
        wanted = await _body(request)
        try:
            change(wanted)
        except (UnknownFault, ValueError) as error:
            return json_answer({"erreur": str(error)}, status=400)
        return json_answer(
            {
                "faults": self._desk.faults.pending,
                "quota": self._desk.till.quotas,
                "tokens_left": self._tokens_left(),
            }
        )

    def _tokens_left(self) -> dict[str, str]:
        till = self._desk.till
        return {
            f"{name}:{pool}" if pool else name: str(till.left(name, pool))
            for name, played in played_sources().items()
            for pool in played.pools
        }


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        members = await request.json()
    except ValueError:
        members = None
    if not isinstance(members, dict):
        raise web.HTTPBadRequest(text="a JSON object is needed")
    return members
