"""Links by which a person chooses a password once."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import LinkKind, Role
from accounts.models.people import User

HOURS = {LinkKind.INVITATION: 72, LinkKind.RESET: 24, LinkKind.ASKED: 1}


class AccessLinkQuerySet(models.QuerySet["AccessLink"]):
    def open(self) -> "AccessLinkQuerySet":
        """Neither used, nor withdrawn, nor past their time by the database's clock."""
        return self.filter(
            used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=Now()
        )

    def of_people_who_sign_in(self) -> "AccessLinkQuerySet":
        return self.filter(user__is_active=True).exclude(user__role=Role.API_CLIENT)

    def dead_since(self, moment: datetime) -> "AccessLinkQuerySet":
        """Used, withdrawn or expired before then, whichever came first."""
        return self.filter(
            models.Q(used_at__lt=moment)
            | models.Q(revoked_at__lt=moment)
            | models.Q(expires_at__lt=moment)
        )

    def waiting_for_the_post(self) -> "AccessLinkQuerySet":
        return (
            self.open()
            .of_people_who_sign_in()
            .filter(by_mail=True, mailed_at__isnull=True)
        )


class AccessLink(models.Model):
    """Whoever holds it chooses the password of one account, once; ``links`` writes it.

    It opens no session: the second factor is asked, or enrolled, as at any sign-in.
    """

    user = models.ForeignKey(
        User,
        verbose_name=_("pour"),
        on_delete=models.CASCADE,
        related_name="access_links",
        db_comment="Whose password it chooses.",
    )
    kind = models.CharField(
        _("nature"),
        max_length=10,
        choices=LinkKind.choices,
        db_comment="Invitation, reset by ops, or reset that the person asked for.",
    )
    digest = models.CharField(
        max_length=64,
        unique=True,
        editable=False,
        db_comment="Keyed digest of the token, which is mailed or shown once.",
    )
    made_by = models.ForeignKey(
        User,
        verbose_name=_("fait par"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_comment="Which ops made it; null: a command, or the person themselves.",
    )
    by_mail = models.BooleanField(
        _("par courrier"),
        default=False,
        db_comment="True: mailed by a worker; false: shown once to who made it.",
    )
    created_at = models.DateTimeField(
        _("fait le"), auto_now_add=True, db_comment="When it was made."
    )
    expires_at = models.DateTimeField(
        _("valable jusqu’au"), db_comment="From then on it opens nothing."
    )
    mailed_at = models.DateTimeField(
        _("envoyé le"), null=True, db_comment="When the mail server took the letter."
    )
    used_at = models.DateTimeField(
        _("utilisé le"), null=True, db_comment="When it chose a password."
    )
    revoked_at = models.DateTimeField(
        _("retiré le"), null=True, db_comment="When ops or a newer link withdrew it."
    )

    objects = AccessLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("lien d’accès")
        verbose_name_plural = _("liens d’accès")
        db_table_comment = "One-time links to choose a password: invitations, resets."
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(used_at=None, revoked_at=None),
                name="one_access_link_waits_per_user",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=LinkKind.values),
                name="access_link_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.user_id}"

    @property
    def state(self) -> str:
        if self.used_at:
            return str(_("utilisé"))
        if self.revoked_at:
            return str(_("retiré"))
        return str(_("expiré") if self.expires_at <= timezone.now() else _("en cours"))

    @staticmethod
    def lifetime(kind: LinkKind) -> timedelta:
        return timedelta(hours=HOURS[kind])
