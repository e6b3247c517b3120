"""One request to a source, from the question to the answer that leaves."""

import asyncio
from decimal import Decimal

from aiohttp import web

from enrichment.sandbox.answers import Answers
from enrichment.sandbox.delivering import deliver
from enrichment.sandbox.faults import Fault, Faults, UnknownFault
from enrichment.sandbox.played.base import FREE, Asked, Played, json_answer
from enrichment.sandbox.playing import play
from enrichment.sandbox.served import ServedLog
from enrichment.sandbox.till import Quota, Till


class Desk:
    """What every source shares: answers, faults, money, the log, how slow it is."""

    def __init__(
        self,
        *,
        answers: Answers,
        faults: Faults,
        log: ServedLog,
        till: Till,
        latency_s: float,
    ) -> None:
        self.answers = answers
        self.faults = faults
        self.log = log
        self.till = till
        self.latency_s = latency_s

    async def serve(self, played: Played, request: web.Request) -> web.StreamResponse:
        # What a source takes to think counts in what it takes to answer.
        arrived = asyncio.get_running_loop().time()
        asked = await played.asked(request, self.till)
        quota = self.till.quota(played.name)
        if quota is not None and quota.left == 0 and not asked.refusal:
            return self._turned_away(played, asked, request, quota)
        try:
            fault = self._fault(played, asked, request)
        except UnknownFault as error:
            return json_answer({"erreur": str(error)}, status=400)
        payload = self.answers.to(played.name, asked)
        delivery = play(
            fault,
            payload,
            stranger=lambda: self.answers.to(played.name, played.another(asked)),
        )
        thought_s = asyncio.get_running_loop().time() - arrived
        await asyncio.sleep(max(0.0, self.latency_s - thought_s) + fault.argument)
        served_id = self._write(
            played,
            asked,
            request,
            status=delivery.status,
            fault=fault.name,
            units=played.charge(asked, payload) if delivery.is_charged else FREE,
        )
        headers = delivery.headers | {
            **played.headers(asked, self.till),
            "X-Sandbox": "1" if payload.is_invented else "recorded",
            "X-Sandbox-Call": served_id,
        }
        return await deliver(request, delivery, headers)

    def _fault(self, played: Played, asked: Asked, request: web.Request) -> Fault:
        """A refusal of the source's own comes before any planned fault."""
        if asked.refusal:
            return Fault.named(asked.refusal)
        header = request.headers.get("X-Sandbox-Fault")
        if header:
            return Fault.named(header)
        before = self.log.asked[played.name, asked.siren]
        return self.faults.take(asked.siren, played.name, asked_before=before)

    def _turned_away(
        self, played: Played, asked: Asked, request: web.Request, quota: Quota
    ) -> web.Response:
        response = played.over_quota(quota)
        served_id = self._write(
            played, asked, request, status=response.status, fault="quota", units=FREE
        )
        response.headers["X-Sandbox"] = "1"
        response.headers["X-Sandbox-Call"] = served_id
        return response

    def _write(
        self,
        played: Played,
        asked: Asked,
        request: web.Request,
        *,
        status: int,
        fault: str,
        units: Decimal,
    ) -> str:
        return self.log.write(
            provider=played.name,
            siren=asked.siren,
            status=status,
            fault=fault,
            units=units,
            pool=asked.pool,
            call_id=request.headers.get("X-Call-Id", ""),
        )
