"""Airtable's web API: one call at its pace, asked again when its answer was lost.

Every call this makes may be repeated: an upsert finds what it wrote the first time.
"""

import asyncio
import json
import logging
import random
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack
from dataclasses import dataclass
from threading import Thread
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

from yarl import URL

from mainsite.lib.limiter import Gate, GateClosed, Turn
from mainsite.lib.outgoing import Limits, Outgoing, OutgoingError
from mainsite.lib.retries import backoff_s

logger = logging.getLogger(__name__)

# Documented: per base, whoever asks; after a 429 nothing succeeds for so long.
PER_S = 5.0
PAUSE_S = 30.0
AT_ONCE = 10
PAGE = 100
# With answers of a second, five a second need as many under way.
UNDER_WAY = 8
TIMEOUT_S = 30.0
# Longer than an outage that nobody would notice, shorter than a worker's lease.
PATIENCE_S = 150.0
# For somebody who waits for a page.
HASTE_S = 20.0
_TURN_S = TIMEOUT_S + 15.0
_MOST_BODY = 8 * 1024 * 1024
_UNDERSTOOD = (200, 400, 401, 403, 404, 413, 422)

T = TypeVar("T")


class Refused(Exception):
    """Airtable understood, and said no. ``kind`` is its word for why."""

    def __init__(self, status: int, kind: str, message: str = "") -> None:
        super().__init__(f"HTTP {status} {kind}")
        self.status = status
        self.kind = kind
        # May quote a cell: for whoever reads it here, never for a log.
        self.message = message


class Unreachable(Exception):
    """No answer for as long as it is worth waiting."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a base is, and what opens it; its words never hold the token."""

    url: str
    base: str
    table: str
    token: str

    def __repr__(self) -> str:
        return f"Place({self.base}/{self.table})"


class Airtable:
    """An asynchronous context manager around one base."""

    def __init__(self, place: Place, *, patience_s: float) -> None:
        self.place = place
        self._patience_s = patience_s
        self._root = f"{place.url.rstrip('/')}/v0"
        self._headers = {"Authorization": f"Bearer {place.token}"}
        limits = Limits(
            read_s=TIMEOUT_S,
            total_s=TIMEOUT_S,
            max_body_bytes=_MOST_BODY,
            connections=UNDER_WAY,
        )
        self._outgoing = Outgoing(origins=[place.url], limits=limits)
        self._gate = Gate(
            f"airtable-{place.base}",
            per_s=PER_S,
            # Of a process, below: what a killed one held would keep the others waiting.
            concurrency=None,
            turn_s=_TURN_S,
        )
        self._under_way = asyncio.Semaphore(UNDER_WAY)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._outgoing)
        await self._stack.enter_async_context(self._gate)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    # What it is asked

    async def tables(self) -> list[dict[str, Any]]:
        answer = await self._ask("GET", f"meta/bases/{self.place.base}/tables")
        found: list[dict[str, Any]] = answer["tables"]
        return found

    async def add_field(self, table_id: str, wish: dict[str, Any]) -> str:
        """The type of the field that is there afterwards."""
        path = f"meta/bases/{self.place.base}/tables/{table_id}/fields"
        try:
            await self._ask("POST", path, body=wish)
        except Refused as refused:
            # Asked again after a lost answer, it is there.
            if refused.kind != "DUPLICATE_OR_EMPTY_FIELD_NAME":
                raise
        return str(wish["type"])

    async def page(
        self, table: str, names: Iterable[str], offset: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        query = [("pageSize", str(PAGE)), *(("fields[]", name) for name in names)]
        if offset:
            query.append(("offset", offset))
        answer = await self._ask("GET", self._records(table), query=query)
        return answer["records"], answer.get("offset")

    async def upsert(
        self,
        table: str,
        records: Sequence[dict[str, Any]],
        *,
        key: str,
        typecast: bool,
    ) -> None:
        body = {
            "performUpsert": {"fieldsToMergeOn": [key]},
            "records": list(records),
            "typecast": typecast,
        }
        await self._ask("PATCH", self._records(table), body=body)

    def _records(self, table: str) -> str:
        return f"{self.place.base}/{quote(table, safe='')}"

    # How it is asked

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        body: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        url = str(URL(f"{self._root}/{path}", encoded=True).extend_query(query))
        started, attempt = asyncio.get_running_loop().time(), 0
        while True:
            attempt += 1
            try:
                return await self._once(method, url, body)
            except GateClosed as closed:
                wait_s = closed.wait_s + 0.05
            except _Lost as lost:
                wait_s = lost.wait_s or backoff_s(attempt, draw=random.random())  # noqa: S311
            waited_s = asyncio.get_running_loop().time() - started
            if waited_s + wait_s > self._patience_s:
                raise Unreachable
            await asyncio.sleep(wait_s)

    async def _once(
        self, method: str, url: str, body: dict[str, Any] | None
    ) -> dict[str, Any]:
        async with self._under_way:
            with await self._gate.acquire(is_paid=False) as turn:
                return await self._with(turn, method, url, body)

    async def _with(
        self, turn: Turn, method: str, url: str, body: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Told to the gate: an answer that says no is an answer."""
        try:
            reply = await self._outgoing.fetch(
                url,
                headers=self._headers,
                accept=_UNDERSTOOD,
                json=body,
                method=method,
            )
            answer = _read(reply.status, reply.body)
        except OutgoingError as error:
            logger.warning("Airtable: %s (%s)", error.kind, error.status)
            raise self._noted(turn, error) from None
        except _Lost:
            turn.release(ok=False)
            raise
        except Refused:
            turn.release(ok=True)
            raise
        turn.release(ok=True)
        return answer

    def _noted(self, turn: Turn, error: OutgoingError) -> Exception:
        if error.kind == "rate_limited":
            pause_s = error.retry_after_s or PAUSE_S
            turn.release(ok=True)
            self._gate.obey(pause_s)
            return _Lost(pause_s)
        turn.release(ok=False)
        if error.kind in {"tls", "bad_status", "too_large"}:
            return Refused(error.status or 0, error.kind)
        return _Lost()


class _Lost(Exception):
    """Nobody can tell whether it was done: ask again."""

    def __init__(self, wait_s: float = 0.0) -> None:
        super().__init__("lost")
        self.wait_s = wait_s


def _read(status: int, body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        raise _Lost from None
    if status == 200 and isinstance(answer, dict):
        return answer
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        kind, message = error.get("type", ""), error.get("message", "")
        raise Refused(status, str(kind), str(message))
    raise Refused(status, str(error or ""))


class Line:
    """The same from a thread that waits: its caller reads the database meanwhile."""

    def __init__(self, place: Place, *, patience_s: float) -> None:
        self.airtable = Airtable(place, patience_s=patience_s)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._under_way: set[Future[Any]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self.ask(self.airtable.__aenter__())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for future in tuple(self._under_way):
            future.cancel()
        try:
            self.ask(self.airtable.__aexit__(None, None, None))
        finally:
            self._end()

    def send(self, call: Coroutine[Any, Any, T]) -> "Future[T]":
        future = asyncio.run_coroutine_threadsafe(call, self._loop)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future

    def ask(
        self, call: Coroutine[Any, Any, T], *, beat: Callable[[], None] | None = None
    ) -> T:
        return wait(self.send(call), beat=beat)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def wait(future: "Future[T]", *, beat: Callable[[], None] | None = None) -> T:
    """Its result; once a second meanwhile, a beat, which may raise."""
    while True:
        try:
            return future.result(timeout=1.0 if beat else None)
        except TimeoutError:
            if future.done():
                raise
            if beat:
                beat()
