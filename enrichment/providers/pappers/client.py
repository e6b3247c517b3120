"""Pappers v2, after its contract (OpenAPI 2.16.0): one paid call for a company."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar

from enrichment.providers.base import (
    CALL_ID_HEADER,
    Answer,
    AnswerStatus,
    Group,
    Lifetimes,
    PoolBalance,
    Price,
    Provider,
    Question,
    RateLimit,
    answer_from,
)
from enrichment.providers.errors import ProviderError, from_outgoing
from enrichment.providers.facts import ProviderFacts
from enrichment.providers.pappers import parse
from enrichment.providers.reading import Notes, Section
from mainsite.lib import strict_json
from mainsite.lib.outgoing import Outgoing, OutgoingError, Reply

# The option that adds the company's own telephone and e-mail to the answer.
CONTACTS = "contacts"
_FOUND, _PARTIAL, _NOT_FOUND = 200, 206, 404
_STATUS: dict[int, AnswerStatus] = {
    _FOUND: "found",
    _PARTIAL: "partial",
    _NOT_FOUND: "not_found",
}
# 401 is the contract's. No document says what a key without tokens gets: 402 and
# 403 are read so, and the balance is polled rather than guessed.
_REFUSALS = {400: "bad_request", 401: "bad_key", 402: "no_credit", 403: "no_credit"}


class Pappers(Provider):
    """A company that does not exist, or an error, is not charged."""

    name: ClassVar[str] = "pappers"
    label: ClassVar[str] = "Pappers"
    live_base_url: ClassVar[str] = "https://api.pappers.fr/v2"
    sandbox_path: ClassVar[str] = "/pappers/v2"
    credentials: ClassVar[tuple[str, ...]] = ("PAPPERS_API_KEY",)
    sandbox_unit_eur: ClassVar[Decimal] = Decimal("0.10")
    gives: ClassVar[Mapping[str, frozenset[Group]]] = MappingProxyType(
        {
            "": frozenset(
                {
                    "register",
                    "accounts",
                    "history",
                    "balance",
                    "headcount",
                    "leader",
                    "events",
                }
            ),
            CONTACTS: frozenset({"email", "phone"}),
        }
    )
    # In jetons, the call itself included: a supplement comes on top of it.
    prices: ClassVar[Mapping[str, Price]] = MappingProxyType(
        {
            "": Price(units=Decimal(1)),
            # Telephone and e-mail of the company, one jeton for the two.
            CONTACTS: Price(units=Decimal(2)),
            # Never asked for; here so that whoever adds one knows what it costs.
            "sites_internet": Price(units=Decimal(2)),
            "sanctions": Price(units=Decimal(2)),
            "personne_politiquement_exposee": Price(units=Decimal(2)),
            "labels:orias": Price(units=Decimal("1.5")),
            "labels:cci": Price(units=Decimal("1.5")),
            "deces": Price(units=Decimal("1.5")),
            "scoring_financier": Price(units=Decimal(31)),
            "scoring_non_financier": Price(units=Decimal(31)),
        }
    )
    # A partial answer means that one of its own sources was late: ask again soon.
    ttl: ClassVar[Lifetimes] = Lifetimes(
        found=timedelta(hours=24),
        not_found=timedelta(hours=24),
        partial=timedelta(minutes=15),
    )
    # No limit is documented; this is a polite guess that ops may edit.
    rate_limit: ClassVar[RateLimit] = RateLimit(calls=20, per_s=1.0, concurrency=20)

    async def fetch(
        self, question: Question, *, http: Outgoing, call_id: str
    ) -> Answer:
        siren, price = question.siren, self.prices[question.option]
        params = {"siren": siren, "format_publications_bodacc": "objet"}
        if question.option == CONTACTS:
            params["champs_supplementaires"] = "telephone,email"
        reply = await self._get(
            "/entreprise", params, http=http, call_id=call_id, accept=tuple(_STATUS)
        )
        status = _STATUS[reply.status]
        if status != "not_found":
            parse.check(reply.body, siren=siren)
        return answer_from(
            reply,
            siren=siren,
            provider=self.name,
            status=status,
            tokens=Decimal(0) if status == "not_found" else price.units,
            option=question.option,
        )

    def parse(self, raw: bytes, *, siren: str) -> ProviderFacts:
        return parse.parse(raw, siren=siren)

    async def balances(
        self, *, http: Outgoing, call_id: str
    ) -> tuple[PoolBalance, ...]:
        """The jetons left, as Pappers counts them; this call is free."""
        reply = await self._get(
            "/suivi-jetons", {}, http=http, call_id=call_id, accept=(_FOUND,)
        )
        try:
            members = strict_json.decode(reply.body)
        except strict_json.NotJson as error:
            raise ProviderError("not_json", provider=self.name) from error
        if not isinstance(members, dict):
            raise ProviderError("unexpected_shape", provider=self.name)
        counts = Section(members, notes=Notes())
        granted, used, extra = (
            counts.decimal(name)
            for name in (
                "jetons_abonnement",
                "jetons_abonnement_utilises",
                "jetons_pay_as_you_go_restants",
            )
        )
        if granted is None or used is None:
            raise ProviderError("unexpected_shape", provider=self.name)
        subscribed, spent = Decimal(str(granted)), Decimal(str(used))
        left = max(Decimal(0), subscribed - spent) + Decimal(str(extra or 0))
        return (PoolBalance(left=left, granted=subscribed),)

    async def _get(
        self,
        path: str,
        params: dict[str, str],
        *,
        http: Outgoing,
        call_id: str,
        accept: tuple[int, ...],
    ) -> Reply:
        key = self.secrets.get("PAPPERS_API_KEY")
        if not key:
            raise ProviderError("bad_key", provider=self.name, detail="no key is set")
        try:
            return await http.fetch(
                f"{self.base_url}{path}",
                params=params,
                # In the query string, as older programs do, a key ends in logs.
                headers={"api-key": key, CALL_ID_HEADER: call_id},
                accept=accept,
            )
        except OutgoingError as error:
            raise from_outgoing(
                error, provider=self.name, by_status=_REFUSALS
            ) from error


PROVIDER = Pappers
