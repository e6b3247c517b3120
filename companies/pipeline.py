"""Where a desk stands with a company: one pipeline of statuses, its history, notes.

Nothing follows from a status elsewhere, so nothing is published here. No row means
``prospect``; a row once written is never deleted, so that it can always be locked.
"""

import re
import unicodedata
from datetime import date

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.choices import AuditWord
from accounts.models import User
from companies import targets
from companies.choices import Status
from companies.models import Company, Note, Pursuit, PursuitChange, Target

# What people and other tools write for our statuses, folded (product.md, rule 7).
ALIASES = {
    "a_contacter": Status.PROSPECT,
    "qualifie": Status.QUALIFICATION,
    "propose": Status.NEGOCIATION,
    "en_cours": Status.NEGOCIATION,
    "en_discussion": Status.NEGOCIATION,
    "en_negociation": Status.NEGOCIATION,
    "client": Status.GAGNE,
    "clos_gagne": Status.GAGNE,
    "deal_signe": Status.GAGNE,
    "signe": Status.GAGNE,
    "signee": Status.GAGNE,
    "gagnee": Status.GAGNE,
    "clos_perdu": Status.PERDU,
    "perdue": Status.PERDU,
    "abandonne": Status.PERDU,
    "refuse": Status.ECARTE,
    "non_qualifie": Status.ECARTE,
}


class Action(AuditWord):
    """What the audit trail tells of the pipeline."""

    STATUS_SET = "status_set", _("statut changé")
    NOTE_ADDED = "note_added", _("note ajoutée")


class PipelineError(ValueError):
    """A wish that cannot be a status; ``field`` names what is missing or wrong."""

    field = "status"


class UnknownStatus(PipelineError):
    pass


class ReasonIsMissing(PipelineError):
    field = "reason"


class WakeDateIsMissing(PipelineError):
    field = "wake_on"


class WakeDateIsPast(PipelineError):
    field = "wake_on"


class ChangedMeanwhile(Exception):
    """Somebody moved the company since the page was shown; ``change`` is the latest."""

    def __init__(self, change: PursuitChange | None) -> None:
        super().__init__()
        self.change = change


class NoteIsEmpty(ValueError):
    pass


class PersonHasNoDesk(ValueError):
    """Statuses and notes belong to a desk: someone without one cannot set them."""


def status_of(word: str) -> Status:
    """The status a word names: « Contacté », « à contacter », « clos_gagne »…"""
    key = _fold(word)
    if key in Status.values:
        return Status(key)
    if key not in ALIASES:
        raise UnknownStatus(word)
    return ALIASES[key]


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.strip().lower())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"[\s_-]+", "_", letters)


def check(*, status: Status, reason: str, wake_on: date | None) -> None:
    """Refuse an écarté without a reason, an en sommeil without a day to come."""
    if status == Status.ECARTE and not reason.strip():
        raise ReasonIsMissing
    if status == Status.EN_SOMMEIL:
        if wake_on is None:
            raise WakeDateIsMissing
        if wake_on <= timezone.localdate():
            raise WakeDateIsPast


@transaction.atomic
def set_status(
    *,
    siren: str,
    status: str,
    by: User,
    reason: str = "",
    wake_on: date | None = None,
    takes_over: bool = False,
    seen: int | None = None,
    request: HttpRequest | None = None,
) -> Pursuit:
    """Move the company in the desk's pipeline, with a line of history.

    ``seen`` is the latest line that whoever decides has read, 0 when there was none:
    raises ChangedMeanwhile when another came since. Whoever moves it first follows it,
    until a colleague ``takes_over``. Saying again what is already so changes nothing
    and leaves no line.
    """
    after = status_of(status)
    check(status=after, reason=reason, wake_on=wake_on)
    pursuit = _locked(siren=siren, by=by)
    _check_seen(pursuit, seen)
    before, said = Status(pursuit.status), (pursuit.reason, pursuit.wake_on)
    was_owner = pursuit.owner_id
    pursuit.status, pursuit.reason = after, reason.strip()
    pursuit.wake_on = wake_on if after == Status.EN_SOMMEIL else None
    _choose_owner(pursuit, by=by, takes_over=takes_over)
    is_new = before != after or said != (pursuit.reason, pursuit.wake_on)
    if before != after:
        pursuit.since = timezone.now()
    if is_new or was_owner != pursuit.owner_id:
        pursuit.save()
    if is_new:
        _remember(pursuit, before=before, by=by, request=request)
    return pursuit


def _locked(*, siren: str, by: User) -> Pursuit:
    """The desk's row under lock, made first when there is none.

    A lock needs a row: the insert that loses a race waits for the one that wins.
    """
    if by.desk_id is None:
        raise PersonHasNoDesk
    _ensure_target(siren)
    Pursuit.objects.bulk_create(
        [
            Pursuit(
                desk_id=by.desk_id,
                siren=siren,
                status=Status.PROSPECT,
                since=timezone.now(),
            )
        ],
        ignore_conflicts=True,
    )
    found: Pursuit = Pursuit.objects.select_for_update(of=("self",)).get(
        desk_id=by.desk_id, siren=siren
    )
    return found


def _check_seen(pursuit: Pursuit, seen: int | None) -> None:
    changes = PursuitChange.objects.filter(desk_id=pursuit.desk_id, siren=pursuit.siren)
    latest = changes.select_related("by").order_by("-at", "-pk").first()
    if seen is not None and seen != (latest.pk if latest else 0):
        raise ChangedMeanwhile(latest)


def _choose_owner(pursuit: Pursuit, *, by: User, takes_over: bool) -> None:
    """A prospect is followed by nobody."""
    if pursuit.status == Status.PROSPECT:
        pursuit.owner = None
    elif pursuit.owner_id is None or takes_over:
        pursuit.owner = by


def _remember(
    pursuit: Pursuit, *, before: Status, by: User, request: HttpRequest | None
) -> None:
    PursuitChange.objects.create(
        desk_id=pursuit.desk_id,
        siren=pursuit.siren,
        before=before,
        after=pursuit.status,
        reason=pursuit.reason,
        by=by,
        at=timezone.now(),
    )
    audit.record(
        actor=by,
        action=Action.STATUS_SET,
        resource=f"company:{pursuit.siren}",
        details={"before": before, "after": pursuit.status},
        request=request,
    )


def _ensure_target(siren: str) -> None:
    if not Target.objects.filter(siren=siren).exists():
        company = Company.objects.only("siren").get(siren=siren)
        targets.ensure([company.siren])


@transaction.atomic
def add_note(
    *, siren: str, text: str, by: User, request: HttpRequest | None = None
) -> Note:
    """Keep what a person writes about a company, for their desk only."""
    if by.desk_id is None:
        raise PersonHasNoDesk
    if not text.strip():
        raise NoteIsEmpty
    company = Company.objects.only("siren").get(siren=siren)
    note: Note = Note.objects.create(
        desk_id=by.desk_id, siren=company.siren, author=by, text=text.strip()
    )
    audit.record(
        actor=by,
        action=Action.NOTE_ADDED,
        resource=f"company:{siren}",
        details={"note": note.pk},
        request=request,
    )
    return note
