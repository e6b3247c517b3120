"""The people and companies in office, as the page may show them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from companies.choices import Source
from companies.margin import Margin, MarginNote
from companies.models import Officer
from mainsite.lib import formatting

SHOWN_AT_ONCE = 10


@dataclass(frozen=True, kw_only=True)
class OfficerLine:
    name: str
    role: str
    since: date | None
    age: int | None
    born: int | None
    is_company: bool
    company_siren: str | None


@dataclass(frozen=True, kw_only=True)
class Officers:
    lines: tuple[OfficerLine, ...]
    rest: tuple[OfficerLine, ...]
    is_partial: bool
    age_call: int | None
    sandbox_call: int | None
    sources: tuple[tuple[str, date], ...]
    has_persons: bool
    notes: tuple[MarginNote, ...]


def build(
    officers: Iterable[Officer], *, is_partial: bool, margin: Margin, today: date
) -> Officers:
    """``is_partial``: of a company of partial diffusion no person is kept."""
    found = [o for o in officers if o.is_company or not is_partial]
    lines = tuple(_line(officer, today) for officer in found)
    # Read in this order on the page, so numbered in this order.
    sandbox_call = _sandbox_call(found, margin)
    age_call = _age_call(found, margin)
    return Officers(
        lines=lines[:SHOWN_AT_ONCE],
        rest=lines[SHOWN_AT_ONCE:],
        is_partial=is_partial,
        age_call=age_call,
        sandbox_call=sandbox_call,
        sources=_collected(found),
        has_persons=any(not officer.is_company for officer in found),
        notes=tuple(margin.notes),
    )


def _line(officer: Officer, today: date) -> OfficerLine:
    return OfficerLine(
        name=officer.full_name,
        role=officer.role,
        since=officer.since,
        age=_age(officer, today),
        born=officer.birth_year,
        is_company=officer.is_company,
        company_siren=officer.company_siren,
    )


def _age(officer: Officer, today: date) -> int | None:
    """Reached this year, as the list and the readings count it."""
    if officer.birth_year is None or officer.is_company:
        return None
    return today.year - officer.birth_year


def _age_call(officers: Sequence[Officer], margin: Margin) -> int | None:
    by_year = [o for o in officers if o.birth_year and not o.is_company]
    if not by_year:
        return None
    return margin.add(
        _("Âge atteint cette année, calculé sur la seule année de naissance."),
        cite=_read_on(by_year),
    )


def _sandbox_call(officers: Sequence[Officer], margin: Margin) -> int | None:
    if not any(officer.is_sandbox for officer in officers):
        return None
    return margin.add(_("Dirigeants donnés par le bac à sable : personnes fictives."))


def _read_on(officers: Sequence[Officer]) -> str:
    language = get_language() or "fr"
    return ", ".join(
        _("%(source)s, lu le %(day)s")
        % {"source": source, "day": formatting.long_date(day, language=language)}
        for source, day in _collected(officers)
    )


def _collected(officers: Sequence[Officer]) -> tuple[tuple[str, date], ...]:
    """Each source of these officers, with the last day it was read."""
    days: dict[str, date] = {}
    for officer in officers:
        source = str(Source(officer.source).label)
        day = timezone.localtime(officer.retrieved_at).date()
        days[source] = max(day, days.get(source, day))
    return tuple(days.items())
