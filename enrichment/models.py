"""The ledger of enrichment: what was asked, of whom, at what price, with what end.

PostgreSQL holds the truth; Redis only carries "work on this batch". Everything a
worker knows can be found again here after it was killed.
"""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.choices import Source
from companies.fields import SirenField
from companies.querysets import DeskQuerySet
from enrichment.choices import AnswerStatus, BatchState, CallState, ItemState, Step
from enrichment.querysets import AnswerQuerySet, ItemQuerySet
from mainsite.lib.ids import uuid7


def today() -> date:
    """Budget days are days of Europe/Paris."""
    return timezone.localdate()


class Provider(models.Model):
    """What ops decide about a source; the code knows how to read it."""

    name = models.CharField(
        _("source"), max_length=24, choices=Source, primary_key=True
    )
    is_enabled = models.BooleanField(_("active"), default=True)
    rate_per_s = models.FloatField(
        _("appels par seconde"),
        null=True,
        blank=True,
        help_text=_("Partagés par tous les processus ; vide : sans limite."),
    )
    concurrency = models.PositiveSmallIntegerField(
        _("appels en parallèle"),
        default=10,
        help_text=_("Par processus de travail."),
    )
    reuse_days = models.PositiveSmallIntegerField(
        _("réutilisée pendant, jours"),
        default=7,
        help_text=_(
            "Les conditions de la source en décident. Une réponse partielle ou vide "
            "se périme plus tôt."
        ),
    )
    timeout_s = models.FloatField(_("délai, secondes"), default=10)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.get_name_display()


class ProviderPrice(models.Model):
    """The price of a jeton from a day on; a ledger line keeps the price it had."""

    provider = models.ForeignKey(
        Provider, on_delete=models.CASCADE, related_name="prices"
    )
    valid_from = models.DateField(_("à partir du"), default=today)
    token_eur = models.DecimalField(
        _("prix du jeton, €"), max_digits=8, decimal_places=4
    )

    class Meta:
        verbose_name = _("prix")
        verbose_name_plural = _("prix")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "valid_from"], name="provider_price_per_day"
            ),
            models.CheckConstraint(
                condition=models.Q(token_eur__gte=0), name="provider_price_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.token_eur} € ({self.valid_from})"


class Batch(models.Model):
    """A list of companies to enrich, with what it may cost."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    desk = models.ForeignKey("accounts.Desk", on_delete=models.PROTECT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    name = models.CharField(_("nom"), max_length=120)
    state = models.CharField(
        _("état"), max_length=12, choices=BatchState, default=BatchState.DRAFT
    )
    lines_read = models.PositiveIntegerField(_("lignes lues"), default=0)
    detected = models.JSONField(default=dict, help_text="Separator, encoding, column.")
    cap_eur = models.DecimalField(
        _("plafond, €"), max_digits=10, decimal_places=2, null=True
    )
    # Charged, plus what is held for calls still open or lost. No call is opened that
    # would pass the cap; what a source charged is written even if it did.
    committed_eur = models.DecimalField(
        _("engagé, €"), max_digits=12, decimal_places=4, default=Decimal(0)
    )
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
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

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("ligne"))
    read = models.CharField(_("lu"), max_length=200)
    is_refused = models.BooleanField(_("refusée"))
    reason = models.CharField(_("motif"), max_length=32)
    hint = models.CharField(max_length=40, blank=True, default="")
    cells = models.JSONField(default=list, help_text="The whole line, if refused.")

    class Meta:
        verbose_name = _("ligne signalée")
        verbose_name_plural = _("lignes signalées")
        indexes = [models.Index(fields=["batch", "number"], name="batch_line_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.reason}"


class JournalEntry(models.Model):
    """A step of a batch that the analyst reads in the margin."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="journal")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=16, choices=Step)
    source = models.CharField(max_length=24, choices=Source, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True
    )
    count = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("étape de lot")
        verbose_name_plural = _("journal des lots")
        indexes = [models.Index(fields=["batch", "-at"], name="journal_batch")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.kind}"

    @property
    def is_alert(self) -> bool:
        return self.kind in {Step.PAUSED, Step.CAPPED, Step.RECOVERED, Step.CANCELLED}


class Item(models.Model):
    """One company at one source, in one batch: the unit of work and of recovery."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    siren = SirenField("SIREN")
    source = models.CharField(_("source"), max_length=24, choices=Source)
    position = models.PositiveIntegerField(help_text="Line of the company, then rank.")
    state = models.CharField(
        _("état"), max_length=12, choices=ItemState, default=ItemState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("essais"), default=0)
    leased_by = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    reason = models.CharField(_("motif"), max_length=32, blank=True, default="")
    answer = models.ForeignKey(
        "Answer", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    updated_at = models.DateTimeField(default=timezone.now)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("ligne de lot")
        verbose_name_plural = _("lignes de lot")
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "siren", "source"], name="item_one_per_company"
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


class Call(models.Model):
    """One line of the ledger: written and committed before the call is made."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, null=True, related_name="calls"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("pour"),
        on_delete=models.PROTECT,
        null=True,
    )
    siren = SirenField("SIREN")
    source = models.CharField(_("source"), max_length=24, choices=Source)
    state = models.CharField(
        _("état"), max_length=12, choices=CallState, default=CallState.OPEN
    )
    day = models.DateField(_("jour"), default=today)
    leased_by = models.UUIDField(null=True)
    opened_at = models.DateTimeField(_("parti le"), default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    http_status = models.SmallIntegerField("HTTP", null=True)
    reason = models.CharField(_("motif"), max_length=32, blank=True, default="")
    tokens = models.DecimalField(_("jetons"), max_digits=8, decimal_places=2, default=0)
    held_eur = models.DecimalField(
        _("retenu, €"),
        max_digits=10,
        decimal_places=4,
        default=0,
        help_text="Held against the cap while the call is open or lost.",
    )
    amount_eur = models.DecimalField(
        _("montant, €"), max_digits=10, decimal_places=4, default=0
    )

    class Meta:
        verbose_name = _("appel")
        verbose_name_plural = _("grand livre des appels")
        constraints = [
            # Two batches never ask, and pay for, the same thing at the same time.
            models.UniqueConstraint(
                fields=["siren", "source"],
                condition=models.Q(state=CallState.OPEN),
                name="call_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["day", "source"], name="call_day"),
            models.Index(fields=["batch"], name="call_batch"),
            models.Index(
                fields=["opened_at"],
                name="call_open",
                condition=models.Q(state=CallState.OPEN),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.source} {self.state}"


class Answer(models.Model):
    """What a source said, byte for byte, stored before anyone uses it."""

    siren = SirenField("SIREN")
    source = models.CharField(_("source"), max_length=24, choices=Source)
    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="answer")
    status = models.CharField(max_length=12, choices=AnswerStatus)
    raw = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    http_status = models.SmallIntegerField("HTTP")
    fetched_at = models.DateTimeField(_("relevée le"))
    expires_at = models.DateTimeField(_("périmée le"))
    is_sandbox = models.BooleanField(default=False)
    used_at = models.DateTimeField(
        null=True, help_text="When its facts were written; null after a kill."
    )

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("réponse")
        verbose_name_plural = _("réponses")
        indexes = [
            models.Index(
                fields=["siren", "source", "-fetched_at"], name="answer_latest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.source} {self.fetched_at:%Y-%m-%d}"
