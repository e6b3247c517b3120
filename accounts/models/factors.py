"""Second factors: an authenticator application, codes for the day without it."""

import time
from base64 import b32encode
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP

from accounts import sealing
from accounts.models.people import User


class TotpDevice(TimestampMixin, ThrottlingMixin, Device):  # type: ignore[misc]
    """An authenticator application; verify through ``second_factor`` only.

    The row is locked by ``django_otp.verify_token`` around ``verify_token`` below:
    called on its own, that method would let two requests use one code.
    """

    STEP_S = 30
    DIGITS = 6
    TOLERANCE = 1
    LONGEST_DELAY_AT = 10
    # Clocks that are a little more than ten minutes apart are told so.
    REACH = 22

    if TYPE_CHECKING:
        # The library's own field, which it does not type.
        throttling_failure_count: int

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="+",
        db_comment="Whose second factor it is.",
    )
    sealed_seed = models.TextField(
        editable=False, db_comment="Seed, encrypted by FIELD_KEY."
    )
    last_t = models.BigIntegerField(
        default=-1,
        editable=False,
        db_comment="Last 30 s step accepted: no code serves twice.",
    )

    # Telling somebody that their clock is ahead says that their code comes later: it
    # must not, or each guess would be tried in twenty windows instead of three.
    spent_ahead = ArrayField(
        models.BigIntegerField(),
        default=list,
        db_default=[],
        editable=False,
        db_comment="Coming 30 s steps whose code was given too early: refused then.",
    )

    class Meta:
        verbose_name = _("application d’authentification")
        verbose_name_plural = _("applications d’authentification")
        db_table_comment = "Authenticator applications: one in use, one being enrolled."
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # At most one in use, and one waiting for its first code.
            models.UniqueConstraint(
                fields=["user", "confirmed"], name="one_totp_device_per_user_and_state"
            )
        ]

    @property
    def seed(self) -> bytes:
        return sealing.unseal(self.sealed_seed)

    @property
    def secret(self) -> str:
        """The seed as authenticator applications want it typed."""
        return b32encode(self.seed).decode().rstrip("=")

    @property
    def otpauth_url(self) -> str:
        issuer = settings.SITE_NAME
        label = quote(f"{issuer}:{self.user.get_username()}")
        query = urlencode({"secret": self.secret, "issuer": issuer}, quote_via=quote)
        return f"otpauth://totp/{label}?{query}"

    def totp(self) -> TOTP:
        return TOTP(self.seed, self.STEP_S, digits=self.DIGITS)

    def verify_token(self, token: str) -> bool:
        allowed, _data = self.verify_is_allowed()
        if not allowed:
            return False
        step = self._step_of(token, reach=self.TOLERANCE)
        if step is None or step <= self.last_t or step in self.spent_ahead:
            self._spend_if_ahead(token)
            self.throttle_increment(commit=True)
            return False
        self.last_t = step
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def _spend_if_ahead(self, token: str) -> None:
        oldest = self._now() - self.TOLERANCE
        self.spent_ahead = [step for step in self.spent_ahead if step >= oldest]
        away = self.steps_away(token)
        if away is not None and away > self.TOLERANCE:
            self.spent_ahead.append(self._now() + away)

    def throttle_increment(self, commit: bool = True) -> None:
        super().throttle_increment(commit=False)
        # The delay doubles at each failure: past ten (8 min 32 s) it would shut the
        # owner out for days, and the hourly limit already stops guessing.
        self.throttling_failure_count = min(
            self.throttling_failure_count, self.LONGEST_DELAY_AT
        )
        if commit:
            self.save()

    def get_throttle_factor(self) -> float:
        return float(getattr(settings, "TOTP_DELAY_FACTOR_S", 1))

    def steps_away(self, token: str, *, reach: int = REACH) -> int | None:
        """How many steps late (negative) or early a code is, to explain a refusal."""
        step = self._step_of(token, reach=reach)
        return None if step is None else step - self._now()

    def _now(self) -> int:
        return int(time.time()) // self.STEP_S

    def _step_of(self, token: str, *, reach: int) -> int | None:
        if len(token) != self.DIGITS or not (token.isascii() and token.isdigit()):
            return None
        totp, now = self.totp(), self._now()
        for step in sorted(range(now - reach, now + reach + 1), reverse=True):
            totp.time = step * self.STEP_S
            if totp.token() == int(token):
                return step
        return None


class RecoveryCode(models.Model):
    """A digest of a code for one entry without the telephone; used, it is deleted."""

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="recovery_codes",
        db_comment="Whose code it is.",
    )
    digest = models.CharField(
        max_length=64, db_comment="Keyed digest; the code itself is shown once."
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="When it was shown."
    )

    class Meta:
        verbose_name = _("code de secours")
        verbose_name_plural = _("codes de secours")
        db_table_comment = (
            "Codes for one entry without the telephone; deleted when used."
        )
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "digest"], name="recovery_code_once_per_user"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.pk}"
