"""A session's life: the password, the second factor, idleness, the end."""

import time
from typing import Any
from uuid import UUID

import django_otp
from django.conf import settings
from django.contrib import auth
from django.db.models import F
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_otp.models import Device

from accounts.audit import AGENT_LENGTH
from accounts.models import Session, User
from accounts.session_store import ADDRESS, AGENT, BEGAN_AT, SEEN_AT, SessionStore
from mainsite.lib.client_ip import client_ip

NEXT = "next"
# The way from the password to the second factor, installing an application included.
HALF_WAY_S = 30 * 60
CONFIRMED_AT = "confirmed_at"
# How long a confirmed session may go on replacing its second factor.
RECENT_S = 10 * 60
# Not one write of the session per request.
RENEWAL_STEP_S = 60


def begin(request: HttpRequest, user: User, *, next_url: str = "") -> None:
    """After the password: a new session, which opens only the way to the factor."""
    request.session.flush()
    auth.login(request, user)
    _start_clock(request)
    request.session[NEXT] = next_url


def complete(request: HttpRequest, device: Device) -> None:
    """After the second factor: once more a new session key and a new CSRF token."""
    request.session.cycle_key()
    rotate_token(request)
    django_otp.login(request, device)
    _start_clock(request)


def verify_by(request: HttpRequest, device: Device) -> None:
    """This session stays verified, by another factor of the same person."""
    django_otp.login(request, device)


def take(request: HttpRequest, key: str) -> Any:
    """What waits in the session under this key; of two at once, one gets it."""
    return _store(request).take(key)


def end(request: HttpRequest) -> None:
    auth.logout(request)


def keep(request: HttpRequest) -> None:
    """Let this session survive what closed the others."""
    user = signed_in_user(request)
    user.refresh_from_db(fields=["password", "session_epoch"])
    auth.update_session_auth_hash(request, user)


def is_verified(request: HttpRequest) -> bool:
    user: Any = request.user
    # The owner of a token has no such method: a program verifies nothing.
    is_verified = getattr(user, "is_verified", None)
    return bool(user.is_authenticated and is_verified and is_verified())


def signed_in_user(request: HttpRequest) -> User:
    """The user of a view behind the wall, where nobody is anonymous."""
    if not isinstance(request.user, User):
        raise TypeError("this view is not behind the wall")
    return request.user


def is_over(request: HttpRequest) -> bool:
    now, began_at = time.time(), request.session.get(BEGAN_AT, 0)
    longest_s = settings.SESSION_ABSOLUTE_S if is_verified(request) else HALF_WAY_S
    idle_s = now - request.session.get(SEEN_AT, 0)
    return bool(now - began_at > longest_s or idle_s > settings.SESSION_IDLE_S)


def renew(request: HttpRequest) -> None:
    now = int(time.time())
    if now - request.session.get(SEEN_AT, 0) >= RENEWAL_STEP_S:
        request.session[SEEN_AT] = now


def destination(request: HttpRequest) -> str:
    """Where the person wanted to go before signing in."""
    return safe_url(request, request.session.pop(NEXT, "")) or resolve_url(
        settings.LOGIN_REDIRECT_URL
    )


def safe_url(request: HttpRequest, url: str) -> str:
    """The address if it stays on this site, else nothing.

    A word that is no path is none: ``redirect`` would look for a view of that name.
    """
    is_safe = url.startswith("/") and url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if is_safe else ""


def mark_recent(request: HttpRequest, what: str) -> None:
    """This one thing was just asked for by who is surely there."""
    request.session[what] = int(time.time())


def is_recent(request: HttpRequest, what: str) -> bool:
    return time.time() - float(request.session.get(what, 0)) < RECENT_S


def forget_recent(request: HttpRequest, what: str) -> None:
    request.session.pop(what, None)


def confirm(request: HttpRequest) -> None:
    """Both factors were just given again: a new session key, as at the sign-in."""
    request.session.cycle_key()
    request.session[CONFIRMED_AT] = int(time.time())


def is_confirmed(request: HttpRequest) -> bool:
    """Both factors were given lately: at the sign-in, or since."""
    given_at = max(
        request.session.get(BEGAN_AT, 0), request.session.get(CONFIRMED_AT, 0)
    )
    return bool(time.time() - given_at < settings.CONFIRMATION_S)


def confirmation_minutes() -> int:
    return int(settings.CONFIRMATION_S // 60)


def open_of(user: User) -> list[Session]:
    """The sessions of this person that are open, the last used first."""
    return list(Session.objects.open_of(user.pk))


def is_this_one(request: HttpRequest, session: Session) -> bool:
    return bool(session.session_key == request.session.session_key)


def close(*, user: User, public_id: UUID) -> bool:
    """One of theirs; its next request finds nobody signed in."""
    gone, _by_model = Session.objects.filter(user=user, public_id=public_id).delete()
    return bool(gone)


def close_all(*, user: User, but: HttpRequest | None = None) -> None:
    """Every session of this person, or every other one than ``but``'s.

    The epoch closes them at their next request; without their rows nothing lists them.
    """
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    rows = Session.objects.filter(user=user)
    if but is not None:
        rows = rows.exclude(session_key=but.session.session_key)
    rows.delete()


def _start_clock(request: HttpRequest) -> None:
    agent = request.headers.get("User-Agent", "").replace("\x00", "")
    request.session[ADDRESS] = client_ip(request)
    request.session[AGENT] = agent[:AGENT_LENGTH]
    request.session[BEGAN_AT] = request.session[SEEN_AT] = int(time.time())


def _store(request: HttpRequest) -> SessionStore:
    if not isinstance(request.session, SessionStore):
        raise TypeError("SESSION_ENGINE is not accounts.session_store")
    return request.session
