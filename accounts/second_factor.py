"""Enrolling an authenticator application, checking its codes, codes for bad days.

``accounts.passkeys`` does the same for the other kind of second factor.
"""

import math
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

import django_otp
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp.models import Device
from django_otp_webauthn.models import WebAuthnCredential

from accounts import audit, peppers, sealing, sessions, throttle, tokens
from accounts.choices import Action
from accounts.events import AccountTouched
from accounts.models import RecoveryCode, TotpDevice, User
from mainsite.lib.events import publish

SEED_BYTES = 20
PENDING_FOR = timedelta(minutes=30)
RECOVERY_CODES = 10
# 31 signs that nobody confuses on paper; 24 of them make 118 bits. From 112 on a digest
# need not be a slow one.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
GROUPS, GROUP_LENGTH = 6, 4


class AlreadyEnrolled(Exception):
    """A session with the password alone may not replace a second factor."""


class Reason(Enum):
    WRONG = auto()
    EXPIRED = auto()
    USED = auto()
    CLOCK_AHEAD = auto()
    WAIT = auto()
    TOO_MANY = auto()


@dataclass(frozen=True)
class Passed:
    device: Device
    remaining_codes: int = 0


@dataclass(frozen=True)
class Refused:
    reason: Reason
    remaining: int = 0
    retry_after_s: int = 0


@dataclass(frozen=True)
class Enrolled:
    device: Device
    codes: tuple[str, ...]


def device_of(user: User) -> TotpDevice | None:
    device: TotpDevice | None = TotpDevice.objects.filter(
        user=user, confirmed=True
    ).first()
    return device


def has_factor(user: User) -> bool:
    return any_factor_of(user) is not None


def any_factor_of(user: User) -> Device | None:
    """What stands for this person's second factor when a code of paper was used."""
    passkeys = WebAuthnCredential.objects.filter(user=user, confirmed=True)
    return device_of(user) or passkeys.order_by("pk").first()


def check_code(
    *, user: User, token: str, request: HttpRequest, is_sign_in: bool = True
) -> Passed | Refused:
    """One attempt at the six digits; a code opens once, whoever posts it how often."""
    device = device_of(user)
    if device is None:
        return Refused(Reason.WRONG)
    answer = _attempt(user, device, token)
    if isinstance(answer, Refused):
        record_refusal(user, answer, Action.SECOND_FACTOR_REFUSED, request)
    else:
        audit.record(
            actor=user,
            action=Action.SIGNED_IN if is_sign_in else Action.CONFIRMED,
            resource=f"user:{user.pk}",
            details={"factor": "totp"},
            request=request,
        )
    return answer


def start_enrolment(*, user: User) -> TotpDevice:
    """The application waiting for its first code; the same one if asked again soon."""
    TotpDevice.objects.filter(
        user=user, confirmed=False, created_at__lt=timezone.now() - PENDING_FOR
    ).delete()
    device: TotpDevice
    device, _created = TotpDevice.objects.get_or_create(
        user=user,
        confirmed=False,
        defaults={
            "name": "Application d’authentification",
            "sealed_seed": sealing.seal(secrets.token_bytes(SEED_BYTES)),
        },
    )
    return device


@transaction.atomic
def confirm_enrolment(
    *, user: User, token: str, replace: bool, request: HttpRequest
) -> Enrolled | Refused:
    """The first code makes the application the user's own, and closes other sessions.

    ``replace`` says that the session was verified by the application it replaces.
    """
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if has_factor(user) and not replace:
        raise AlreadyEnrolled
    answer = _attempt(user, start_enrolment(user=user), token)
    if isinstance(answer, Refused):
        return answer
    TotpDevice.objects.filter(user=user, confirmed=True).delete()
    answer.device.confirmed = True
    answer.device.save(update_fields=["confirmed"])
    sessions.close_all(user=user, but=request)
    resource = f"user:{user.pk}"
    audit.record(
        actor=user, action=Action.FACTOR_ENROLLED, resource=resource, request=request
    )
    if not replace:
        # Whoever enrols comes in by it: the first sign-in is one like the others.
        _record_sign_in(user, request)
    publish(AccountTouched(user_id=user.pk, action=Action.FACTOR_ENROLLED))
    return Enrolled(answer.device, make_recovery_codes(user=user, request=request))


@transaction.atomic
def make_recovery_codes(*, user: User, request: HttpRequest) -> tuple[str, ...]:
    """Ten new codes, in clear this once; the former ones stop working."""
    codes = tuple(_new_code() for _ in range(RECOVERY_CODES))
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=peppers.digest(_message(user, code)))
        for code in codes
    )
    audit.record(
        actor=user,
        action=Action.RECOVERY_CODES_MADE,
        resource=f"user:{user.pk}",
        request=request,
    )
    publish(AccountTouched(user_id=user.pk, action=Action.RECOVERY_CODES_MADE))
    return codes


