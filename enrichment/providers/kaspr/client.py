"""Kaspr: a way to reach one named person, after nine public programs that call it.

No document of the vendor is at hand. What was seen: a bare profile name is asked, never
an address; one field at a time, so that each is priced and bought on its own; a
credit goes only for a field found.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Final

from enrichment.providers.base import (
    CALL_ID_HEADER,
    Answer,
    Group,
    Lifetimes,
    PoolBalance,
    Price,
    Provider,
    Question,
    RateLimit,
    answer_from,
)
from enrichment.providers.documents import document
from enrichment.providers.errors import ProviderError, from_outgoing
from enrichment.providers.facts import ProviderFacts
from enrichment.providers.kaspr import parse
from enrichment.providers.reading import Notes, Section
from mainsite.lib.linkedin import profile_name
from mainsite.lib.outgoing import Outgoing, OutgoingError, Reply, picked

WORK_EMAIL, DIRECT_EMAIL, PHONE = "work_email", "direct_email", "phone"
_FOUND, _NOT_FOUND = 200, 404
_REFUSALS = {400: "bad_request", 401: "bad_key", 402: "no_credit", 403: "bad_key"}
# What each option is called in a request; an unknown word is answered with a 500.
_ASKED: Final = {
    WORK_EMAIL: "workEmail",
    DIRECT_EMAIL: "directEmail",
    PHONE: "phone",
}
_BALANCES: Final = {
    WORK_EMAIL: "workEmailCredits",
    DIRECT_EMAIL: "personalEmailCredits",
    PHONE: "phoneCredits",
    "export": "exportCredits",
}
_UNLIMITED = -1
_REMAINING = (
    "Remaining-Work-Email-Credits",
    "Remaining-Direct-Email-Credits",
    "Remaining-Phone-Credits",
    "Remaining-Export-Credits",
)


class Kaspr(Provider):
    """Personal data: off until ops turn it on and an assessment is signed."""

    name: ClassVar[str] = "kaspr"
    label: ClassVar[str] = "Kaspr"
    live_base_url: ClassVar[str] = "https://api.developers.kaspr.io"
    sandbox_path: ClassVar[str] = "/kaspr"
    credentials: ClassVar[tuple[str, ...]] = ("KASPR_API_KEY",)
    needs_assessment: ClassVar[bool] = True
    # Of no batch: a person is named first.
    usual: ClassVar[tuple[str, ...]] = ()
    sandbox_unit_eur: ClassVar[Decimal] = Decimal("0.50")
    prices: ClassVar[Mapping[str, Price]] = MappingProxyType(
        {option: Price(units=Decimal(1), pool=option) for option in _ASKED}
    )
    gives: ClassVar[Mapping[str, frozenset[Group]]] = MappingProxyType(
        {
            WORK_EMAIL: frozenset({"email"}),
            DIRECT_EMAIL: frozenset({"email"}),
            PHONE: frozenset({"phone"}),
        }
    )
    ttl: ClassVar[Lifetimes] = Lifetimes(
        found=timedelta(hours=6),
        not_found=timedelta(hours=24),
        partial=timedelta(minutes=15),
    )
    # As `/keys/rateLimits` says of a usual key; 500 an hour as well.
    rate_limit: ClassVar[RateLimit] = RateLimit(calls=60, per_s=60.0, concurrency=4)
    day_quota: ClassVar[int | None] = 500

    async def fetch(
        self, question: Question, *, http: Outgoing, call_id: str
    ) -> Answer:
        price = self.prices[question.option]
        reply = await self._ask(
            "/profile/linkedin", self._body(question), http=http, call_id=call_id
        )
        is_found = reply.status == _FOUND and parse.has_field(
            self._readable(reply, question), question.option
        )
        answer = answer_from(
            reply,
            siren=question.siren,
            provider=self.name,
            status="found" if is_found else "not_found",
            tokens=price.units if is_found else Decimal(0),
            option=question.option,
            pool=price.pool,
        )
        remaining = picked(reply.headers, _REMAINING)
        return replace(answer, headers=(*answer.headers, *remaining))

    def parse(self, raw: bytes, *, siren: str) -> ProviderFacts:
        return parse.parse(raw, siren=siren)

    async def balances(
        self, *, http: Outgoing, call_id: str
    ) -> tuple[PoolBalance, ...]:
        """What is left in the four pools, as Kaspr counts them; this call is free."""
        reply = await self._ask(
            "/keys/remainingCredits", None, http=http, call_id=call_id
        )
        if reply.status != _FOUND:
            raise ProviderError("bad_status", provider=self.name, status=reply.status)
        counts = Section(document(reply.body, provider=self.name), notes=Notes())
        return tuple(self._balance(counts, pool) for pool in _BALANCES)

    def _balance(self, counts: Section, pool: str) -> PoolBalance:
        left = counts.whole(_BALANCES[pool], low=_UNLIMITED)
        if left is None:
            raise ProviderError("unexpected_shape", provider=self.name)
        return PoolBalance(
            left=None if left == _UNLIMITED else Decimal(left), pool=pool
        )

    def _body(self, question: Question) -> dict[str, Any]:
        """The request; no address leaves, for it is answered with a 500."""
        person = question.person
        profile = profile_name(person.profile) if person else None
        if person is None or profile is None:
            raise ProviderError("bad_request", provider=self.name, detail="no profile")
        wanted = [_ASKED[question.option]]
        return {
            "id": profile,
            "name": person.full_name,
            "dataToGet": wanted,
            "requiredData": wanted,
        }

    def _readable(self, reply: Reply, question: Question) -> dict[str, Any]:
        """The answer's members; a refusal may come under a status of success.

        A stranger's number filed under somebody's name would be worse than none.
        """
        members = document(reply.body, provider=self.name)
        if parse.says_no_credit(members):
            raise ProviderError("no_credit", provider=self.name, status=reply.status)
        asked = question.person.full_name if question.person else ""
        if parse.is_someone_else(members, asked):
            raise ProviderError(
                "other_company", provider=self.name, is_charge_unknown=True
            )
        return members

    async def _ask(
        self,
        path: str,
        body: dict[str, Any] | None,
        *,
        http: Outgoing,
        call_id: str,
    ) -> Reply:
        key = self.secrets.get("KASPR_API_KEY")
        if not key:
            raise ProviderError("bad_key", provider=self.name, detail="no key is set")
        headers = {
            "Authorization": f"Bearer {key}",
            "accept-version": "v2.0",
            CALL_ID_HEADER: call_id,
        }
        try:
            return await http.fetch(
                f"{self.base_url}{path}",
                headers=headers,
                accept=(_FOUND, _NOT_FOUND),
                json=body,
            )
        except OutgoingError as error:
            raise from_outgoing(
                error, provider=self.name, by_status=_REFUSALS
            ) from error


PROVIDER = Kaspr
