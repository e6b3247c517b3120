"""The HTTP client we hand to providers: one call, bounded, and classified.

A call is never repeated here: whoever keeps the ledger writes one line for each
call before it is made, so retries belong to that caller (`mainsite.lib.retries`).
"""

import asyncio
import re
import ssl
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Literal, Self

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from mainsite.lib.addresses import (
    LOOPBACK_NAMES,
    CheckedResolver,
    NotPublic,
    is_public,
)
from mainsite.lib.retries import CallError

USER_AGENT = "ma-intelligence/1.0 (French SMEs; batch enrichment)"
# Numbers, in the forms that some resolvers read as an address: 127.1, 0x7f000001.
_LOOKS_NUMERIC = re.compile(r"\[?[0-9a-f:.]*:[0-9a-f:.%\w]*\]?|[0-9.]+|0x[0-9a-fx.]*")
# Longer than any quota window we know; what asks for more is a mistake.
LONGEST_RETRY_AFTER_S = 3600.0

Kind = Literal[
    "timeout",
    "connect",
    "tls",
    "rate_limited",
    "server_error",
    "bad_status",
    "not_json",
    "too_large",
    "truncated",
]
PERMANENT_KINDS = frozenset({"tls", "bad_status", "too_large"})
# The source may have done the work, and charged it, without our seeing the end.
_LOST_KINDS = frozenset({"timeout", "truncated", "too_large", "not_json"})


class OutgoingError(CallError):
    """A call that gave no usable answer. The detail never holds a key or a URL.

    `is_charge_unknown`: the request left, so the source may have counted it.
    """

    def __init__(
        self,
        kind: Kind,
        *,
        status: int | None = None,
        detail: str = "",
        retry_after_s: float | None = None,
        is_retry_after_capped: bool = False,
        is_charge_unknown: bool | None = None,
    ) -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind
        self.permanent = kind in PERMANENT_KINDS
        self.status = status
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.is_retry_after_capped = is_retry_after_capped
        if is_charge_unknown is None:
            is_charge_unknown = kind in _LOST_KINDS
        self.is_charge_unknown = is_charge_unknown


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`total_s` bounds the whole call, a body sent byte by byte included."""

    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 15.0
    max_body_bytes: int = 2 * 1024 * 1024
    connections: int = 50


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer whose status the caller said it understands."""

    status: int
    headers: CIMultiDictProxy[str] = field(repr=False)
    body: bytes = field(repr=False)
    elapsed_s: float


@dataclass(frozen=True)
class RetryAfter:
    seconds: float
    is_capped: bool


