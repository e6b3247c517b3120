"""What ops decide about a source, and what it costs."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.choices import Source


def today() -> date:
    """Budget days are days of Europe/Paris."""
    return timezone.localdate()


class Provider(models.Model):
    """What ops decide about a source; the code knows how to read it."""

    name = models.CharField(
        _("source"),
        max_length=24,
        choices=Source,
        primary_key=True,
        db_comment="Source.",
    )
    is_enabled = models.BooleanField(
        _("active"), default=True, db_comment="Off: nothing is asked of it."
    )
    rate_per_s = models.FloatField(
        _("appels par seconde"),
        null=True,
        blank=True,
        help_text=_("Partagés par tous les processus ; vide : sans limite."),
        db_comment="Calls a second for all processes; null: no limit.",
    )
    concurrency = models.PositiveSmallIntegerField(
        _("appels en parallèle"),
        default=10,
        help_text=_("Partagés par tous les processus de toutes les machines."),
        db_comment="Calls side by side, of all workers together.",
    )
    reuse_hours = models.PositiveIntegerField(
        _("réutilisée pendant, heures"),
        default=24,
        help_text=_(
            "Les conditions de la source en décident. Une réponse partielle ou vide "
            "se périme plus tôt ; la taille de la société allonge ou raccourcit."
        ),
        db_comment="Hours an answer may be reused, before it is adapted.",
    )
    day_quota = models.PositiveIntegerField(
        _("appels par jour"),
        null=True,
        blank=True,
        help_text=_("De tous les processus, en jours de Paris ; vide : sans limite."),
        db_comment="Calls a day of Europe/Paris, all workers; null: no limit.",
    )
    is_held = models.BooleanField(
        _("suspendue"),
        default=False,
        help_text=_("Rien n’est demandé ; ce qui attend reprend ensuite."),
        db_comment="Held by ops: what waits goes on waiting.",
    )
    held_reason = models.CharField(
        _("motif de la suspension"),
        max_length=200,
        blank=True,
        default="",
        db_comment="Why it is held, for analysts to read.",
    )
    timeout_s = models.FloatField(
        _("délai, secondes"), default=10, db_comment="Longest wait for an answer."
    )

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        db_table_comment = "What ops decide about each source."

    def __str__(self) -> str:
        return self.get_name_display()


class ProviderPrice(models.Model):
    """The price of a jeton or credit from a day on; a ledger line keeps its own."""

    provider = models.ForeignKey(
        Provider,
        on_delete=models.CASCADE,
        related_name="prices",
        db_comment="Whose price.",
    )
    pool = models.CharField(
        _("réserve"),
        max_length=16,
        blank=True,
        default="",
        help_text=_("Vide : les jetons de la source."),
        db_comment="Pool of units; empty: the source's only one.",
    )
    valid_from = models.DateField(
        _("à partir du"), default=today, db_comment="First day it holds."
    )
    token_eur = models.DecimalField(
        _("prix de l’unité, €"),
        max_digits=8,
        decimal_places=4,
        db_comment="Euros a unit: a jeton, a credit.",
    )

    class Meta:
        verbose_name = _("prix")
        verbose_name_plural = _("prix")
        db_table_comment = "Price of a token, from a day on."
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "pool", "valid_from"], name="provider_price_per_day"
            ),
            models.CheckConstraint(
                condition=models.Q(token_eur__gte=0), name="provider_price_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.token_eur} € ({self.valid_from})"


class SourcePool(models.Model):
    """What a source said was left in one of its pools; it, not our count, is right."""

    source = models.CharField(
        _("source"), max_length=24, choices=Source, db_comment="Whose pool."
    )
    pool = models.CharField(
        _("réserve"),
        max_length=16,
        blank=True,
        default="",
        db_comment="Pool of units; empty: the source's only one.",
    )
    units_left = models.DecimalField(
        _("reste"),
        max_digits=14,
        decimal_places=2,
        null=True,
        db_comment="Units left when read; null: unlimited.",
    )
    granted = models.DecimalField(
        _("accordé"),
        max_digits=14,
        decimal_places=2,
        null=True,
        db_comment="Units granted for the period; null: not told.",
    )
    # Since the reading: what we spent lowers it until the source says again.
    units_spent = models.DecimalField(
        _("dépensé depuis"),
        max_digits=14,
        decimal_places=2,
        default=Decimal(0),
        db_comment="Units held or charged since the reading.",
    )
    read_at = models.DateTimeField(
        _("lu le"), default=timezone.now, db_comment="When the source said so."
    )

    class Meta:
        verbose_name = _("réserve d’une source")
        verbose_name_plural = _("réserves des sources")
        db_table_comment = "What each source said is left in its pools."
        constraints = [
            models.UniqueConstraint(
                fields=["source", "pool"], name="source_pool_is_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.pool}".rstrip()

    @property
    def left(self) -> Decimal | None:
        if self.units_left is None:
            return None
        return max(Decimal(0), self.units_left - self.units_spent)


class SourceAssessment(models.Model):
    """That someone who answers for the installation weighed a source and signed."""

    provider = models.ForeignKey(
        Provider,
        on_delete=models.PROTECT,
        related_name="assessments",
        db_comment="Source assessed.",
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("signée par"),
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="Who signed.",
    )
    signed_at = models.DateTimeField(
        _("signée le"), default=timezone.now, db_comment="When."
    )
    lawful_basis = models.CharField(
        _("base légale"),
        max_length=60,
        db_comment="Lawful basis and the document of the balance test.",
    )
    licence = models.CharField(
        _("contrat ou licence"),
        max_length=120,
        db_comment="Contract under which the source's data is held.",
    )
    statement = models.TextField(
        _("évaluation"), db_comment="What was weighed, in the signer's words."
    )
    withdrawn_at = models.DateTimeField(
        _("retirée le"), null=True, blank=True, db_comment="When; null: it holds."
    )

    class Meta:
        verbose_name = _("évaluation d’une source")
        verbose_name_plural = _("évaluations des sources")
        db_table_comment = "Assessments without which a source of contacts stays off."

    def __str__(self) -> str:
        return f"{self.provider_id} {self.signed_at:%Y-%m-%d}"


class SchemaDrift(models.Model):
    """A field, or a doubtful value, that a parser met and did not know."""

    source = models.CharField(
        _("source"), max_length=24, choices=Source, db_comment="Where it was met."
    )
    path = models.CharField(
        _("champ"), max_length=200, db_comment="Path in the answer, or warning code."
    )
    count = models.PositiveIntegerField(
        _("fois"), default=1, db_comment="Answers that had it."
    )
    first_at = models.DateTimeField(
        _("vu d’abord"), default=timezone.now, db_comment="First met."
    )
    last_at = models.DateTimeField(
        _("vu en dernier"), default=timezone.now, db_comment="Last met."
    )
    is_seen = models.BooleanField(
        _("connu"), default=False, db_comment="Ops have taken note of it."
    )

    class Meta:
        verbose_name = _("écart de schéma")
        verbose_name_plural = _("écarts de schéma")
        db_table_comment = "Fields of answers that the parsers do not know."
        constraints = [
            models.UniqueConstraint(fields=["source", "path"], name="schema_drift_once")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.path}"
