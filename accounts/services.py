"""Accounts: made, checked at the door, changed, and the demo ones."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import auth
from django.contrib.auth import password_validation
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest

from accounts import audit, blocked, hashing, installation, sessions, throttle
from accounts.choices import Action, Role
from accounts.events import AccountTouched
from accounts.models import Desk, User
from accounts.querysets import UserManager
from mainsite.lib.client_ip import client_group
from mainsite.lib.events import publish


class AddressIsBlocked(Exception):
    """Too many attempts from one address, whichever the accounts."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s


class NotASandbox(Exception):
    """Demo accounts have a public password: a live database never holds one."""


@dataclass(frozen=True)
class DemoAccount:
    email: str
    full_name: str
    desk: str
    role: Role
    reads_contacts: bool = False


DEMO_PASSWORD = "bac-a-sable-dossier-2026"  # noqa: S105  public, sandbox databases only
INDUSTRY, HEALTH = "Mécanique & industrie", "Santé & services"
DEMO_ACCOUNTS = (
    DemoAccount("analyste@demo.example", "Camille Analyste", INDUSTRY, Role.ANALYST),
    DemoAccount("collegue@demo.example", "Dominique Collègue", INDUSTRY, Role.ANALYST),
    DemoAccount(
        "responsable@demo.example",
        "Maxime Responsable",
        INDUSTRY,
        Role.MANAGER,
        reads_contacts=True,
    ),
    DemoAccount("autre.desk@demo.example", "Sacha Voisin", HEALTH, Role.ANALYST),
    DemoAccount("ops@demo.example", "Alix Exploitation", INDUSTRY, Role.OPS),
    DemoAccount("lecture@demo.example", "Charlie Lecture", INDUSTRY, Role.READ_ONLY),
)


def check_password(*, email: str, password: str, request: HttpRequest) -> User | None:
    """Whom these open the door to; nobody, for every reason alike.

    The hash is computed whatever happens: the time of the answer says nothing of
    whether the account exists, is disabled or waits.
    """
    email = UserManager.normalize_email(email)
    group = client_group(request)
    # Who guesses does not wait in front of those who come once.
    guesses = blocked.guesses(group)
    try:
        with hashing.turn(0 if guesses else hashing.PATIENCE_S):
            by_address = throttle.attempt(throttle.SIGN_IN_ADDRESS, group)
            if not by_address.allowed:
                raise _left_out(group, by_address.retry_after_s)
            verdict = throttle.attempt(throttle.SIGN_IN, email, group)
            user = auth.authenticate(request, username=email, password=password)
    except hashing.Busy as busy:
        blocked.memory.refused(group)
        if guesses:
            raise _left_out(group, blocked.REST_S) from busy
        raise
    if isinstance(user, User) and user.may_sign_in and verdict.allowed:
        throttle.clear(throttle.SIGN_IN, email, group)
        return user
    blocked.memory.refused(group)
    _record_refusal(email, throttled=not verdict.allowed, request=request)
    return None


def _left_out(group: str, seconds: int) -> AddressIsBlocked:
    blocked.memory.remember(group, seconds)
    return AddressIsBlocked(seconds)


def confirm_password(*, user: User, password: str) -> bool:
    """Ask again before something serious; guessing is limited here too."""
    allowed = throttle.attempt(throttle.CONFIRM_PASSWORD, str(user.pk)).allowed
    right = user.check_password(password)
    if right and allowed:
        throttle.clear(throttle.CONFIRM_PASSWORD, str(user.pk))
    return right and allowed


def ask_for_reset(*, email: str, request: HttpRequest) -> int | None:
    """Whose letter a worker is to write: 0 for an address that is nobody's.

    None once this address had its share. Everything done here is the same whether or
    not there is such an account.
    """
    email = UserManager.normalize_email(email)
    by_address = throttle.attempt(throttle.RESET_ADDRESS, client_group(request))
    if not by_address.allowed:
        raise AddressIsBlocked(by_address.retry_after_s)
    if not throttle.attempt(throttle.RESET, email).allowed:
        return None
    pk = User.objects.filter(email=email).values_list("pk", flat=True).first()
    audit.record(
        actor=None,
        action=Action.RESET_ASKED,
        resource=f"user:{pk}" if pk else "",
        request=request,
    )
    return pk or 0


