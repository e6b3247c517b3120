"""What the company page shows, assembled from what is stored: no source is asked.

Everything of a desk comes through ``visible_to``; a person's field of a company of
partial diffusion is left out here, so that no template can show it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies import (
    accounts_table,
    chronology,
    identity_panel,
    officers_table,
    place_words,
)
from companies.accounts_table import AccountsTable
from companies.choices import AccountType, Status
from companies.chronology import Chronology
from companies.identity_panel import IdentityPanel
from companies.margin import Margin, MarginNote
from companies.models import (
    AnnualAccounts,
    Company,
    LegalEvent,
    Note,
    Officer,
    Pursuit,
    PursuitChange,
    SourceReading,
)
from companies.nomenclature import HEADCOUNT_BANDS
from companies.officers_table import Officers
from mainsite.lib import formatting

# The way forward; the other three statuses stand aside of it.
STEPS = (
    Status.PROSPECT,
    Status.CONTACTE,
    Status.QUALIFICATION,
    Status.NEGOCIATION,
    Status.GAGNE,
)
NOTES_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Identity:
    company: Company
    subtitle: str
    naf_label: str
    town: str
    headcount: str
    age: int | None
    website: str


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The table of one type, and the other types there are."""

    types: tuple[AccountType, ...]
    shown: AccountType | None
    table: AccountsTable | None
    notes: tuple[MarginNote, ...]
    readings: tuple[SourceReading, ...]


@dataclass(frozen=True, kw_only=True)
class Follow:
    """Where the reader's desk stands with the company."""

    status: Status
    pursuit: Pursuit | None
    history: tuple[PursuitChange, ...]
    steps: tuple[Status, ...] = STEPS

    @property
    def seen(self) -> int:
        """The latest change on the page; 0 when there is none."""
        return self.history[0].pk if self.history else 0


@dataclass(frozen=True, kw_only=True)
class DeskNotes:
    recent: tuple[Note, ...]
    older: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True)
class CompanyPage:
    identity: Identity
    identity_panel: IdentityPanel
    accounts: Accounts
    officers: Officers
    chronology: Chronology
    follow: Follow
    desk_notes: DeskNotes
    last_note: int


def assemble(company: Company, *, reader: User, account_type: str = "") -> CompanyPage:
    today, siren = timezone.localdate(), company.siren
    exercises = list(AnnualAccounts.objects.filter(siren=siren))
    readings = list(SourceReading.objects.filter(siren=siren).order_by("source"))
    margin = Margin()
    accounts = _accounts(exercises, readings, account_type, margin=margin, today=today)
    margin = Margin(first=margin.next)
    officers = officers_table.build(
        Officer.objects.filter(siren=siren).order_by("rank", "surname", "pk"),
        is_partial=company.is_partial,
        margin=margin,
        today=today,
    )
    follow = _follow(siren, reader)
    return CompanyPage(
        identity=_identity(company, today),
        identity_panel=identity_panel.build(company),
        accounts=accounts,
        officers=officers,
        chronology=chronology.build(
            company=company,
            notices=LegalEvent.objects.filter(siren=siren),
            changes=follow.history,
            exercises=exercises,
        ),
        follow=follow,
        desk_notes=_desk_notes(siren, reader),
        last_note=margin.next,
    )


# Identity


def _identity(company: Company, today: date) -> Identity:
    naf = company.naf
    label = naf.label.replace(" ,", " ") if naf else ""
    where = place_words.location(company.place, company.commune, company.department)
    words = [label or _("Activité inconnue"), *filter(None, [where])]
    return Identity(
        company=company,
        subtitle=", ".join(words),
        naf_label=label,
        town=place_words.town_of(company.place, company.commune),
        headcount=_headcount(company),
        age=_years_between(company.created_on, company.closed_on or today),
        website=_safe_website(company.website),
    )


def _safe_website(text: str) -> str:
    """An address a browser may follow, else nothing: the text comes from a source."""
    parts = urlsplit(text if "://" in text else f"https://{text}")
    is_safe = parts.scheme in {"http", "https"} and "." in parts.netloc
    return parts.geturl() if is_safe and text.strip() == text else ""


def _headcount(company: Company) -> str:
    band = HEADCOUNT_BANDS.get(company.headcount_band)
    if band is None:
        return ""
    if band.upper == 0:
        return _("aucun salarié")
    one_or_two = formatting.plural(
        band.upper or band.lower, _("salarié"), _("salariés")
    )
    return f"{band.label} {one_or_two}"


def _years_between(start: date | None, end: date) -> int | None:
    if start is None or start > end:
        return None
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


# Accounts


def _accounts(
    exercises: Sequence[AnnualAccounts],
    readings: Sequence[SourceReading],
    wanted: str,
    *,
    margin: Margin,
    today: date,
) -> Accounts:
    types = accounts_table.types_known(exercises)
    shown = _type_shown(exercises, types, wanted)
    table = None
    if shown is not None:
        kept = [e for e in exercises if e.account_type == shown]
        table = accounts_table.build(kept, margin=margin, today=today)
    return Accounts(
        types=tuple(types),
        shown=shown,
        table=table,
        notes=tuple(margin.notes),
        readings=tuple(readings),
    )


def _type_shown(
    exercises: Sequence[AnnualAccounts], types: Sequence[AccountType], wanted: str
) -> AccountType | None:
    if wanted in types:
        return AccountType(wanted)
    return accounts_table.type_to_open_on(exercises) if exercises else None


# The desk's own


def _follow(siren: str, reader: User) -> Follow:
    pursuit = (
        Pursuit.objects.visible_to(reader).about(siren).select_related("owner").first()
    )
    changes = PursuitChange.objects.visible_to(reader).about(siren)
    return Follow(
        status=Status(pursuit.status) if pursuit else Status.PROSPECT,
        pursuit=pursuit,
        history=tuple(changes.select_related("by").order_by("-at", "-pk")),
    )


def _desk_notes(siren: str, reader: User) -> DeskNotes:
    found = Note.objects.visible_to(reader).about(siren).select_related("author")
    notes = tuple(found.order_by("-written_at", "-pk"))
    return DeskNotes(recent=notes[:NOTES_SHOWN], older=notes[NOTES_SHOWN:])
