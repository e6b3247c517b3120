"""The State's "Recherche d'entreprises": free, without a key, one search by SIREN."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import ClassVar

from enrichment.providers.base import (
    CALL_ID_HEADER,
    Answer,
    AnswerStatus,
    Group,
    Lifetimes,
    Provider,
    Question,
    RateLimit,
    answer_from,
)
from enrichment.providers.errors import from_outgoing
from enrichment.providers.facts import ProviderFacts
from enrichment.providers.recherche_entreprises import parse
from mainsite.lib.outgoing import Outgoing, OutgoingError


class RechercheEntreprises(Provider):
    """Seven calls a second per address, thirty for a whole network of addresses."""

    name: ClassVar[str] = "recherche_entreprises"
    label: ClassVar[str] = "Recherche d’entreprises"
    # Who the company is, before anything is asked about it elsewhere.
    rank: ClassVar[int] = 10
    live_base_url: ClassVar[str] = "https://recherche-entreprises.api.gouv.fr"
    sandbox_path: ClassVar[str] = "/recherche-entreprises"
    gives: ClassVar[Mapping[str, frozenset[Group]]] = MappingProxyType(
        {"": frozenset({"register", "headcount", "accounts", "leader"})}
    )
    # Open data, rebuilt daily. Diffusion status must be read again every month.
    ttl: ClassVar[Lifetimes] = Lifetimes(
        found=timedelta(days=7),
        not_found=timedelta(days=1),
        partial=timedelta(minutes=15),
    )
    rate_limit: ClassVar[RateLimit] = RateLimit(calls=7, per_s=1.0, concurrency=7)

    async def fetch(
        self, question: Question, *, http: Outgoing, call_id: str
    ) -> Answer:
        siren = question.siren
        try:
            reply = await http.fetch(
                f"{self.base_url}/search",
                params={
                    "q": siren,
                    "page": "1",
                    "per_page": "1",
                    "limite_matching_etablissements": "1",
                },
                headers={CALL_ID_HEADER: call_id},
                accept=(200, 206, 404),
            )
        except OutgoingError as error:
            raise from_outgoing(
                error, provider=self.name, by_status={400: "bad_request"}
            ) from error
        status: AnswerStatus = "not_found"
        if reply.status != 404 and parse.is_found(reply.body, siren=siren):
            status = "partial" if reply.status == 206 else "found"
        return answer_from(reply, siren=siren, provider=self.name, status=status)

    def parse(self, raw: bytes, *, siren: str) -> ProviderFacts:
        return parse.parse(raw, siren=siren)


PROVIDER = RechercheEntreprises
