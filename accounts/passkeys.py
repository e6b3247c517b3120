"""Passkeys as a second factor: after the password, never in its place.

django-otp-webauthn keeps the credentials and speaks the protocol; its own views are
not among our addresses: they would sign in without our wall, limits and trail.
"""

import time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from django_otp_webauthn.helpers import WebAuthnHelper
from django_otp_webauthn.models import WebAuthnCredential
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import UserVerificationRequirement

from accounts import audit, second_factor, sessions, throttle
from accounts.choices import Action
from accounts.events import AccountTouched
from accounts.models import User
from accounts.second_factor import (
    AlreadyEnrolled,
    Enrolled,
    Passed,
    Reason,
    Refused,
)
from mainsite.lib.events import publish

MOST = 10
# What waits in the session for the browser's answer, and for how long.
_TO_USE, _TO_ADD = "passkey_to_use", "passkey_to_add"
_WAITS_S = 5 * 60


class LastFactor(Exception):
    """Without it the account would be open to a password alone."""


class Helper(WebAuthnHelper):  # type: ignore[misc]
    def get_generate_authentication_options_kwargs(self, **given: Any) -> Any:
        options = super().get_generate_authentication_options_kwargs(**given)
        options["user_verification"] = UserVerificationRequirement.PREFERRED
        return options

    def create_attestation(self, *_: Any) -> None:
        """We ask no maker to vouch, so there is nothing to keep."""


def are_offered(request: HttpRequest) -> bool:
    """Browsers know them under one name: an address by number has none."""
    host = request.get_host().partition(":")[0]
    domain: str = settings.OTP_WEBAUTHN_RP_ID
    return host == domain or host.endswith(f".{domain}")


def of(user: User) -> list[Any]:
    return list(
        WebAuthnCredential.objects.filter(user=user, confirmed=True).order_by("pk")
    )


def find(user: User, digest: str) -> Any:
    theirs = WebAuthnCredential.objects.filter(user=user, confirmed=True)
    return theirs.filter(credential_id_sha256=digest).first()


def begin_use(*, user: User, request: HttpRequest) -> dict[str, Any]:
    """What the browser wants to know; its answer counts once, for five minutes."""
    options, state = Helper(request).authenticate_begin(
        user=user, require_user_verification=False
    )
    return _waiting(request, _TO_USE, options, state)


def use(
    *, user: User, given: dict[str, Any], request: HttpRequest, is_sign_in: bool = True
) -> Passed | Refused:
    """One attempt, counted with those at the six digits."""
    verdict = throttle.attempt(throttle.SECOND_FACTOR, str(user.pk))
    if not verdict.allowed:
        answer: Passed | Refused = Refused(
            Reason.TOO_MANY, retry_after_s=verdict.retry_after_s
        )
    else:
        answer = _checked(user, given, request) or Refused(
            Reason.WRONG, remaining=verdict.remaining
        )
    if isinstance(answer, Refused):
        second_factor.record_refusal(
            user, answer, Action.SECOND_FACTOR_REFUSED, request
        )
        return answer
    throttle.clear(throttle.SECOND_FACTOR, str(user.pk))
    _record(
        Action.SIGNED_IN if is_sign_in else Action.CONFIRMED,
        user,
        request,
        {"factor": "passkey"},
    )
    return answer


def begin_adding(*, user: User, request: HttpRequest) -> dict[str, Any]:
    options, state = Helper(request).register_begin(user=user)
    return _waiting(request, _TO_ADD, options, state)


@transaction.atomic
def add(
    *, user: User, name: str, given: dict[str, Any], request: HttpRequest
) -> Enrolled | None:
    """Keep a new one and close the other sessions; nothing if it is not in order.

    The first factor of an account brings its recovery codes. Whoever has one already
    adds another in a session that passed it.
    """
    # One at a time: the first of two enrolments makes the other a second factor.
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    is_first = not second_factor.has_factor(user)
    if not is_first and not sessions.is_verified(request):
        raise AlreadyEnrolled
    state = _taken(request, _TO_ADD)
    if state is None or len(of(user)) >= MOST:
        return None
    try:
        with transaction.atomic():
            device = Helper(request).register_complete(
                user=user, state=state, data=given
            )
    except (OTPWebAuthnApiError, WebAuthnException, ValueError, TypeError, KeyError):
        return None
    device.name = name
    device.save(update_fields=["name"])
    sessions.close_all(user=user, but=request)
    _record(Action.PASSKEY_ADDED, user, request)
    publish(AccountTouched(user_id=user.pk, action=Action.PASSKEY_ADDED))
    codes: tuple[str, ...] = ()
    if is_first:
        codes = second_factor.make_recovery_codes(user=user, request=request)
    return Enrolled(device, codes)


@transaction.atomic
def rename(*, user: User, digest: str, name: str, request: HttpRequest) -> None:
    """The trail says that it was renamed, and no name."""
    theirs = WebAuthnCredential.objects.filter(user=user, credential_id_sha256=digest)
    if theirs.exclude(name=name).update(name=name):
        _record(Action.PASSKEY_RENAMED, user, request)


@transaction.atomic
def remove(*, user: User, digest: str, request: HttpRequest) -> bool:
    """One of theirs, unless it is the last factor; whether there was one."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    found = find(user, digest)
    if found is None:
        return False
    if len(of(user)) == 1 and second_factor.device_of(user) is None:
        raise LastFactor
    found.delete()
    sessions.close_all(user=user, but=request)
    _record(Action.PASSKEY_REMOVED, user, request)
    publish(AccountTouched(user_id=user.pk, action=Action.PASSKEY_REMOVED))
    return True


@transaction.atomic
def _checked(user: User, given: dict[str, Any], request: HttpRequest) -> Passed | None:
    # Two answers at once would be compared with the same count of signatures.
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    state = _taken(request, _TO_USE)
    if state is None:
        return None
    try:
        device = Helper(request).authenticate_complete(
            user=user, state=state, data=given
        )
    except (OTPWebAuthnApiError, WebAuthnException, ValueError, TypeError, KeyError):
        return None
    return Passed(device) if device.confirmed else None


def _waiting(
    request: HttpRequest, key: str, options: dict[str, Any], state: dict[str, Any]
) -> dict[str, Any]:
    request.session[key] = state | {"at": int(time.time())}
    return options


def _taken(request: HttpRequest, key: str) -> dict[str, Any] | None:
    state: dict[str, Any] | None = sessions.take(request, key)
    if state is None or time.time() - state["at"] > _WAITS_S:
        return None
    return state


def _record(
    action: Action,
    user: User,
    request: HttpRequest,
    details: dict[str, str] | None = None,
) -> None:
    audit.record(
        actor=user,
        action=action,
        resource=f"user:{user.pk}",
        details=details,
        request=request,
    )
