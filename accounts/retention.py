"""What is kept of users themselves, and for how long: twelve months, then their key.

The trail goes on saying who did what by the number of the account. From where and with
which browser is forgotten, by a function of the database's owner. Who left is forgotten
too: their account keeps its number, for what hangs on it.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential, WebAuthnUserHandle

from accounts import audit
from accounts.choices import Action
from accounts.models import (
    AccessLink,
    ApiToken,
    RecoveryCode,
    Session,
    TotpDevice,
    User,
)

KEPT = timedelta(days=365)
# Nothing is ever sent to .invalid (RFC 2606).
_NOBODY = "compte-{}@efface.invalid"
_IS_FORGOTTEN = Q(email__endswith="@efface.invalid")
_BELONGINGS: tuple[tuple[Any, str], ...] = (
    (AccessLink, "user"),
    (ApiToken, "owner"),
    (RecoveryCode, "user"),
    (Session, "user"),
    (TotpDevice, "user"),
    (WebAuthnCredential, "user"),
    (WebAuthnUserHandle, "user"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """``digest`` stands for what the seals are without it; the chain is held by it."""

    entries: int
    seals: int
    accounts: int
    belongings: int
    sessions: int
    admin_lines: int
    tokens: int
    links: int
    digest: str = ""


def forget(*, dry_run: bool = False) -> Forgotten:
    """Every night; the proof is written even when nothing was due."""
    with transaction.atomic():
        before = timezone.now() - KEPT
        seals, entries, digest = _forget_origins(dry_run)
        gone, closed, lines = _gone(before), _closed(), _admin_lines(before)
        tokens = ApiToken.objects.dead_since(before)
        links = AccessLink.objects.dead_since(before)
        belongings = _belongings(gone)
        forgotten = Forgotten(
            entries=entries,
            seals=seals,
            accounts=gone.count(),
            belongings=sum(rows.count() for rows in belongings),
            sessions=closed.count(),
            admin_lines=lines.count(),
            tokens=tokens.count(),
            links=links.count(),
            digest=digest if seals else "",
        )
        if dry_run:
            return forgotten
        for rows in belongings:
            rows.delete()
        for user in gone:
            _pseudonymise(user)
        closed.delete()
        lines.delete()
        tokens.delete()
        links.delete()
        audit.record(actor=None, action=Action.FORGOTTEN, details=asdict(forgotten))
    return forgotten


def _forget_origins(dry_run: bool) -> tuple[int, int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT * FROM audit_forget_origins(%s)", [dry_run])
        found: tuple[int, int, str] = cursor.fetchone()
    return found


def _gone(before: datetime) -> QuerySet[User]:
    """Those made inactive a year ago who still have a name.

    Of those who left before the moment was kept, who have not come for a year.
    """
    last_seen = Q(last_login__lt=before) | Q(
        last_login__isnull=True, created_at__lt=before
    )
    left = Q(left_at__lt=before) | Q(left_at__isnull=True) & last_seen
    return User.objects.filter(left, is_active=False).exclude(_IS_FORGOTTEN)


def _belongings(gone: QuerySet[User]) -> list[QuerySet[Any]]:
    """What opened their account, or tells when and where they came.

    Also of those who lost their name already: a list that grows is caught up with.
    """
    forgotten = User.objects.filter(_IS_FORGOTTEN, is_active=False)
    people = [
        *gone.values_list("pk", flat=True),
        *forgotten.values_list("pk", flat=True),
    ]
    return [
        model.objects.filter(**{f"{whose}__in": people}) for model, whose in _BELONGINGS
    ]


def _closed() -> QuerySet[Session]:
    # They open nothing any more, and hold an address and a browser.
    return Session.objects.filter(expire_date__lt=timezone.now())


def _admin_lines(before: datetime) -> QuerySet[LogEntry]:
    # The admin's own list names things as they were called, people among them.
    return LogEntry.objects.filter(action_time__lt=before)


def _pseudonymise(user: User) -> None:
    user.email = _NOBODY.format(user.pk)
    user.full_name = f"Compte n° {user.pk}"
    user.set_unusable_password()
    user.save(update_fields=["email", "full_name", "password"])
