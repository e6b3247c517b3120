"""What every source has in common: how it is asked, what it answers.

A source is one folder beside this file. Nothing here knows a database: an answer
is stored by the caller before it is parsed, so that it is never paid for twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Literal, Protocol

from enrichment.providers.errors import ProviderError
from enrichment.providers.facts import ProviderFacts
from mainsite.lib.outgoing import Outgoing, Reply, picked

AnswerStatus = Literal["found", "not_found", "partial"]
Origin = Literal["live", "recorded", "generated"]

CALL_ID_HEADER = "X-Call-Id"
_KEPT_HEADERS = ("Content-Type", "Date", "ETag", "X-Request-Id", "X-Sandbox")


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """At most `calls` in any `per_s` seconds, `concurrency` of them at once."""

    calls: int
    per_s: float
    concurrency: int


@dataclass(frozen=True, kw_only=True)
class Lifetimes:
    """How long an answer may be used again, by its status."""

    found: timedelta
    not_found: timedelta
    partial: timedelta

    def of(self, status: AnswerStatus) -> timedelta:
        return {
            "found": self.found,
            "not_found": self.not_found,
            "partial": self.partial,
        }[status]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a source said of one company, to the byte. `tokens` is what it charged.

    `origin` tells a real service from the sandbox, and there a recorded real
    answer from a made-up one. A live database refuses all but "live".
    """

    siren: str
    provider: str
    status: AnswerStatus
    raw: bytes = field(repr=False)
    http_status: int
    tokens: Decimal
    fetched_at: datetime
    origin: Origin = "live"
    served_id: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def is_sandbox(self) -> bool:
        """Whether the figures are invented, so that screens must say so."""
        return self.origin == "generated"


@dataclass(frozen=True, kw_only=True)
class TokenBalance:
    """What the source itself says is left; it, not our count, is the truth."""

    granted: Decimal
    used: Decimal
    extra_left: Decimal

    @property
    def left(self) -> Decimal:
        return max(Decimal(0), self.granted - self.used) + self.extra_left


class Provider(Protocol):
    """A source. `label` is shown as it stands; `prices` are in its own tokens.

    `prices` maps an option to what it costs, "" being the call itself. `ttl` and
    `rate_limit` are defaults that ops edit. Made by `registry.make_provider`.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    live_base_url: ClassVar[str]
    sandbox_path: ClassVar[str]
    needs_key: ClassVar[bool]
    prices: ClassVar[Mapping[str, Decimal]]
    ttl: ClassVar[Lifetimes]
    rate_limit: ClassVar[RateLimit]

    def __init__(self, *, base_url: str, api_key: str = "") -> None: ...

    async def fetch(self, siren: str, *, http: Outgoing, call_id: str) -> Answer:
        """Exactly one call. Raises ProviderError; never None for a failure.

        `call_id` is the caller's ledger line; it travels in a header, so that
        the sandbox's log and the ledger can be compared line by line.
        """
        ...

    def parse(self, raw: bytes, *, siren: str) -> ProviderFacts:
        """The facts in a found or partial answer; pure, and safe to run again.

        Raises ProviderError when the answer is about another company or is not
        in the source's shape.
        """
        ...


def answer_from(
    reply: Reply,
    *,
    siren: str,
    provider: str,
    status: AnswerStatus,
    tokens: Decimal,
) -> Answer:
    return Answer(
        siren=siren,
        provider=provider,
        status=status,
        raw=reply.body,
        http_status=reply.status,
        tokens=tokens,
        fetched_at=datetime.now(UTC),
        origin=_origin(reply.headers.get("X-Sandbox")),
        served_id=reply.headers.get("X-Sandbox-Call", ""),
        headers=picked(reply.headers, _KEPT_HEADERS),
    )


def _origin(mark: str | None) -> Origin:
    if mark is None:
        return "live"
    # An unknown mark is still a sandbox's: the cautious reading is "made up".
    return "recorded" if mark == "recorded" else "generated"


def check_siren(asked: str, answered: str | None, *, provider: str) -> None:
    """An answer about somebody else must never be filed under the one asked for."""
    if answered != asked:
        raise ProviderError("other_company", provider=provider, is_charge_unknown=True)
