"""The ledger: what was asked, at what price, and what was answered, to the byte."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.choices import Source
from companies.fields import SirenField
from enrichment import packing
from enrichment.choices import AnswerStatus, CallState
from enrichment.models.batches import Batch
from enrichment.models.sources import today
from enrichment.querysets import AnswerQuerySet
from mainsite.lib.ids import uuid7


class Call(models.Model):
    """One line of the ledger: written and committed before the call is made."""

    id = models.UUIDField(
        primary_key=True,
        default=uuid7,
        editable=False,
        db_comment="UUID version 7, sent to the source.",
    )
    batch = models.ForeignKey(
        Batch,
        on_delete=models.PROTECT,
        null=True,
        related_name="calls",
        db_comment="Batch that pays; null: none.",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("pour"),
        on_delete=models.PROTECT,
        null=True,
        db_comment="For whom.",
    )
    siren = SirenField(
        "SIREN", db_comment="Company, as a number; nine digits with its zeros."
    )
    source = models.CharField(
        _("source"), max_length=24, choices=Source, db_comment="Source asked."
    )
    subject = models.CharField(
        max_length=60,
        blank=True,
        default="",
        db_comment="option:lead beyond the usual call; empty: the usual call.",
    )
    state = models.CharField(
        _("état"),
        max_length=12,
        choices=CallState,
        default=CallState.OPEN,
        db_comment="open, paid, free, not_charged or lost.",
    )
    day = models.DateField(
        _("jour"), default=today, db_comment="Budget day, of Europe/Paris."
    )
    leased_by = models.UUIDField(null=True, db_comment="Worker that made it.")
    opened_at = models.DateTimeField(
        _("parti le"), default=timezone.now, db_comment="When it left."
    )
    closed_at = models.DateTimeField(null=True, db_comment="When its end was known.")
    http_status = models.SmallIntegerField(
        "HTTP", null=True, db_comment="Status answered; null: none."
    )
    reason = models.CharField(
        _("motif"),
        max_length=32,
        blank=True,
        default="",
        db_comment="Why it failed, as a code.",
    )
    tokens = models.DecimalField(
        _("jetons"),
        max_digits=8,
        decimal_places=2,
        default=0,
        db_comment="Tokens charged.",
    )
    held_eur = models.DecimalField(
        _("retenu, €"),
        max_digits=10,
        decimal_places=4,
        default=0,
        help_text="Held against the cap while the call is open or lost.",
        db_comment="Held against the cap while open or lost.",
    )
    amount_eur = models.DecimalField(
        _("montant, €"),
        max_digits=10,
        decimal_places=4,
        default=0,
        db_comment="Euros charged, at the price of that day.",
    )

    class Meta:
        verbose_name = _("appel")
        verbose_name_plural = _("grand livre des appels")
        db_table_comment = (
            "The ledger: one line per call, committed before the call leaves."
        )
        constraints = [
            # Two batches never ask, and pay for, the same thing at the same time.
            models.UniqueConstraint(
                fields=["siren", "source", "subject"],
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

    siren = SirenField(
        "SIREN", db_comment="Company, as a number; nine digits with its zeros."
    )
    source = models.CharField(
        _("source"), max_length=24, choices=Source, db_comment="Source that answered."
    )
    call = models.OneToOneField(
        Call,
        on_delete=models.PROTECT,
        related_name="answer",
        db_comment="Call it answers; one answer each.",
    )
    subject = models.CharField(
        max_length=60,
        blank=True,
        default="",
        db_comment="option:lead beyond the usual call; empty: the usual call.",
    )
    status = models.CharField(
        max_length=12, choices=AnswerStatus, db_comment="found, partial or not_found."
    )
    raw = models.BinaryField(db_comment="Body as received, in its encoding.")
    encoding = models.CharField(
        max_length=8,
        blank=True,
        default="",
        db_comment="How raw is packed: zlib; empty: as received.",
    )
    sha256 = models.CharField(max_length=64, db_comment="Digest of the unpacked body.")
    headers = models.JSONField(
        default=dict, db_comment="The few headers worth keeping."
    )
    tokens = models.DecimalField(
        _("jetons"),
        max_digits=8,
        decimal_places=2,
        default=0,
        db_comment="Units charged for it.",
    )
    amount_eur = models.DecimalField(
        _("montant, €"),
        max_digits=10,
        decimal_places=4,
        default=0,
        db_comment="Euros charged, at the price of that day.",
    )
    http_status = models.SmallIntegerField("HTTP", db_comment="Status answered.")
    fetched_at = models.DateTimeField(
        _("relevée le"), db_comment="When; chooses the partition."
    )
    expires_at = models.DateTimeField(
        _("périmée le"), db_comment="Until when it may be reused."
    )
    is_sandbox = models.BooleanField(
        default=False, db_comment="Told by the sandbox: never a real figure."
    )
    used_at = models.DateTimeField(
        null=True,
        help_text="When its facts were written; null after a kill.",
        db_comment="When its facts were written; null: not yet.",
    )

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("réponse")
        verbose_name_plural = _("réponses")
        db_table_comment = (
            "Raw answers, byte for byte, partitioned by month of UTC; kept three years."
        )
        indexes = [
            models.Index(
                fields=["siren", "source", "-fetched_at"], name="answer_latest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.source} {self.fetched_at:%Y-%m-%d}"

    @property
    def body(self) -> bytes:
        """What the source sent, to the byte."""
        return packing.unpacked(bytes(self.raw), self.encoding)
