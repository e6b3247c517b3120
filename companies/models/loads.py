"""What was loaded into the register: one row per file and run, for ops to read."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mainsite.lib.ids import uuid7


class LoadState(models.TextChoices):
    RUNNING = "running", _("en cours")
    DONE = "done", _("terminé")
    STOPPED = "stopped", _("interrompu")
    REFUSED = "refused", _("refusé")


class Edition(models.TextChoices):
    """Whether a file says everything, so that what it lacks has disappeared."""

    COMPLETE = "complete", _("complet")
    DIFFERENCES = "differences", _("différences")


class RegistryLoad(models.Model):
    """One file of one run, as far as it is stored.

    ``position`` rows of the file, broken ones apart, are in the tables for good:
    the same file, given again after a stop, goes on from there.
    """

    run = models.UUIDField(
        _("passage"), default=uuid7, editable=False, db_comment="Files loaded together."
    )
    file_name = models.TextField(_("fichier"), db_comment="Name of the file.")
    size_bytes = models.BigIntegerField(_("taille"), db_comment="Its size.")
    sha256 = models.CharField(
        _("empreinte"), max_length=64, db_comment="Its digest: the same file resumes."
    )
    layout = models.CharField(_("format"), max_length=40, db_comment="Form recognised.")
    edition = models.CharField(
        _("édition"),
        max_length=12,
        choices=Edition,
        db_comment="complete: what it lacks has disappeared; differences.",
    )
    state = models.CharField(
        _("état"),
        max_length=8,
        choices=LoadState,
        default=LoadState.RUNNING,
        db_comment="running, done, stopped or refused.",
    )
    is_initial = models.BooleanField(
        _("premier chargement"),
        default=False,
        help_text="Written straight into the empty tables.",
        db_comment="Written straight into the empty tables.",
    )
    with_individuals = models.BooleanField(
        _("personnes physiques"),
        default=False,
        db_comment="Sole traders were asked for.",
    )
    position = models.BigIntegerField(
        default=0, db_comment="Rows stored for good: where a resume goes on."
    )
    chunks = models.IntegerField(
        _("lots"), default=0, db_comment="Transactions committed."
    )
    rows_read = models.BigIntegerField(_("lues"), default=0, db_comment="Rows read.")
    rows_written = models.BigIntegerField(
        _("écrites"), default=0, db_comment="Rows that made or changed something."
    )
    rows_unchanged = models.BigIntegerField(
        _("inchangées"), default=0, db_comment="Rows that said nothing new."
    )
    rows_left_out = models.BigIntegerField(
        _("écartées"), default=0, db_comment="Rows left out."
    )
    left_out = models.JSONField(
        _("raisons"),
        default=dict,
        help_text="Rows left out, by reason.",
        db_comment="Rows left out, by reason.",
    )
    counts = models.JSONField(
        _("détail"),
        default=dict,
        help_text="Companies and sites, new and updated.",
        db_comment="Companies and sites, new and updated.",
    )
    dropped_indexes = models.JSONField(
        default=list,
        editable=False,
        help_text="Definitions of indexes to build again: the load had removed them.",
        db_comment="Definitions of indexes to build again.",
    )
    started_at = models.DateTimeField(_("début"), db_comment="Beginning.")
    updated_at = models.DateTimeField(
        _("dernier lot"), null=True, db_comment="Last chunk."
    )
    ended_at = models.DateTimeField(
        _("fin"), null=True, db_comment="End; null: not ended."
    )
    error = models.TextField(
        _("erreur"), default="", blank=True, db_comment="What stopped it."
    )

    class Meta:
        db_table = "registry_load"
        verbose_name = _("chargement du registre")
        verbose_name_plural = _("chargements du registre")
        indexes = [
            models.Index(fields=["layout", "-started_at"], name="registry_load_layout"),
            models.Index(fields=["sha256"], name="registry_load_sha256"),
        ]
        constraints = [
            models.CheckConstraint(
                name="registry_load_balances",
                condition=models.Q(
                    rows_read=models.F("rows_written")
                    + models.F("rows_unchanged")
                    + models.F("rows_left_out")
                ),
            ),
            models.CheckConstraint(
                name="registry_load_ended_unless_running",
                condition=~models.Q(state=LoadState.DONE)
                | models.Q(ended_at__isnull=False),
            ),
        ]
        db_table_comment = "Files loaded into the register: progress, counts, errors."

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_state_display()})"
