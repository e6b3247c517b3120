"""What belongs to a desk: the pipeline and the notes. Invisible to other desks."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.choices import Status
from companies.fields import SirenField
from companies.querysets import DeskQuerySet


class Pursuit(models.Model):
    """Where a desk stands with a company; no row means ``prospect``."""

    desk = models.ForeignKey("accounts.Desk", on_delete=models.CASCADE)
    siren = SirenField()
    status = models.CharField(_("statut"), max_length=16, choices=Status)
    reason = models.TextField(_("raison"), blank=True, default="")
    wake_on = models.DateField(_("réveil"), null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True
    )
    since = models.DateTimeField(_("depuis"))

    objects = DeskQuerySet.as_manager()

    class Meta:
        db_table = "pursuit"
        verbose_name = _("suivi")
        verbose_name_plural = _("suivis")
        constraints = [
            models.UniqueConstraint(fields=["desk", "siren"], name="pursuit_one"),
            models.CheckConstraint(
                name="pursuit_ecarte_has_a_reason",
                condition=~models.Q(status=Status.ECARTE) | ~models.Q(reason=""),
            ),
            models.CheckConstraint(
                name="pursuit_en_sommeil_has_a_wake_date",
                condition=~models.Q(status=Status.EN_SOMMEIL)
                | models.Q(wake_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["desk", "status", "siren"], name="pursuit_status")
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.status}"


class PursuitChange(models.Model):
    """One step of the pipeline's history."""

    desk = models.ForeignKey("accounts.Desk", on_delete=models.CASCADE)
    siren = SirenField()
    before = models.CharField(max_length=16, choices=Status)
    after = models.CharField(max_length=16, choices=Status)
    reason = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True
    )
    at = models.DateTimeField()

    objects = DeskQuerySet.as_manager()

    class Meta:
        db_table = "pursuit_change"
        verbose_name = _("changement de statut")
        verbose_name_plural = _("changements de statut")
        indexes = [models.Index(fields=["siren", "desk"], name="pursuit_change_siren")]

    def __str__(self) -> str:
        return f"{self.siren} {self.before} → {self.after}"


class Note(models.Model):
    """What a colleague of the desk wrote about a company."""

    desk = models.ForeignKey("accounts.Desk", on_delete=models.CASCADE)
    siren = SirenField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True
    )
    text = models.TextField(_("note"))
    written_at = models.DateTimeField(auto_now_add=True)

    objects = DeskQuerySet.as_manager()

    class Meta:
        db_table = "note"
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [models.Index(fields=["siren", "desk"], name="note_siren")]

    def __str__(self) -> str:
        return f"{self.siren} {self.written_at:%Y-%m-%d}"
