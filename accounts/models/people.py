"""People and the desks they belong to."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
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
    may_read_contacts = models.BooleanField(
        _("lit les contacts"),
        default=False,
        db_default=False,
        help_text=_("Coordonnées de personnes : chaque lecture est tracée."),
        db_comment="Granted by ops: reads contacts, if the role allows it.",
    )
    is_active = models.BooleanField(
        _("actif"),
        default=True,
        db_comment="False: someone who left; the row keeps what they did.",
    )
    left_at = models.DateTimeField(
        null=True,
        editable=False,
        db_comment="When ops made it inactive; null: active, or before this was kept.",
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
