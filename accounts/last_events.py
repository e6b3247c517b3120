"""What was lately done to somebody's way in, for their own eyes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import Action
from accounts.models import AuditEntry, User

MOST, SINCE = 12, timedelta(days=90)
SHOWN = frozenset(Action) - {Action.SIGNED_OUT, Action.CONFIRMED, Action.USER_CREATED}


@dataclass(frozen=True)
class LastEvent:
    at: datetime
    words: str
    by: str
    address: str | None


def events_of(user: User) -> list[LastEvent]:
    entries = (
        AuditEntry.objects.filter(
            resource=f"user:{user.pk}", at__gt=timezone.now() - SINCE, action__in=SHOWN
        )
        .select_related("actor")
        .order_by("-at", "-pk")[:MOST]
    )
    return [
        LastEvent(
            at=entry.at,
            words=str(Action(entry.action).label),
            by=_by(entry, user),
            # Where ops or a stranger sat is the trail's business, not this page's.
            address=entry.address if entry.actor_id in {None, user.pk} else None,
        )
        for entry in entries
    ]


def _by(entry: AuditEntry, user: User) -> str:
    if entry.actor is None:
        return "—"
    return _("vous") if entry.actor_id == user.pk else _("l’exploitation")
