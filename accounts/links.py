"""One-time links: made, mailed or shown once, opened, withdrawn.

The token stands in the link alone: the table has its keyed digest, the queue the
number of the row. A link that goes by mail gets its token when the letter is written.
"""

import secrets
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse

from accounts import audit, peppers, sessions, throttle
from accounts.choices import Action, LinkKind
from accounts.events import AccountTouched, LinkWaits
from accounts.models import AccessLink, User
from mainsite.lib.client_ip import client_group
from mainsite.lib.events import publish

_TOKEN_BYTES = 32
_MADE = {
    LinkKind.INVITATION: Action.INVITED,
    LinkKind.RESET: Action.RESET_MADE,
}


@transaction.atomic
def make(
    *,
    user: User,
    kind: LinkKind,
    by: User | None = None,
    request: HttpRequest | None = None,
) -> str:
    """A new link for this person; the ones before stop working.

    The address to show once, or "" when a worker mails it.
    """
    _lock(user)
    _withdraw(user)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    link = AccessLink.objects.create(
        user=user,
        kind=kind,
        digest=_digest(token),
        made_by=by,
        by_mail=settings.MAIL_IS_ON,
        expires_at=Now() + AccessLink.lifetime(kind),
    )
    if kind in _MADE:
        # What somebody asked for themselves was traced when they did.
        _record(_MADE[kind], user, by=by, request=request)
    if kind is LinkKind.RESET:
        publish(AccountTouched(user_id=user.pk, action=Action.RESET_MADE))
    if link.by_mail:
        publish(LinkWaits(link_id=link.pk))
        return ""
    return address(token)


def kind_for(user: User) -> LinkKind:
    """Who never chose a password is invited again; the others reset theirs."""
    return LinkKind.RESET if user.has_usable_password() else LinkKind.INVITATION


@transaction.atomic
def renew_for_the_post(link_id: int) -> tuple[AccessLink, str] | None:
    """The link and its address, known from now on by the letter alone.

    Nothing when it was mailed already, or opens nothing any more.
    """
    link = (
        AccessLink.objects.waiting_for_the_post()
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("user")
        .filter(pk=link_id)
        .first()
    )
    if link is None:
        return None
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    link.digest = _digest(token)
    link.save(update_fields=["digest"])
    return link, address(token)


@transaction.atomic
def note_mailed(link: AccessLink) -> None:
    AccessLink.objects.filter(pk=link.pk).update(mailed_at=Now())
    _record(Action.LINK_MAILED, link.user, by=None, request=None)


def waiting_for_the_post() -> list[int]:
    waiting = AccessLink.objects.waiting_for_the_post().order_by("pk")
    return list(waiting.values_list("pk", flat=True))


def find(token: str) -> AccessLink | None:
    """The link, if it still opens something; nothing is consumed."""
    links = AccessLink.objects.open().of_people_who_sign_in()
    return (
        links.filter(digest__in=peppers.digests(_message(token)))
        .select_related("user")
        .first()
    )


@transaction.atomic
def use(*, token: str, password: str, request: HttpRequest) -> bool:
    """Choose the password; of two parallel posts one is told that it did."""
    link = find(token)
    if link is None:
        return False
    # Whoever makes, withdraws or uses a link locks the person first.
    user = _lock(link.user)
    if find(token) is None:
        return False
    user.set_password(password)
    user.save(update_fields=["password"])
    AccessLink.objects.filter(pk=link.pk).update(used_at=Now())
    sessions.close_all(user=user)
    _record(
        Action.PASSWORD_CHOSEN,
        user,
        by=user,
        request=request,
        details={"link": link.kind},
    )
    if link.kind != LinkKind.INVITATION:
        publish(AccountTouched(user_id=user.pk, action=Action.PASSWORD_CHOSEN))
    return True


def refuse(request: HttpRequest) -> None:
    """Trace a link that opened nothing, as long as one place does not send many."""
    if throttle.attempt(throttle.DEAD_LINK, client_group(request)).allowed:
        audit.record(actor=None, action=Action.LINK_REFUSED, request=request)


@transaction.atomic
def revoke(*, user: User, by: User, request: HttpRequest | None = None) -> bool:
    """Withdraw what this person has not used yet; whether there was something."""
    _lock(user)
    if not _withdraw(user):
        return False
    _record(Action.LINK_REVOKED, user, by=by, request=request)
    return True


def address(token: str) -> str:
    """In full: a letter has no page to be relative to."""
    return urljoin(settings.SITE_URL, reverse("accounts:open_link", args=[token]))


def _lock(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _withdraw(user: User) -> int:
    waiting = AccessLink.objects.filter(
        user=user, used_at__isnull=True, revoked_at__isnull=True
    )
    return waiting.update(revoked_at=Now())


def _digest(token: str) -> str:
    return peppers.digest(_message(token))


def _message(token: str) -> str:
    # A made-up one may hold what no text does.
    return f"access-link:{token}".encode(errors="replace").decode()


def _record(
    action: Action,
    user: User,
    *,
    by: User | None,
    request: HttpRequest | None,
    details: dict[str, str] | None = None,
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"user:{user.pk}",
        details=details,
        request=request,
    )