@transaction.atomic
def change_password(*, user: User, password: str, request: HttpRequest) -> None:
    """Also closes every session of the user; the caller keeps its own alive."""
    user.set_password(password)
    user.save(update_fields=["password"])
    sessions.close_all(user=user, but=request)
    resource = f"user:{user.pk}"
    audit.record(
        actor=user, action=Action.PASSWORD_CHANGED, resource=resource, request=request
    )
    publish(AccountTouched(user_id=user.pk, action=Action.PASSWORD_CHANGED))


@transaction.atomic
def sign_out_others(*, user: User, request: HttpRequest) -> None:
    """Close every session of the user; the caller keeps its own alive."""
    sessions.close_all(user=user, but=request)
    resource = f"user:{user.pk}"
    audit.record(
        actor=user, action=Action.OTHERS_SIGNED_OUT, resource=resource, request=request
    )


@transaction.atomic
def close_session(*, user: User, public_id: UUID, request: HttpRequest) -> bool:
    """One of the person's own sessions; whether there was one."""
    if not sessions.close(user=user, public_id=public_id):
        return False
    audit.record(
        actor=user,
        action=Action.SESSION_CLOSED,
        resource=f"user:{user.pk}",
        details={"session": str(public_id)},
        request=request,
    )
    return True


@transaction.atomic
def close_sessions_of(user: User, *, by: User, request: HttpRequest) -> None:
    """All of them, by ops: a lost computer, somebody who left in a hurry."""
    sessions.close_all(user=user)
    audit.record(
        actor=by,
        action=Action.SESSION_CLOSED,
        resource=f"user:{user.pk}",
        details={"all": True},
        request=request,
    )


def record_sign_out(*, user: User | AnonymousUser, request: HttpRequest) -> None:
    if isinstance(user, User):
        resource = f"user:{user.pk}"
        audit.record(
            actor=user, action=Action.SIGNED_OUT, resource=resource, request=request
        )


@transaction.atomic
def create_user(
    *,
    email: str,
    full_name: str,
    role: Role,
    desk: Desk | None,
    password: str | None = None,
    by: User | None = None,
) -> User:
    """Make an account; ``ValidationError`` lists all that is wrong with it.

    Without a password somebody is yet to choose one, by a link.
    """
    user = User(email=email, full_name=full_name, role=role, desk=desk)
    user.set_unusable_password()
    user.full_clean()
    if password is not None:
        password_validation.validate_password(password, user)
        user.set_password(password)
    user.save()
    record_change(user=user, by=by, action=Action.USER_CREATED, details={"role": role})
    return user


def record_change(
    *,
    user: User,
    by: User | None,
    action: Action = Action.USER_CHANGED,
    details: dict[str, Any] | None = None,
    request: HttpRequest | None = None,
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"user:{user.pk}",
        details=details,
        request=request,
    )


@transaction.atomic
def create_demo_accounts() -> tuple[DemoAccount, ...]:
    """The accounts that the first start prints; those already there are left alone."""
    if not installation.is_sandbox():
        raise NotASandbox("une base réelle ne reçoit aucun compte de démonstration")
    for account in DEMO_ACCOUNTS:
        if User.objects.filter(email=account.email).exists():
            continue
        desk, _created = Desk.objects.get_or_create(name=account.desk)
        user = create_user(
            email=account.email,
            full_name=account.full_name,
            password=DEMO_PASSWORD,
            role=account.role,
            desk=desk,
        )
        if account.reads_contacts:
            User.objects.filter(pk=user.pk).update(may_read_contacts=True)
            record_change(user=user, by=None, action=Action.CONTACTS_GRANTED)
    return DEMO_ACCOUNTS


def _record_refusal(email: str, *, throttled: bool, request: HttpRequest) -> None:
    pk = User.objects.filter(email=email).values_list("pk", flat=True).first()
    audit.record(
        actor=None,
        action=Action.SIGN_IN_REFUSED,
        resource=f"user:{pk}" if pk else "",
        details={"throttled": throttled},
        request=request,
    )
