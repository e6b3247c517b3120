"""What a database is for its whole life: its mode, how long its history is kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import Mode


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
