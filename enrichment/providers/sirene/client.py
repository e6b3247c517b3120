"""INSEE's API Sirene 3.11: a key, one call for a company and its head office."""

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
from enrichment.providers.errors import ProviderError, from_outgoing
from enrichment.providers.facts import ProviderFacts
from enrichment.providers.sirene import parse
from mainsite.lib.outgoing import Outgoing, OutgoingError

_STATUS: dict[int, AnswerStatus] = {200: "found", 206: "partial", 404: "not_found"}
_REFUSALS = {400: "bad_request", 401: "bad_key"}


class Sirene(Provider):
    """The head office is asked for: it brings its company with it, in one answer.

    The other way, by company, gives no address.
    """

    name: ClassVar[str] = "sirene"
    label: ClassVar[str] = "API Sirene"
    live_base_url: ClassVar[str] = "https://api.insee.fr/api-sirene/3.11"
    sandbox_path: ClassVar[str] = "/sirene"
    credentials: ClassVar[tuple[str, ...]] = ("SIRENE_API_KEY",)
    gives: ClassVar[Mapping[str, frozenset[Group]]] = MappingProxyType(
        {"": frozenset({"register", "headcount"})}
    )
    # Open data (Licence Ouverte), updated daily. Whoever uses it has to follow the
    # changes of diffusion status, monthly at the latest.
    ttl: ClassVar[Lifetimes] = Lifetimes(
        found=timedelta(days=7),
        not_found=timedelta(days=1),
        partial=timedelta(minutes=15),
    )
    rate_limit: ClassVar[RateLimit] = RateLimit(calls=30, per_s=60.0, concurrency=5)

    async def fetch(
        self, question: Question, *, http: Outgoing, call_id: str
    ) -> Answer:
        siren, key = question.siren, self.secrets.get("SIRENE_API_KEY")
        if not key:
            raise ProviderError("bad_key", provider=self.name, detail="no key is set")
        try:
            reply = await http.fetch(
                f"{self.base_url}/siret",
                params={
                    "q": f"siren:{siren} AND etablissementSiege:true",
                    "nombre": "1",
                },
                headers={
                    "X-INSEE-Api-Key-Integration": key,
                    CALL_ID_HEADER: call_id,
                },
                accept=tuple(_STATUS),
            )
        except OutgoingError as error:
            raise from_outgoing(
                error, provider=self.name, by_status=_REFUSALS
            ) from error
        status = _STATUS[reply.status]
        if status != "not_found" and not parse.is_found(reply.body, siren=siren):
            status = "not_found"
        return answer_from(reply, siren=siren, provider=self.name, status=status)

    def parse(self, raw: bytes, *, siren: str) -> ProviderFacts:
        return parse.parse(raw, siren=siren)


PROVIDER = Sirene
