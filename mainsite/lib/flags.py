"""Features that are not for everyone yet.

A flag's state and conditions are django-flags rows, edited in the admin; a flag
without a row is off. Once fully on, its member leaves this file within a month.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from flags.conditions import register
from flags.state import flag_state

BASIS_POINTS = 10_000


class Flag(StrEnum):
    # owner: scoring; ends 2027-03-31
    NEW_SCORING_ALGORITHM = "new_scoring_algorithm"
    # owner: scoring; ends 2027-06-30
    ML_PREDICTIONS = "ml_predictions"


@dataclass
class _Subject:
    """What django-flags' own conditions read of a request, when there is none."""

    user: AbstractBaseUser | AnonymousUser
    path: str = ""
    GET: dict[str, str] = field(default_factory=dict)


def is_on(
    flag: Flag,
    user: AbstractBaseUser | AnonymousUser | None = None,
    *,
    key: str = "",
    request: HttpRequest | None = None,
) -> bool:
    """Whether a feature is on for a user, or for ``key`` (a SIREN, say).

    With ``request`` the rows are read once for the whole request.
    """
    user = user or getattr(request, "user", None) or AnonymousUser()
    subject: Any = request or _Subject(user)
    return bool(
        flag_state(
            flag.value,
            flag=flag.value,
            key=key or str(user.pk or ""),
            desk=str(getattr(user, "desk", None) or ""),
            request=subject,
        )
    )


def bucket(flag_name: str, key: str) -> int:
    """The same for ever and in every process, unlike ``hash()``."""
    digest = sha256(f"{flag_name}:{key}".encode()).digest()
    return int.from_bytes(digest) % BASIS_POINTS


def _validate_percentage(value: str) -> None:
    try:
        percentage = float(value.replace(",", "."))
    except ValueError:
        percentage = -1
    if not 0 <= percentage <= 100:
        raise ValidationError("Un pourcentage va de 0 à 100, par exemple 12,5.")


def _percentage(value: str, *, flag: str = "", key: str = "", **_: Any) -> bool:
    if not key:
        return False
    threshold = round(float(value.replace(",", ".")) * BASIS_POINTS / 100)
    return bucket(flag, key) < threshold


def _desk(value: str, *, desk: str = "", **_: Any) -> bool:
    return bool(desk) and desk == value.strip()


register("percentage", _percentage, validator=_validate_percentage)
register("desk", _desk)