def use_recovery_code(
    *, user: User, code: str, request: HttpRequest
) -> Passed | Refused:
    """One attempt at a recovery code, counted apart from the six digits."""
    verdict = throttle.attempt(throttle.RECOVERY, str(user.pk))
    device = any_factor_of(user)
    if not verdict.allowed:
        answer: Passed | Refused = Refused(
            Reason.TOO_MANY, retry_after_s=verdict.retry_after_s
        )
    elif device and _consume(user, code):
        answer = Passed(device, remaining_codes=user.recovery_codes.count())
    else:
        answer = Refused(Reason.WRONG, remaining=verdict.remaining)
    if isinstance(answer, Refused):
        record_refusal(user, answer, Action.RECOVERY_CODE_REFUSED, request)
        return answer
    throttle.clear(throttle.RECOVERY, str(user.pk))
    audit.record(
        actor=user,
        action=Action.RECOVERY_CODE_USED,
        resource=f"user:{user.pk}",
        details={"remaining": answer.remaining_codes},
        request=request,
    )
    publish(AccountTouched(user_id=user.pk, action=Action.RECOVERY_CODE_USED))
    return answer


@transaction.atomic
def reset(*, user: User, by: User, request: HttpRequest | None = None) -> None:
    """For a lost telephone without codes: enrol again at the next sign-in.

    Whoever found it may have made a token there: none lives on.
    """
    TotpDevice.objects.filter(user=user).delete()
    WebAuthnCredential.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    sessions.close_all(user=user)
    tokens.revoke_all_of(user, by=by, request=request)
    resource = f"user:{user.pk}"
    audit.record(
        actor=by, action=Action.FACTOR_RESET, resource=resource, request=request
    )
    publish(AccountTouched(user_id=user.pk, action=Action.FACTOR_RESET))


def _attempt(user: User, device: TotpDevice, token: str) -> Passed | Refused:
    if wait := _delay_of(device):
        return Refused(Reason.WAIT, retry_after_s=wait)
    verdict = throttle.attempt(throttle.SECOND_FACTOR, str(user.pk))
    if not verdict.allowed:
        return Refused(Reason.TOO_MANY, retry_after_s=verdict.retry_after_s)
    verified = django_otp.verify_token(user, device.persistent_id, token)
    if isinstance(verified, TotpDevice):
        throttle.clear(throttle.SECOND_FACTOR, str(user.pk))
        return Passed(verified)
    return Refused(_reason(device, token), remaining=verdict.remaining)


def _delay_of(device: TotpDevice) -> int:
    """Seconds that django-otp still imposes after wrong codes: 1, 2, 4, 8…"""
    allowed, data = device.verify_is_allowed()
    if allowed or not data:
        return 0
    left: timedelta = data["locked_until"] - timezone.now()
    return max(1, math.ceil(left.total_seconds()))


def _reason(device: TotpDevice, token: str) -> Reason:
    away = device.steps_away(token)
    if away is None:
        return Reason.WRONG
    if abs(away) <= device.TOLERANCE:
        return Reason.USED
    return Reason.EXPIRED if away < 0 else Reason.CLOCK_AHEAD


def _record_sign_in(user: User, request: HttpRequest) -> None:
    audit.record(
        actor=user,
        action=Action.SIGNED_IN,
        resource=f"user:{user.pk}",
        details={"factor": "totp"},
        request=request,
    )


def record_refusal(
    user: User, answer: Refused, action: Action, request: HttpRequest
) -> None:
    audit.record(
        actor=user,
        action=action,
        resource=f"user:{user.pk}",
        details={"reason": answer.reason.name.lower()},
        request=request,
    )


def _new_code() -> str:
    signs = "".join(secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP_LENGTH))
    return "-".join(
        signs[start : start + GROUP_LENGTH]
        for start in range(0, len(signs), GROUP_LENGTH)
    )


def _message(user: User, code: str) -> str:
    signs = "".join(sign for sign in code.lower() if sign in ALPHABET)
    return f"recovery:{user.pk}:{signs}"


def _consume(user: User, code: str) -> bool:
    # One statement: of two parallel posts, one finds the row gone.
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM accounts_recoverycode"
            " WHERE user_id = %s AND digest = ANY(%s) RETURNING id",
            [user.pk, peppers.digests(_message(user, code))],
        )
        return cursor.fetchone() is not None
