"""The sandbox's web application: records, schema, and the control for tests."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from exports.airtable_sandbox import refusals
from exports.airtable_sandbox.bases import PAGE, Base, Table, is_id
from exports.airtable_sandbox.faults import Fault, Faults
from exports.airtable_sandbox.limits import PENALTY_S, PER_S, RateLimit

# The documentation tells that there is a limit, and not which.
LARGEST_BODY = 1_000_000
READ, WRITE = "data.records:read", "data.records:write"
SCHEMA_READ, SCHEMA_WRITE = "schema.bases:read", "schema.bases:write"
SCOPES = frozenset({READ, WRITE, SCHEMA_READ, SCHEMA_WRITE})
_BEARER = re.compile(r"Bearer\s+(\S+)", re.IGNORECASE)
Answer = Callable[[web.Request, Base], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Token:
    """`bases` None: all of them."""

    scopes: frozenset[str] = SCOPES
    bases: Collection[str] | None = None


@dataclass(frozen=True)
class Logged:
    """One request as it was answered; never its token, never a cell."""

    at: float
    method: str
    path: str
    kind: str
    status: int
    records: int


@dataclass
class Sandbox:
    """All that it holds. ``kind`` of a request: read, write or schema."""

    tokens: dict[str, Token] = field(default_factory=dict)
    bases: dict[str, Base] = field(default_factory=dict)
    limit: RateLimit = field(default_factory=RateLimit)
    faults: Faults = field(default_factory=Faults)
    log: list[Logged] = field(default_factory=list)
    latency_s: float = 0.0

    def count(self, kind: str, *, since: float = 0.0) -> int:
        return sum(each.kind == kind and each.at >= since for each in self.log)


def make_sandbox(*, per_s: int = PER_S, penalty_s: float = PENALTY_S) -> Sandbox:
    return Sandbox(limit=RateLimit(per_s=per_s, penalty_s=penalty_s))


def make_app(sandbox: Sandbox, *more: web.RouteDef) -> web.Application:
    app = web.Application(client_max_size=LARGEST_BODY)
    doors = Doors(sandbox)
    app.add_routes([*more, *doors.routes()])
    app.router.add_route("*", "/{tail:.*}", doors.nothing)
    return app


class Doors:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[web.RouteDef]:
        records, meta = "/v0/{base}/{table}", "/v0/meta/bases/{base}/tables"
        change = self._door("write", WRITE, self._update)
        return [
            web.get(meta, self._door("schema", SCHEMA_READ, self._tables)),
            web.post(
                meta + "/{table}/fields",
                self._door("schema", SCHEMA_WRITE, self._add_field),
            ),
            web.get(records, self._door("read", READ, self._list)),
            web.post(records, self._door("write", WRITE, self._create)),
            web.patch(records, change),
            web.put(records, change),
            web.delete(records, self._door("write", WRITE, self._delete)),
        ]

    async def nothing(self, _request: web.Request) -> web.Response:
        refusal = refusals.not_found()
        return web.json_response(refusal.body, status=refusal.status)

    # What every request goes through

    def _door(
        self, kind: str, scope: str, answer: Answer
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            started = time.monotonic()
            fault = self._sandbox.faults.take(kind)
            body, status = await self._answered(request, scope, answer, fault)
            count = len(body.get("records", ())) if status == 200 else 0
            entry = Logged(started, request.method, request.path, kind, status, count)
            self._sandbox.log.append(entry)
            return await _sent(request, body, status, fault)

        return handle

    async def _answered(
        self, request: web.Request, scope: str, answer: Answer, fault: Fault | None
    ) -> tuple[dict[str, Any], int]:
        try:
            base = self._let_in(request, scope)
            if fault and fault.name == "429":
                self._sandbox.limit.punish(base.id)
            if not self._sandbox.limit.allows(base.id):
                raise refusals.too_many_requests()
            if fault and fault.name in {"500", "502", "503"}:
                raise refusals.server_error(int(fault.name))
            if fault and fault.name == "iterator":
                raise refusals.iterator_gone()
            body = await answer(request, base)
        except refusals.Refusal as refusal:
            return refusal.body, refusal.status
        pause_s = fault.seconds if fault and fault.name == "slow" else 0.0
        await asyncio.sleep(self._sandbox.latency_s + pause_s)
        return body, 200

    def _let_in(self, request: web.Request, scope: str) -> Base:
        """An id of another shape is told before the token is looked at."""
        base_id = request.match_info["base"]
        if not is_id("app", base_id):
            raise refusals.not_found()
        given = _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
        token = self._sandbox.tokens.get(given[1]) if given else None
        if token is None:
            raise refusals.authentication_required()
        base = self._sandbox.bases.get(base_id)
        is_granted = token.bases is None or base_id in token.bases
        if base is None or not is_granted or scope not in token.scopes:
            raise refusals.model_not_found()
        return base

    # Schema

    async def _tables(self, _request: web.Request, base: Base) -> dict[str, Any]:
        return {"tables": [table.as_json() for table in base.tables.values()]}

    async def _add_field(self, request: web.Request, base: Base) -> dict[str, Any]:
        # Here the documentation knows tables by id only.
        table = base.tables.get(request.match_info["table"])
        if table is None:
            raise refusals.model_not_found()
        return table.add_field(await _body(request)).as_json()

    # Records

    async def _list(self, request: web.Request, base: Base) -> dict[str, Any]:
        table = _table(request, base)
        size = request.query.get("pageSize", str(PAGE))
        if not size.isdigit() or not 0 < int(size) <= PAGE:
            raise refusals.invalid_request()
        records, offset = table.page(offset=request.query.get("offset"), size=int(size))
        only = request.query.getall("fields[]", [])
        for name in only:
            table.field(name)
        page: dict[str, Any] = {
            "records": [table.shown(record, only) for record in records]
        }
        return page | ({"offset": offset} if offset else {})

    async def _create(self, request: web.Request, base: Base) -> dict[str, Any]:
        table, body = _table(request, base), await _body(request)
        made = table.create(body.get("records", []), typecast=_typecast(body))
        return {"records": [table.shown(record) for record in made]}

    async def _update(self, request: web.Request, base: Base) -> dict[str, Any]:
        table, body = _table(request, base), await _body(request)
        is_destructive = request.method == "PUT"
        records = body.get("records", [])
        if "performUpsert" not in body:
            changed = table.update(
                records, typecast=_typecast(body), is_destructive=is_destructive
            )
            return {"records": [table.shown(record) for record in changed]}
        result = table.upsert(
            records,
            merge_on=body["performUpsert"],
            typecast=_typecast(body),
            is_destructive=is_destructive,
        )
        return {
            "records": [table.shown(record) for record in result.records],
            "createdRecords": result.created,
            "updatedRecords": result.updated,
        }

    async def _delete(self, request: web.Request, base: Base) -> dict[str, Any]:
        chosen = request.query.getall("records[]", [])
        _table(request, base).delete(chosen)
        return {"records": [{"id": each, "deleted": True} for each in chosen]}


def _table(request: web.Request, base: Base) -> Table:
    return base.table(request.match_info["table"])


def _typecast(body: dict[str, Any]) -> bool:
    given = body.get("typecast", False)
    if not isinstance(given, bool):
        raise refusals.invalid_request()
    return given


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.text())
    except web.HTTPRequestEntityTooLarge:
        raise refusals.too_large() from None
    except ValueError:
        raise refusals.body_unreadable() from None
    if not isinstance(body, dict):
        raise refusals.invalid_request()
    return body


async def _sent(
    request: web.Request, body: dict[str, Any], status: int, fault: Fault | None
) -> web.StreamResponse:
    name = fault.name if fault else ""
    if name == "drop" and request.transport is not None:
        request.transport.close()
    if name == "garbage":
        return web.Response(text="<html>", content_type="text/html", status=status)
    if name != "truncated":
        return web.json_response(body, status=status)
    text = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = len(text)
    await response.prepare(request)
    await response.write(text[: len(text) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
