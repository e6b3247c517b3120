"""What every source has in common: how it is asked, what it answers.

A source is one folder beside this file. Nothing here knows a database: an answer
is stored by the caller before it is parsed, so that it is never paid for twice.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar, Final, Literal, Protocol

from enrichment.providers.errors import ProviderError
from enrichment.providers.facts import ProviderFacts
from mainsite.lib import strict_json
from mainsite.lib.outgoing import Outgoing, Reply, picked

AnswerStatus = Literal["found", "not_found", "partial"]
Origin = Literal["live", "recorded", "generated"]
# As scoring names what is missing, so that what is at stake can be priced; and what
# only analysts weigh.
Group = Literal[
    "accounts",
    "history",
    "balance",
    "headcount",
    "leader",
    "register",
    "events",
    "email",
    "phone",
]

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
    """What a source said of one company, to the byte.

    `tokens` is what it charged, in units of `pool`; `option` what it was asked for.

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
    option: str = ""
    pool: str = ""
    origin: Origin = "live"
    served_id: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def is_sandbox(self) -> bool:
        """Whether the figures are invented, so that screens must say so."""
        return self.origin == "generated"


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one option of a call costs: so many units of one of the source's pools.

    A unit is a jeton or a credit; ops say what it costs in euros, pool by pool.
    """

    units: Decimal
    pool: str = ""


FREE: Final = Price(units=Decimal(0))


@dataclass(frozen=True, kw_only=True)
class PoolBalance:
    """What the source itself says is left; it, not our count, is the truth.

    `left` is None when the pool is unlimited, `granted` when it is not told.
    """

    left: Decimal | None
    pool: str = ""
    granted: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom a contact is looked up for. `profile` is a bare LinkedIn name."""

    full_name: str
    profile: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a source is asked of a company; the empty option is its usual call."""

    siren: str
    option: str = ""
    person: Person | None = None


class Sessions(Protocol):
    """Where what a source gave at signing in is kept for who calls it next.

    `owner` tells one account at one address from another. Nothing kept is "".
    """

    async def kept(self, owner: str) -> str: ...

    async def keep(self, owner: str, token: str, *, life_s: float) -> None: ...


class NoSessions:
    """Each signs in for itself."""

    async def kept(self, owner: str) -> str:
        return ""

    async def keep(self, owner: str, token: str, *, life_s: float) -> None:
        pass


class Provider(ABC):
    """A source. `label` is shown as it stands. Made by `registry.make_provider`.

    `credentials` names the variables of the environment that it cannot do without.
    `prices` and `gives` go by option, "" being the usual call: what it costs, and
    the groups of fields it may tell. `usual` are the options that every batch asks.
    `ttl`, `rate_limit` and `day_quota` (calls) are defaults that ops edit. `rank`
    orders sources of one price. `needs_assessment`: it stays off until someone who
    answers for the installation has signed an assessment of it. `sessions` is for a
    source that has to be signed in to.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    rank: ClassVar[int] = 50
    live_base_url: ClassVar[str]
    sandbox_path: ClassVar[str]
    prices: ClassVar[Mapping[str, Price]] = MappingProxyType({"": FREE})
    gives: ClassVar[Mapping[str, frozenset[Group]]]
    usual: ClassVar[tuple[str, ...]] = ("",)
    ttl: ClassVar[Lifetimes]
    rate_limit: ClassVar[RateLimit]
    day_quota: ClassVar[int | None] = None
    credentials: ClassVar[tuple[str, ...]] = ()
    needs_assessment: ClassVar[bool] = False
    # What a unit costs in the sandbox; live, only ops can say.
    sandbox_unit_eur: ClassVar[Decimal] = Decimal(0)

    def __init__(
        self,
        *,
        base_url: str,
        credentials: Mapping[str, str] | None = None,
        sessions: Sessions | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.secrets = dict(credentials or {})
        self.sessions = sessions or NoSessions()

    @abstractmethod
    async def fetch(
        self, question: Question, *, http: Outgoing, call_id: str
    ) -> Answer:
        """One call about one company. Raises ProviderError; never None for a failure.

        A source that wants it is signed in to first, once for many calls. `call_id`
        is the caller's ledger line; it travels in a header, so that the sandbox's
        log and the ledger can be compared line by line.
        """

    @abstractmethod
    def parse(self, raw: bytes, *, siren: str) -> ProviderFacts:
        """The facts in a found or partial answer; pure, and safe to run again.

        Raises ProviderError when the answer is about another company or is not
        in the source's shape.
        """

    async def balances(
        self, *, http: Outgoing, call_id: str
    ) -> tuple[PoolBalance, ...]:
        """What is left in each pool, in one free call; nothing for a free source."""
        return ()


def answer_from(
    reply: Reply,
    *,
    siren: str,
    provider: str,
    status: AnswerStatus,
    tokens: Decimal = Decimal(0),
    option: str = "",
    pool: str = "",
) -> Answer:
    """Raises ProviderError for a 404 that is not the source's own word."""
    if status == "not_found" and reply.body and not _is_json(reply.body):
        # A gateway's page says nothing of the company: it may well be known.
        raise ProviderError("not_json", provider=provider, status=reply.status)
    return Answer(
        siren=siren,
        provider=provider,
        status=status,
        raw=reply.body,
        http_status=reply.status,
        tokens=tokens,
        fetched_at=datetime.now(UTC),
        option=option,
        pool=pool,
        origin=_origin(reply.headers.get("X-Sandbox")),
        served_id=reply.headers.get("X-Sandbox-Call", ""),
        headers=picked(reply.headers, _KEPT_HEADERS),
    )


def _is_json(body: bytes) -> bool:
    try:
        strict_json.decode(body)
    except strict_json.NotJson:
        return False
    return True


def _origin(mark: str | None) -> Origin:
    if mark is None:
        return "live"
    # An unknown mark is still a sandbox's: the cautious reading is "made up".
    return "recorded" if mark == "recorded" else "generated"


def check_siren(asked: str, answered: str | None, *, provider: str) -> None:
    """An answer about somebody else must never be filed under the one asked for."""
    if answered != asked:
        raise ProviderError("other_company", provider=provider, is_charge_unknown=True)