class Outgoing:
    """An asynchronous context manager around one pool of connections.

    Only the origins given at construction can be called, and no redirect is
    followed: an address in an answer never leads our keys elsewhere.
    """

    def __init__(
        self,
        *,
        origins: Collection[str],
        limits: Limits | None = None,
        user_agent: str = USER_AGENT,
    ) -> None:
        self._origins = frozenset(_origin(address) for address in origins)
        self._limits = limits or Limits()
        self._user_agent = user_agent
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._limits.connections,
                resolver=CheckedResolver(local=self._local_names()),
            ),
            # No proxy, no password file: the environment does not lead calls elsewhere.
            trust_env=False,
            timeout=aiohttp.ClientTimeout(
                total=self._limits.total_s,
                sock_connect=self._limits.connect_s,
                sock_read=self._limits.read_s,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent, "Accept": "application/json"},
        )
        # aiohttp sends a GET again by itself when a kept connection drops: that
        # would be a second paid call under one ledger line. Our tests count them.
        self._session._retry_connection = False
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def fetch(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (200,),
        json: Mapping[str, Any] | None = None,
        method: str | None = None,
    ) -> Reply:
        """Exactly one GET, or one POST of `json`; `method` names another verb.

        A status outside `accept` raises OutgoingError.
        """
        if self._session is None:
            raise RuntimeError("Outgoing is used outside its `async with`")
        address = self._checked(url)
        started = time.monotonic()
        try:
            async with self._session.request(
                method or ("GET" if json is None else "POST"),
                address,
                params=params,
                headers=headers,
                json=json,
                allow_redirects=False,
            ) as response:
                if response.status not in accept:
                    raise await self._refusal(response)
                body = await self._body(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _classified(error) from error
        return Reply(
            status=response.status,
            headers=response.headers,
            body=body,
            elapsed_s=time.monotonic() - started,
        )

    def _local_names(self) -> frozenset[str]:
        hosts = {URL(origin).host or "" for origin in self._origins}
        return LOOPBACK_NAMES & hosts

    def _checked(self, url: str) -> URL:
        address = URL(url)
        if address.user or address.password or _origin(url) not in self._origins:
            raise ValueError("this address is not one of the allowed sources")
        return address

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """The unpacked body, never more than the cap of it in memory."""
        cap = self._limits.max_body_bytes
        if (response.content_length or 0) > cap:
            raise OutgoingError("too_large", status=response.status)
        pieces = bytearray()
        async for piece in response.content.iter_chunked(64 * 1024):
            pieces += piece
            if len(pieces) > cap:
                raise OutgoingError("too_large", status=response.status)
        return bytes(pieces)

    async def _refusal(self, response: aiohttp.ClientResponse) -> OutgoingError:
        status = response.status
        wait = retry_after(response.headers, now=datetime.now(UTC))
        kind: Kind = "bad_status"
        if status == 429:
            kind = "rate_limited"
        elif status >= 500:
            kind = "server_error"
        return OutgoingError(
            kind,
            status=status,
            detail=f"HTTP {status} {await _first_words(response)}".rstrip(),
            retry_after_s=wait.seconds if wait else None,
            is_retry_after_capped=wait.is_capped if wait else False,
        )


def retry_after(headers: Mapping[str, str], *, now: datetime) -> RetryAfter | None:
    """The wait a source asks for, in seconds or as a date; None when unreadable.

    A date is measured from the answer's own Date, so that our clock being wrong
    does not matter. An absurd wait is cut to an hour and flagged.
    """
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,18}", text):
        seconds = float(text)
    else:
        until = _http_date(text)
        if until is None:
            return None
        start = _http_date(headers.get("Date", "")) or now
        seconds = max(0.0, (until - start).total_seconds())
    is_capped = seconds > LONGEST_RETRY_AFTER_S
    return RetryAfter(min(seconds, LONGEST_RETRY_AFTER_S), is_capped)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _origin(address: str) -> str:
    url = URL(address)
    host = url.host or ""
    is_local = host in LOOPBACK_NAMES
    if url.scheme != "https" and not (url.scheme == "http" and is_local):
        raise ValueError("a source is called over https")
    # A name is checked when it is resolved; these are never resolved.
    if _LOOKS_NUMERIC.fullmatch(host) and not is_local and not is_public(host):
        raise ValueError("a source is not at a private address")
    return str(url.origin())


async def _first_words(response: aiohttp.ClientResponse) -> str:
    """A few printable words of a refusal, for the log of operations."""
    try:
        async with asyncio.timeout(1):
            start = await response.content.read(200)
    except (aiohttp.ClientError, TimeoutError):
        return ""
    words = start.decode("utf-8", errors="replace")
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def _classified(error: Exception) -> OutgoingError:
    detail = type(error).__name__
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return OutgoingError("timeout", detail=detail, is_charge_unknown=False)
    if isinstance(error, TimeoutError):
        return OutgoingError("timeout", detail=detail)
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return OutgoingError("tls", detail=detail)
    if isinstance(error, aiohttp.ClientPayloadError):
        return OutgoingError("truncated", detail=detail)
    if isinstance(error, aiohttp.ClientConnectorError):
        if isinstance(error.os_error, NotPublic):
            detail = "NotPublic"
        return OutgoingError("connect", detail=detail)
    # The connection was lost after the request had left, or the answer was not
    # HTTP: nobody can tell what the source did.
    return OutgoingError("connect", detail=detail, is_charge_unknown=True)


def picked(
    headers: Mapping[str, str], names: Iterable[str]
) -> tuple[tuple[str, str], ...]:
    """The few headers worth keeping beside a stored answer."""
    found = CIMultiDict(headers)
    return tuple((name, found[name]) for name in names if name in found)
