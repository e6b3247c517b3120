"""What each source said of one company, for its page."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import timezone

from enrichment.choices import AnswerStatus
from enrichment.models import Answer
from enrichment.sources import Terms, all_terms
from enrichment.wording import OFF, gives
from mainsite.lib import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A source's last answer, without its body."""

    status: str
    fetched_at: datetime
    expires_at: datetime
    is_sandbox: bool
    amount_eur: Decimal

    @property
    def status_words(self) -> str:
        return str(AnswerStatus(self.status).label)


@dataclass(frozen=True, kw_only=True)
class SourceRead:
    terms: Terms
    gives: str
    answer: Said | None

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
        return self.answer.amount_eur if self.answer else None


def readings(siren: str) -> list[SourceRead]:
    """The last answer of every source, those never asked included."""
    plain = cache.get(cache.source_panel(siren), partial(_plain, siren))
    said = {source: _said(values) for source, values in plain.items()}
    return [
        SourceRead(terms=terms, gives=gives(terms), answer=said.get(name))
        for name, terms in all_terms().items()
    ]


def _plain(siren: str) -> dict[str, list[Any]]:
    """By source, in a form that any cache can hold; ended when facts are written."""
    stored = Answer.objects.filter(siren=siren).usual().latest_per_source()
    columns = ("source", "status", "fetched_at", "expires_at", "is_sandbox")
    rows = stored.values_list(*columns, "call__amount_eur")
    # A source may have been asked for several things: its last word is shown.
    return {
        source: [status, fetched_at.isoformat(), ends.isoformat(), is_sandbox, str(eur)]
        for source, status, fetched_at, ends, is_sandbox, eur in sorted(
            rows, key=lambda row: row[2]
        )
    }


def _said(values: list[Any]) -> Said:
    status, fetched_at, expires_at, is_sandbox, amount_eur = values
    return Said(
        status=status,
        fetched_at=datetime.fromisoformat(fetched_at),
        expires_at=datetime.fromisoformat(expires_at),
        is_sandbox=is_sandbox,
        amount_eur=Decimal(amount_eur),
    )
