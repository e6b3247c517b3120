"""People, the desks they belong to, their second factors, and the audit trail."""

import time
from base64 import b32encode
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP

from accounts import sealing
from accounts.choices import Mode, Role
from accounts.querysets import UserManager


class Desk(models.Model):
    """A team: its batches, lists, exports and pipeline are its own."""

    name = models.CharField(
        _("nom"), max_length=80, unique=True, db_comment="Name on screen."
    )

    class Meta:
        verbose_name = _("équipe")
        verbose_name_plural = _("équipes")
        db_table_comment = "Teams: batches, lists, exports and pipelines belong to one."

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser):
    """Someone who signs in with an e-mail address; the role says what they may do."""

    email = models.EmailField(
        _("adresse électronique"), unique=True, db_comment="Sign-in name, lower case."
    )
    full_name = models.CharField(
        _("nom complet"), max_length=120, db_comment="Name on screen."
    )
    desk = models.ForeignKey(
        Desk,
        verbose_name=_("équipe"),
        on_delete=models.PROTECT,
        related_name="users",
        null=True,
        blank=True,
        db_comment="Team; null for an API client only.",
    )
    role = models.CharField(
        _("rôle"),
        max_length=12,
        choices=Role.choices,
        default=Role.ANALYST,
        db_comment="What they may do.",
    )
    is_active = models.BooleanField(
        _("actif"),
        default=True,
        db_comment="False: someone who left; the row keeps what they did.",
    )
    # Part of what a session signs: raising it closes every session of the user.
    session_epoch = models.PositiveIntegerField(
        default=0,
        editable=False,
        db_comment="Part of every session's signature: raising it closes them all.",
    )
    created_at = models.DateTimeField(
        _("créé le"), auto_now_add=True, db_comment="When the account was made."
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = _("utilisateur")
        verbose_name_plural = _("utilisateurs")
        db_table_comment = "People and API clients who may sign in."
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_is_lower"
            ),
            models.CheckConstraint(
                condition=models.Q(desk__isnull=False) | models.Q(role="api_client"),
                name="user_has_a_desk",
                violation_error_message=_("Seul un client de l’API est sans équipe."),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = UserManager.normalize_email(self.email)

    @property
    def is_ops(self) -> bool:
        return self.is_active and self.role == Role.OPS

    # Django's admin asks these of any user model; the role answers.
    @property
    def is_staff(self) -> bool:
        return self.is_ops

    @property
    def is_superuser(self) -> bool:
        return self.is_ops

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_ops

    def has_perms(self, perm_list: Any, obj: object = None) -> bool:
        return self.is_ops

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_ops

    @property
    def may_sign_in(self) -> bool:
        """An API client comes with a token, never through these pages."""
        return self.is_active and self.role != Role.API_CLIENT

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        # Django calls this for the present key and for each fallback key.
        return salted_hmac(
            "accounts.models.User.session",
            f"{self.password}:{self.session_epoch}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class TotpDevice(TimestampMixin, ThrottlingMixin, Device):  # type: ignore[misc]
    """An authenticator application; verify through ``second_factor`` only.

    The row is locked by ``django_otp.verify_token`` around ``verify_token`` below:
    called on its own, that method would let two requests use one code.
    """

    STEP_S = 30
    DIGITS = 6
    TOLERANCE = 1
    LONGEST_DELAY_AT = 10

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
        if step is None or step <= self.last_t:
            self.throttle_increment(commit=True)
            return False
        self.last_t = step
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

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

    def steps_away(self, token: str, *, reach: int = 20) -> int | None:
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


class LoginThrottle(models.Model):
    """The moments of the last attempts under one key; written by ``throttle`` only."""

    key = models.CharField(
        max_length=64,
        primary_key=True,
        db_comment="Keyed digest of what is limited: an address, an account.",
    )
    hits = ArrayField(
        models.DateTimeField(), db_comment="Moments of the attempts in the window."
    )
    last_hit_at = models.DateTimeField(
        db_index=True, db_comment="Latest of them, to forget the row by."
    )

    class Meta:
        verbose_name = _("limite d’essais")
        verbose_name_plural = _("limites d’essais")
        db_table_comment = (
            "Moments of the last attempts, by key; forgotten after an hour."
        )

    def __str__(self) -> str:
        return self.key


class Installation(models.Model):
    """The one row that says sandbox or live; the table refuses any change.

    Made by SQL in the migrations: the test runner's flush leaves it alone.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, db_comment="Always 1.")
    mode = models.CharField(
        max_length=7,
        choices=Mode.choices,
        db_comment="What the first migration found in PROVIDERS.",
    )
    created_at = models.DateTimeField(db_comment="Moment of the first migration.")

    class Meta:
        managed = False
        verbose_name = _("installation")
        verbose_name_plural = _("installation")
        db_table_comment = "One row, never changed: sandbox or live."

    def __str__(self) -> str:
        return self.get_mode_display()

    @property
    def is_sandbox(self) -> bool:
        return self.mode == Mode.SANDBOX


class AuditEntry(models.Model):
    """Who did what to which resource; written by ``audit.record``, never changed.

    The actor has no database constraint: an entry outlives the account, and no
    deletion needs to touch this table.
    """

    at = models.DateTimeField(_("le"), db_comment="When; chooses the partition.")
    actor = models.ForeignKey(
        User,
        verbose_name=_("par"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        db_comment="User's key, kept when the account goes; null: nobody.",
    )
    action = models.CharField(
        _("action"), max_length=60, db_comment="What was done, as a word."
    )
    resource = models.CharField(
        _("ressource"), max_length=200, db_comment="On what, as kind:id."
    )
    details = models.JSONField(
        _("détails"), db_comment="Counts and codes, no personal data."
    )
    address = models.GenericIPAddressField(
        _("adresse"), null=True, db_comment="Client's address."
    )
    agent = models.CharField(
        _("navigateur"),
        max_length=300,
        db_comment="Client's browser, cut to 300 characters.",
    )
    request_id = models.CharField(
        _("référence"), max_length=64, db_comment="Request that the logs tell of."
    )

    class Meta:
        managed = False
        verbose_name = _("trace d’audit")
        verbose_name_plural = _("traces d’audit")
        db_table_comment = "Who did what: append-only, partitioned by month of UTC."

    def __str__(self) -> str:
        return f"{self.action} {self.resource}"


class HistoryRetention(models.Model):
    """A table of monthly partitions and how long it is kept; the owner's to write.

    Made by SQL with the functions that read it: ``mainsite.lib.history`` calls them.
    """

    table_name = models.TextField(
        _("table"), primary_key=True, db_comment="Partitioned table."
    )
    key_column = models.TextField(
        _("colonne"), db_comment="Date or moment that chooses the month."
    )
    keep_months = models.SmallIntegerField(
        _("mois conservés"),
        null=True,
        db_comment="Whole months kept before the current one; null: never dropped.",
    )
    months_ahead = models.SmallIntegerField(
        _("mois d’avance"),
        db_comment="Months after the current one that always have their partition.",
    )
    reason = models.TextField(_("raison"), db_comment="Why it is kept that long.")

    class Meta:
        managed = False
        verbose_name = _("conservation d’un historique")
        verbose_name_plural = _("conservation des historiques")
        db_table_comment = "Tables partitioned by month, and how long each is kept."
        db_table = "history_retention"

    def __str__(self) -> str:
        return str(self.table_name)
