"""Batches of companies, line by line: the unit of work and of recovery.

PostgreSQL holds the truth; Redis only carries "work on this batch". Everything a
worker knows can be found again here after it was killed.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.choices import Source
from companies.fields import SirenField
from enrichment.choices import BatchKind, BatchState, ItemState, Step
from enrichment.querysets import BatchQuerySet, ItemQuerySet
from mainsite.lib.ids import uuid7


class Batch(models.Model):
    """A list of companies to enrich, with what it may cost."""

    public_id = models.UUIDField(
        default=uuid7,
        unique=True,
        editable=False,
        db_comment="Identifier in addresses.",
    )
    desk = models.ForeignKey(
        "accounts.Desk",
        on_delete=models.PROTECT,
        null=True,
        db_comment="Whose batch; null: the installation's own.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_comment="Who made it; null: the schedule.",
    )
    kind = models.CharField(
        _("nature"),
        max_length=12,
        choices=BatchKind,
        default=BatchKind.ASKED,
        db_comment="asked, one, contacts or scheduled.",
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_comment="Who launched it, and pays.",
    )
    name = models.CharField(_("nom"), max_length=120, db_comment="Name on screen.")
    state = models.CharField(
        _("état"),
        max_length=12,
        choices=BatchState,
        default=BatchState.DRAFT,
        db_comment="draft, running, paused, done or cancelled.",
    )
    lines_read = models.PositiveIntegerField(
        _("lignes lues"), default=0, db_comment="Lines of the input."
    )
    detected = models.JSONField(
        default=dict,
        help_text="Separator, encoding, column.",
        db_comment="Separator, encoding, column, counts of the input.",
    )
    cap_eur = models.DecimalField(
        _("plafond, €"),
        max_digits=10,
        decimal_places=2,
        null=True,
        db_comment="Most it may cost; null until launched.",
    )
    # Charged, plus what is held for calls still open or lost. No call is opened that
    # would pass the cap; what a source charged is written even if it did.
    committed_eur = models.DecimalField(
        _("engagé, €"),
        max_digits=12,
        decimal_places=4,
        default=Decimal(0),
        db_comment="Charged, plus held for calls open or lost.",
    )
    created_at = models.DateTimeField(
        default=timezone.now, db_comment="When it was made."
    )
    started_at = models.DateTimeField(null=True, db_comment="When it was launched.")
    ended_at = models.DateTimeField(null=True, db_comment="When its last item ended.")

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        db_table_comment = "Lists of companies to enrich, with what each may cost."
        indexes = [models.Index(fields=["desk", "-created_at"], name="batch_desk")]

    def __str__(self) -> str:
        return f"Lot {self.pk}, {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("enrichment:batch", args=[self.public_id])

    @property
    def refused_count(self) -> int:
        return sum(self.detected.get("refused", {}).values())


class BatchLine(models.Model):
    """A line of the input that was refused or repaired, as it was read."""

    batch = models.ForeignKey(
        Batch,
        on_delete=models.CASCADE,
        related_name="lines",
        db_comment="Batch of the input.",
    )
    number = models.PositiveIntegerField(_("ligne"), db_comment="Line number.")
    read = models.CharField(
        _("lu"), max_length=200, db_comment="The SIREN as it was read."
    )
    is_refused = models.BooleanField(_("refusée"), db_comment="Refused; else repaired.")
    reason = models.CharField(_("motif"), max_length=32, db_comment="Why, as a code.")
    hint = models.CharField(
        max_length=40, blank=True, default="", db_comment="What it may have been."
    )
    cells = models.JSONField(
        default=list,
        help_text="The whole line, if refused.",
        db_comment="The whole line, if refused.",
    )

    class Meta:
        verbose_name = _("ligne signalée")
        verbose_name_plural = _("lignes signalées")
        db_table_comment = "Lines of inputs that were refused or repaired, as read."
        indexes = [models.Index(fields=["batch", "number"], name="batch_line_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.reason}"


class JournalEntry(models.Model):
    """A step of a batch that the analyst reads in the margin."""

    batch = models.ForeignKey(
        Batch,
        on_delete=models.CASCADE,
        related_name="journal",
        db_comment="Batch it tells of.",
    )
    at = models.DateTimeField(default=timezone.now, db_comment="When.")
    kind = models.CharField(max_length=16, choices=Step, db_comment="What happened.")
    source = models.CharField(
        max_length=24,
        choices=Source,
        blank=True,
        default="",
        db_comment="Source concerned, if one.",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        db_comment="Who did it; null: nobody.",
    )
    count = models.PositiveIntegerField(null=True, db_comment="How many items.")

    class Meta:
        verbose_name = _("étape de lot")
        verbose_name_plural = _("journal des lots")
        db_table_comment = "Steps of batches that analysts read in the margin."
        indexes = [models.Index(fields=["batch", "-at"], name="journal_batch")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.kind}"

    @property
    def is_alert(self) -> bool:
        return self.kind in {Step.PAUSED, Step.CAPPED, Step.RECOVERED, Step.CANCELLED}


class Item(models.Model):
    """One company at one source, in one batch: the unit of work and of recovery."""

    batch = models.ForeignKey(
        Batch,
        on_delete=models.CASCADE,
        related_name="items",
        db_comment="Batch it is of.",
    )
    siren = SirenField(
        "SIREN", db_comment="Company, as a number; nine digits with its zeros."
    )
    source = models.CharField(
        _("source"), max_length=24, choices=Source, db_comment="Source to ask."
    )
    subject = models.CharField(
        max_length=60,
        blank=True,
        default="",
        db_comment="option:lead beyond the usual call; empty: the usual call.",
    )
    position = models.PositiveIntegerField(
        help_text="Line of the company, then rank.",
        db_comment="Line of the company, then rank of the source.",
    )
    state = models.CharField(
        _("état"),
        max_length=12,
        choices=ItemState,
        default=ItemState.WAITING,
        db_comment="Where it stands.",
    )
    attempts = models.PositiveSmallIntegerField(
        _("essais"), default=0, db_comment="Calls made for it."
    )
    leased_by = models.UUIDField(null=True, db_comment="Worker that holds it.")
    lease_until = models.DateTimeField(
        null=True, db_comment="Until when; then it is anybody's."
    )
    retry_at = models.DateTimeField(null=True, db_comment="Not to be tried before.")
    reason = models.CharField(
        _("motif"),
        max_length=32,
        blank=True,
        default="",
        db_comment="Why it failed or was not bought.",
    )
    # Answers are partitioned, which no foreign key can name, and dropped by the month.
    answer = models.ForeignKey(
        "Answer",
        on_delete=models.SET_NULL,
        db_constraint=False,
        null=True,
        related_name="+",
        db_comment="Answer used; no foreign key, its month may be dropped.",
    )
    worth = models.FloatField(
        null=True,
        db_comment="Points still open that it may settle; null: not weighed.",
    )
    cost_eur = models.DecimalField(
        _("coût, €"),
        max_digits=10,
        decimal_places=4,
        default=Decimal(0),
        db_comment="Euros charged for it in this batch; reused answers cost nothing.",
    )
    result_sha256 = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_comment="Digest of the answer it ended with; empty: none.",
    )
    updated_at = models.DateTimeField(default=timezone.now, db_comment="Last change.")

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("ligne de lot")
        verbose_name_plural = _("lignes de lot")
        db_table_comment = (
            "One company at one source in one batch: unit of work and of recovery."
        )
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "siren", "source", "subject"],
                name="item_one_per_company",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ItemState.RUNNING)
                | models.Q(lease_until__isnull=False),
                name="item_running_has_a_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["batch", "position"],
                name="item_to_do",
                condition=models.Q(state__in=[ItemState.WAITING, ItemState.RUNNING]),
            ),
            models.Index(
                fields=["lease_until"],
                name="item_leased",
                condition=models.Q(state=ItemState.RUNNING),
            ),
            models.Index(fields=["siren"], name="item_siren"),
            models.Index(fields=["batch", "state"], name="item_batch_state"),
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.source} {self.state}"
