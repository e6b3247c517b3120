"""Sessions with what their owner needs to recognise them."""

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SessionQuerySet(models.QuerySet["Session"]):
    def open_of(self, user_id: int) -> "SessionQuerySet":
        """Past the second factor, neither idle for too long nor at their end."""
        idle_since = timezone.now() - timedelta(seconds=settings.SESSION_IDLE_S)
        return self.filter(
            user_id=user_id,
            is_verified=True,
            expire_date__gt=timezone.now(),
            seen_at__gt=idle_since,
        ).order_by("-seen_at", "pk")


class Session(AbstractBaseSession):
    """What ``session_data`` holds in a sealed form, again in columns to list it by."""

    public_id = models.UUIDField(
        unique=True, db_comment="Digest of the key: identifier in addresses."
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="sessions",
        db_comment="Whose; null: nobody signed in yet.",
    )
    is_verified = models.BooleanField(
        default=False, db_comment="The second factor was given."
    )
    address = models.GenericIPAddressField(
        _("adresse"), null=True, db_comment="Client's address at the sign-in."
    )
    agent = models.CharField(
        _("navigateur"), max_length=300, default="", db_comment="Client's browser."
    )
    began_at = models.DateTimeField(
        _("ouverte le"), null=True, db_comment="When the second factor was given."
    )
    seen_at = models.DateTimeField(
        _("vue le"), null=True, db_comment="Last act of a person, to the minute."
    )

    # Django's own manager makes sessions by hand, which nobody does here.
    objects = SessionQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        db_table_comment = "Open sessions of browsers; a deleted row is a closed one."

    def __str__(self) -> str:
        return str(self.public_id)
