"""What a person says of a company's score: beside it, with a reason and an end.

It is the desk's own, as its notes are, and never touches the score. A new one takes the
place of the one before, which stays to be read; so does one that has come to its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.choices import AuditWord
from accounts.models import User
from companies.models import Company, Target
from companies.pipeline import PersonHasNoDesk
from companies.search import opinions
from scoring.models import ScoreOverride

# Nobody answers for a company for longer without looking again.
LONGEST = timedelta(days=2 * 366)
USUAL = timedelta(days=182)
MOST_PAST = 20


class Action(AuditWord):
    """What the audit trail tells of overrides."""

    OVERRIDE_GIVEN = "score_override_given", _("avis donné sur un score")
    OVERRIDE_WITHDRAWN = "score_override_withdrawn", _("avis sur un score retiré")


class OverrideError(ValueError):
    """A wish that cannot be an override; ``field`` names what is wrong."""

    field = "until"


class EndIsPast(OverrideError):
    pass


class EndIsTooFar(OverrideError):
    pass


class ReasonIsMissing(OverrideError):
    field = "reason"


@dataclass(frozen=True, slots=True)
class Overrides:
    """The one that counts today, and those that did; newest first."""

    current: ScoreOverride | None
    past: tuple[ScoreOverride, ...]


def of_company(siren: str, *, reader: User) -> Overrides:
    rows = (
        ScoreOverride.objects.visible_to(reader)
        .about(siren)
        .select_related("author", "ended_by")
        .order_by("-given_at", "-pk")[: MOST_PAST + 1]
    )
    today = timezone.localdate()
    found = list(rows)
    current = next((each for each in found if is_in_force(each, today)), None)
    past = tuple(each for each in found if each != current)
    return Overrides(current, past[:MOST_PAST])


def is_in_force(override: ScoreOverride, today: date) -> bool:
    return override.ended_at is None and override.until >= today


@opinions.read_with
def in_force(desk_id: int) -> Mapping[int, int]:
    """Points by company, of the desk's overrides that count today."""
    rows = ScoreOverride.objects.filter(
        desk_id=desk_id, ended_at__isnull=True, until__gte=timezone.localdate()
    )
    return {int(siren): points for siren, points in rows.values_list("siren", "points")}


def check(*, reason: str, until: date) -> None:
    today = timezone.localdate()
    if not reason.strip():
        raise ReasonIsMissing
    if until <= today:
        raise EndIsPast
    if until > today + LONGEST:
        raise EndIsTooFar


@transaction.atomic
def give(
    *,
    siren: str,
    points: int,
    reason: str,
    until: date,
    by: User,
    request: HttpRequest | None = None,
) -> ScoreOverride:
    """Put a figure beside the score, in the place of the desk's former one."""
    check(reason=reason, until=until)
    desk_id = _desk_of(by)
    company = Company.objects.only("siren").get(siren=siren)
    _end(siren=siren, by=by)
    score = Target.objects.filter(siren=siren).values_list("score", flat=True).first()
    made: ScoreOverride = ScoreOverride.objects.create(
        desk_id=desk_id,
        siren=company.siren,
        points=points,
        reason=reason.strip(),
        until=until,
        author=by,
        given_at=timezone.now(),
        computed=score,
    )
    _record(Action.OVERRIDE_GIVEN, made, by, request)
    return made


@transaction.atomic
def withdraw(*, siren: str, by: User, request: HttpRequest | None = None) -> None:
    """Take the desk's override back; nothing if there is none."""
    ended = _end(siren=siren, by=by)
    if ended is not None:
        _record(Action.OVERRIDE_WITHDRAWN, ended, by, request)


def _end(*, siren: str, by: User) -> ScoreOverride | None:
    """The one not ended yet, under lock; past its last day, nobody ended it."""
    last: ScoreOverride | None = (
        ScoreOverride.objects.select_for_update(of=("self",))
        .filter(desk_id=_desk_of(by), siren=siren, ended_at__isnull=True)
        .first()
    )
    if last is None:
        return None
    was_in_force = is_in_force(last, timezone.localdate())
    last.ended_at = timezone.now()
    last.ended_by = by if was_in_force else None
    last.save(update_fields=["ended_at", "ended_by"])
    return last if was_in_force else None


def _desk_of(user: User) -> int:
    if user.desk_id is None:
        raise PersonHasNoDesk
    return int(user.desk_id)


def _record(
    action: Action, override: ScoreOverride, by: User, request: HttpRequest | None
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"company:{override.siren}",
        details={
            "override": override.pk,
            "points": override.points,
            "until": override.until.isoformat(),
        },
        request=request,
    )
