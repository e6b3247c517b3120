"""The sandbox's web application: every source that is played, and the control."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from enrichment.sandbox.answers import SHIPPED, Answers
from enrichment.sandbox.control import Control
from enrichment.sandbox.desk import Desk
from enrichment.sandbox.faults import Faults
from enrichment.sandbox.played import played_sources
from enrichment.sandbox.played.base import Played
from enrichment.sandbox.served import ServedLog
from enrichment.sandbox.till import Till

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`tokens`: what each pool of each paid source holds until told otherwise."""

    var: Path
    answers: Path = SHIPPED
    faults_file: Path | None = None
    latency_ms: float = 0.0
    tokens: int = 100_000


def make_app(settings: Settings) -> web.Application:
    answers = Answers(settings.answers)
    log = ServedLog(settings.var)
    desk = Desk(
        answers=answers,
        faults=Faults(settings.faults_file),
        log=log,
        till=Till(log, default=settings.tokens),
        latency_s=settings.latency_ms / 1000,
    )
    app = web.Application()

    async def closing(app: web.Application) -> AsyncIterator[None]:
        yield
        log.close()

    app.cleanup_ctx.append(closing)
    for played in played_sources().values():
        app.add_routes(_routes(played, desk))
    app.add_routes(Control(desk).routes())
    return app


def _routes(played: Played, desk: Desk) -> list[web.RouteDef]:
    handler = _handler(played, desk)
    lookups = [web.route(method, path, handler) for method, path in played.lookups]
    return [*lookups, *played.routes(desk.till)]


def _handler(played: Played, desk: Desk) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await desk.serve(played, request)

    return handle
