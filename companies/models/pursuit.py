"""What belongs to a desk: the pipeline and the notes. Invisible to other desks."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.choices import Status
from companies.fields import SirenField
from companies.querysets import DeskQuerySet


class Pursuit(models.Model):
    """Where a desk stands with a company; no row means ``prospect``."""

    desk = models.ForeignKey(
        "accounts.Desk", on_delete=models.CASCADE, db_comment="Whose pipeline."
    )
    siren = SirenField(db_comment="Company, as a number; nine digits with its zeros.")
    status = models.CharField(
        _("statut"), max_length=16, choices=Status, db_comment="Present status."
    )
    reason = models.TextField(
        _("raison"), blank=True, default="", db_comment="Why, required for ecarte."
    )
    wake_on = models.DateField(
        _("réveil"), null=True, db_comment="Day to wake a company en sommeil."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        db_comment="Who follows it.",
    )
    since = models.DateTimeField(
        _("depuis"), db_comment="Since when it has this status."
    )

    objects = DeskQuerySet.as_manager()

    class Meta:
        db_table = "pursuit"
        verbose_name = _("suivi")
        verbose_name_plural = _("suivis")
        db_table_comment = (
            "Where each desk stands with a company; no row means prospect."
        )
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

    desk = models.ForeignKey(
        "accounts.Desk", on_delete=models.CASCADE, db_comment="Whose pipeline."
    )
    siren = SirenField(db_comment="Company, as a number; nine digits with its zeros.")
    before = models.CharField(max_length=16, choices=Status, db_comment="Status left.")
    after = models.CharField(max_length=16, choices=Status, db_comment="Status taken.")
    reason = models.TextField(blank=True, default="", db_comment="Why.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        db_comment="Who changed it; null: the account is gone.",
    )
    at = models.DateTimeField(db_comment="When; chooses the partition.")

    objects = DeskQuerySet.as_manager()

    class Meta:
        db_table = "pursuit_change"
        verbose_name = _("changement de statut")
        verbose_name_plural = _("changements de statut")
        db_table_comment = (
            "History of the pipelines, partitioned by month of UTC; never dropped."
        )
        indexes = [models.Index(fields=["siren", "desk"], name="pursuit_change_siren")]

    def __str__(self) -> str:
        return f"{self.siren} {self.before} → {self.after}"


class Note(models.Model):
    """What a colleague of the desk wrote about a company."""

    desk = models.ForeignKey(
        "accounts.Desk", on_delete=models.CASCADE, db_comment="Who may read it."
    )
    siren = SirenField(db_comment="Company, as a number; nine digits with its zeros.")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        db_comment="Who wrote it; null: the account is gone.",
    )
    text = models.TextField(_("note"), db_comment="The note.")
    written_at = models.DateTimeField(auto_now_add=True, db_comment="When.")

    objects = DeskQuerySet.as_manager()

    class Meta:
        db_table = "note"
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        db_table_comment = "What colleagues wrote about a company, for their desk only."
        indexes = [models.Index(fields=["siren", "desk"], name="note_siren")]

    def __str__(self) -> str:
        return f"{self.siren} {self.written_at:%Y-%m-%d}"
