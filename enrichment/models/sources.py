"""What ops decide about a source, and what it costs."""

from datetime import date

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
        help_text=_("Par processus de travail."),
        db_comment="Calls side by side, per worker.",
    )
    reuse_days = models.PositiveSmallIntegerField(
        _("réutilisée pendant, jours"),
        default=7,
        help_text=_(
            "Les conditions de la source en décident. Une réponse partielle ou vide "
            "se périme plus tôt."
        ),
        db_comment="Days an answer may be reused.",
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
    """The price of a jeton from a day on; a ledger line keeps the price it had."""

    provider = models.ForeignKey(
        Provider,
        on_delete=models.CASCADE,
        related_name="prices",
        db_comment="Whose price.",
    )
    valid_from = models.DateField(
        _("à partir du"), default=today, db_comment="First day it holds."
    )
    token_eur = models.DecimalField(
        _("prix du jeton, €"),
        max_digits=8,
        decimal_places=4,
        db_comment="Euros a token.",
    )

    class Meta:
        verbose_name = _("prix")
        verbose_name_plural = _("prix")
        db_table_comment = "Price of a token, from a day on."
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
