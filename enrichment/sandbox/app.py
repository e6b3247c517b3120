"""The sandbox's web application: two sources, and the means to disturb them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web

from enrichment.sandbox.answers import (
    PAPPERS,
    RECHERCHE,
    SHIPPED,
    Answers,
    Payload,
    dump,
)
from enrichment.sandbox.faults import Fault, Faults, UnknownFault
from enrichment.sandbox.playing import Delivery, play
from enrichment.sandbox.served import ServedLog

_FREE, _ONE = Decimal(0), Decimal(1)
_DRIP_PAUSE_S = 0.5
# Companies whose answers stand in for another's.
_STRANGERS = ("552100554", "542065479")


@dataclass(frozen=True, kw_only=True)
class Settings:
    var: Path
    answers: Path = SHIPPED
    faults_file: Path | None = None
    latency_ms: float = 0.0
    tokens: int = 100_000


class Sandbox:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.answers = Answers(settings.answers)
        self.faults = Faults(settings.faults_file)
        self.log = ServedLog(settings.var)
        self.latency_s = settings.latency_ms / 1000

    @property
    def tokens_left(self) -> Decimal:
        return Decimal(self.settings.tokens) - self.log.tokens

    async def recherche(self, request: web.Request) -> web.StreamResponse:
        asked = request.query.get("q", "").replace(" ", "")
        if not asked:
            refusal = {
                "erreur": "Veuillez indiquer au moins un paramètre de recherche."
            }
            return _json(refusal, status=400)
        return await self._answer(request, RECHERCHE, asked, price=_FREE)

    async def pappers(self, request: web.Request) -> web.StreamResponse:
        siren = request.query.get("siren", "")
        refused = 0
        if not request.headers.get("api-key"):
            refused = 401
        elif not (siren.isascii() and siren.isdigit() and len(siren) == 9):
            refused = 400
        elif self.tokens_left < _ONE:
            refused = 402
        return await self._answer(
            request, PAPPERS, siren, price=_ONE, refused=str(refused or "")
        )

    async def tokens(self, request: web.Request) -> web.Response:
        if not request.headers.get("api-key"):
            return _json({"erreur": "Clé API incorrecte."}, status=401)
        return _json(
            {
                "jetons_abonnement": self.settings.tokens,
                "jetons_abonnement_utilises": float(self.log.tokens),
                "jetons_pay_as_you_go_restants": 0,
            }
        )

    async def _answer(
        self,
        request: web.Request,
        source: str,
        siren: str,
        *,
        price: Decimal,
        refused: str = "",
    ) -> web.StreamResponse:
        try:
            fault = self._fault(request, source, siren, refused)
        except UnknownFault as error:
            return _json({"erreur": str(error)}, status=400)
        await asyncio.sleep(self.latency_s + fault.argument)
        payload = self.answers.of(source, siren)
        delivery = play(fault, payload, stranger=self._stranger(source, siren))
        served_id = self.log.write(
            provider=source,
            siren=siren,
            status=delivery.status,
            fault=fault.name,
            tokens=price if delivery.is_charged else _FREE,
            call_id=request.headers.get("X-Call-Id", ""),
        )
        headers = delivery.headers | {
            "X-Sandbox": "1" if payload.is_invented else "recorded",
            "X-Sandbox-Call": served_id,
        }
        return await _deliver(request, delivery, headers)

    def _fault(
        self, request: web.Request, source: str, siren: str, refused: str
    ) -> Fault:
        """A refusal of the source's own comes before any planned fault."""
        if refused:
            return Fault.named(refused)
        header = request.headers.get("X-Sandbox-Fault")
        return Fault.named(header) if header else self.faults.take(siren, source)

    def _stranger(self, source: str, siren: str) -> Payload:
        other = next(each for each in _STRANGERS if each != siren)
        return self.answers.of(source, other)


class Control:
    """What tests and operations call to disturb the sandbox or to read its log."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def health(self, request: web.Request) -> web.Response:
        answers = self._sandbox.answers
        return _json(
            {
                "status": "ok",
                "recorded": {s: answers.count(s) for s in (RECHERCHE, PAPPERS)},
                "latency_ms": self._sandbox.latency_s * 1000,
                "tokens_left": str(self._sandbox.tokens_left),
            }
        )

    async def post_faults(self, request: web.Request) -> web.Response:
        plan = await _body(request)
        try:
            self._sandbox.faults.post(plan)
        except UnknownFault as error:
            return _json({"erreur": str(error)}, status=400)
        return _json({"faults": self._sandbox.faults.pending})

    async def get_faults(self, request: web.Request) -> web.Response:
        return _json({"faults": self._sandbox.faults.pending})

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._sandbox.faults.clear()
        return _json({"faults": self._sandbox.faults.pending})

    async def latency(self, request: web.Request) -> web.Response:
        wanted = (await _body(request)).get("latency_ms")
        if isinstance(wanted, bool) or not isinstance(wanted, int | float):
            return _json({"erreur": "latency_ms: a number is needed"}, status=400)
        self._sandbox.latency_s = max(0.0, wanted / 1000)
        return _json({"latency_ms": self._sandbox.latency_s * 1000})

    async def served(self, request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if not (since.isascii() and since.isdigit()):
            return _json({"erreur": "since: an offset is needed"}, status=400)
        lines, following = self._sandbox.log.since(int(since))
        return _json({"served": lines, "next": following})


def make_app(settings: Settings) -> web.Application:
    sandbox = Sandbox(settings)
    control = Control(sandbox)
    app = web.Application()

    async def closing(app: web.Application) -> AsyncIterator[None]:
        yield
        sandbox.log.close()

    app.cleanup_ctx.append(closing)
    app.add_routes(
        [
            web.get("/recherche-entreprises/search", sandbox.recherche),
            web.get("/pappers/v2/entreprise", sandbox.pappers),
            web.get("/pappers/v2/suivi-jetons", sandbox.tokens),
            web.get("/_sandbox/health", control.health),
            web.get("/_sandbox/faults", control.get_faults),
            web.post("/_sandbox/faults", control.post_faults),
            web.delete("/_sandbox/faults", control.clear_faults),
            web.post("/_sandbox/latency", control.latency),
            web.get("/_sandbox/served", control.served),
        ]
    )
    return app


async def _deliver(
    request: web.Request, delivery: Delivery, headers: dict[str, str]
) -> web.StreamResponse:
    headers = headers | {"Content-Type": delivery.content_type}
    if delivery.manner == "whole":
        return web.Response(status=delivery.status, body=delivery.body, headers=headers)
    if delivery.manner == "dropped":
        _hang_up(request)
        return web.Response(status=HTTPStatus.BAD_GATEWAY)
    response = web.StreamResponse(status=delivery.status, headers=headers)
    response.content_length = len(delivery.body)
    await response.prepare(request)
    try:
        if delivery.manner == "cut":
            await response.write(delivery.body[: len(delivery.body) // 2])
            _hang_up(request)
        else:
            await _drip(response, delivery.body)
    except ConnectionError:
        # Whoever asked has left, which is what this fault is for.
        return response
    return response


async def _drip(response: web.StreamResponse, body: bytes) -> None:
    for position in range(len(body)):
        await response.write(body[position : position + 1])
        await asyncio.sleep(_DRIP_PAUSE_S)


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        members = await request.json()
    except ValueError:
        members = None
    if not isinstance(members, dict):
        raise web.HTTPBadRequest(text="a JSON object is needed")
    return members


def _json(document: dict[str, Any], *, status: int = 200) -> web.Response:
    return web.Response(
        status=status, body=dump(document), content_type="application/json"
    )
