"""INPI's national register of companies (RNE): an account, a sheet, filed accounts."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import ClassVar

from enrichment.providers.base import (
    CALL_ID_HEADER,
    FREE,
    Answer,
    AnswerStatus,
    Group,
    Lifetimes,
    Price,
    Provider,
    Question,
    RateLimit,
    Sessions,
    answer_from,
)
from enrichment.providers.errors import ProviderError, from_outgoing
from enrichment.providers.facts import ProviderFacts
from enrichment.providers.rne import parse
from enrichment.providers.rne.session import Session
from mainsite.lib.outgoing import Outgoing, OutgoingError, Reply

# The option that asks for the accounts as INPI typed them, rather than the sheet.
ACCOUNTS = "accounts"
_ENDINGS = {"": "", ACCOUNTS: "/attachments"}
_STATUS: dict[int, AnswerStatus] = {200: "found", 206: "partial", 404: "not_found"}
_REFUSALS = {400: "bad_request", 401: "bad_key", 403: "bad_key"}
_UNSIGNED = 401


class Rne(Provider):
    """Two calls tell all of a company: its sheet, and what it filed."""

    name: ClassVar[str] = "rne"
    label: ClassVar[str] = "INPI, registre national"
    live_base_url: ClassVar[str] = "https://registre-national-entreprises.inpi.fr"
    sandbox_path: ClassVar[str] = "/rne"
    credentials: ClassVar[tuple[str, ...]] = ("INPI_USERNAME", "INPI_PASSWORD")
    prices: ClassVar[Mapping[str, Price]] = MappingProxyType({"": FREE, ACCOUNTS: FREE})
    gives: ClassVar[Mapping[str, frozenset[Group]]] = MappingProxyType(
        {
            "": frozenset({"register", "leader"}),
            ACCOUNTS: frozenset({"accounts", "history", "balance"}),
        }
    )
    usual: ClassVar[tuple[str, ...]] = ("", ACCOUNTS)
    # Open data (Licence Ouverte), updated daily. Opposition to commercial use must
    # be read again well within the month.
    ttl: ClassVar[Lifetimes] = Lifetimes(
        found=timedelta(days=7),
        not_found=timedelta(days=1),
        partial=timedelta(minutes=15),
    )
    # Only the day's quota is known, and by a third party; the rate is a polite guess.
    rate_limit: ClassVar[RateLimit] = RateLimit(calls=5, per_s=1.0, concurrency=5)
    day_quota: ClassVar[int | None] = 10_000

    def __init__(
        self,
        *,
        base_url: str,
        credentials: Mapping[str, str] | None = None,
        sessions: Sessions | None = None,
    ) -> None:
        super().__init__(base_url=base_url, credentials=credentials, sessions=sessions)
        self._session = Session(f"{self.base_url}/api/sso/login", self.sessions)

    async def fetch(
        self, question: Question, *, http: Outgoing, call_id: str
    ) -> Answer:
        siren = question.siren
        address = f"{self.base_url}/api/companies/{siren}{_ENDINGS[question.option]}"
        reply = await self._signed(address, http=http, call_id=call_id)
        status = _STATUS[reply.status]
        if status != "not_found":
            parse.check(reply.body, siren=siren)
        return answer_from(
            reply,
            siren=siren,
            provider=self.name,
            status=status,
            option=question.option,
        )

    def parse(self, raw: bytes, *, siren: str) -> ProviderFacts:
        return parse.parse(raw, siren=siren)

    async def _signed(self, address: str, *, http: Outgoing, call_id: str) -> Reply:
        """A 401 means that the token died early: sign in again, and ask once more."""
        token = await self._token(http)
        reply = await self._get(address, token, http=http, call_id=call_id)
        if reply.status == _UNSIGNED:
            token = await self._token(http, refused=token)
            reply = await self._get(address, token, http=http, call_id=call_id)
        if reply.status == _UNSIGNED:
            raise ProviderError("bad_key", provider=self.name, status=_UNSIGNED)
        return reply

    async def _token(self, http: Outgoing, *, refused: str = "") -> str:
        return await self._session.token(
            http,
            username=self.secrets.get("INPI_USERNAME", ""),
            password=self.secrets.get("INPI_PASSWORD", ""),
            refused=refused,
        )

    async def _get(
        self, address: str, token: str, *, http: Outgoing, call_id: str
    ) -> Reply:
        try:
            return await http.fetch(
                address,
                headers={"Authorization": f"Bearer {token}", CALL_ID_HEADER: call_id},
                accept=(*_STATUS, _UNSIGNED),
            )
        except OutgoingError as error:
            raise from_outgoing(
                error, provider=self.name, by_status=_REFUSALS
            ) from error


PROVIDER = Rne
