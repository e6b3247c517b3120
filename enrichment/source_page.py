"""What each source said of one company, for its page."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from enrichment.models import Answer
from enrichment.preview import GIVES
from enrichment.sources import Terms, all_terms
from enrichment.wording import OFF


@dataclass(frozen=True, kw_only=True)
class SourceRead:
    terms: Terms
    gives: str
    answer: Answer | None

    @property
    def off_words(self) -> str:
        return str(OFF.get(self.terms.off, ""))

    @property
    def read_at(self) -> datetime | None:
        return self.answer.fetched_at if self.answer else None

    @property
    def is_fresh(self) -> bool:
        return bool(self.answer and self.answer.expires_at > timezone.now())

    @property
    def paid_eur(self) -> Decimal | None:
        return self.answer.call.amount_eur if self.answer else None


def readings(siren: str) -> list[SourceRead]:
    """The last answer of every source, those never asked included."""
    stored = Answer.objects.filter(siren=siren).defer("raw").select_related("call")
    latest = {answer.source: answer for answer in stored.latest_per_source()}
    return [
        SourceRead(
            terms=terms,
            gives=str(GIVES.get(name, "")),
            answer=latest.get(name),
        )
        for name, terms in all_terms().items()
    ]
