"""Every euro: lines that are only added, and the counters they add up to."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.choices import Source
from enrichment.choices import MoneyKind
from enrichment.models.batches import Batch
from enrichment.models.calls import Call
from enrichment.models.sources import today


class MoneyLine(models.Model):
    """One movement: what a call held, what it gave back, what it cost beyond.

    The lines of a call add up to what it costs; those of a batch, of a user's day or
    of a source to what is committed there.
    """

    call = models.ForeignKey(
        Call,
        on_delete=models.PROTECT,
        related_name="money",
        db_comment="Call it is about.",
    )
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, null=True, db_comment="Batch that pays."
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_comment="For whom.",
    )
    source = models.CharField(
        _("source"), max_length=24, choices=Source, db_comment="Source asked."
    )
    day = models.DateField(
        _("jour"), default=today, db_comment="Budget day of the call, Europe/Paris."
    )
    at = models.DateTimeField(_("le"), default=timezone.now, db_comment="When.")
    kind = models.CharField(
        _("nature"),
        max_length=8,
        choices=MoneyKind,
        db_comment="hold, refund or extra.",
    )
    tokens = models.DecimalField(
        _("jetons"),
        max_digits=10,
        decimal_places=2,
        db_comment="Units, negative when given back.",
    )
    amount_eur = models.DecimalField(
        _("montant, €"),
        max_digits=10,
        decimal_places=4,
        db_comment="Euros, negative when given back.",
    )

    class Meta:
        verbose_name = _("mouvement")
        verbose_name_plural = _("mouvements")
        db_table_comment = "Every movement of money: lines that are only added."
        indexes = [
            models.Index(fields=["day", "user"], name="money_day"),
            models.Index(fields=["batch"], name="money_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_eur} €"


class DayBudget(models.Model):
    """What one may commit in a day; the row without a user is everybody else's."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("utilisateur"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Whose; null: whoever has no row.",
    )
    day_eur = models.DecimalField(
        _("par jour, €"),
        max_digits=10,
        decimal_places=2,
        db_comment="Euros that may be committed in a day of Europe/Paris.",
    )

    class Meta:
        verbose_name = _("budget du jour")
        verbose_name_plural = _("budgets du jour")
        db_table_comment = "What each user may commit in a day."
        constraints = [
            models.CheckConstraint(
                condition=models.Q(day_eur__gte=0), name="day_budget_positive"
            ),
            models.UniqueConstraint(
                models.F("user"), nulls_distinct=False, name="day_budget_one_default"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or '*'} {self.day_eur} €"


class DaySpending(models.Model):
    """What a user has committed in a day; locked by whoever commits more."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="Whose day.",
    )
    day = models.DateField(_("jour"), db_comment="Day of Europe/Paris.")
    committed_eur = models.DecimalField(
        _("engagé, €"),
        max_digits=12,
        decimal_places=4,
        default=Decimal(0),
        db_comment="Charged, plus held for calls open or lost.",
    )

    class Meta:
        verbose_name = _("dépense du jour")
        verbose_name_plural = _("dépenses du jour")
        db_table_comment = "What each user has committed, by day."
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="day_spending_is_one")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day} {self.committed_eur} €"


class SourceDay(models.Model):
    """Calls of a day to a source; locked by whoever makes more, for its quota."""

    source = models.CharField(
        _("source"), max_length=24, choices=Source, db_comment="Source asked."
    )
    day = models.DateField(_("jour"), db_comment="Day of Europe/Paris.")
    calls = models.PositiveIntegerField(
        _("appels"), default=0, db_comment="Calls that left."
    )

    class Meta:
        verbose_name = _("jour d’une source")
        verbose_name_plural = _("jours des sources")
        db_table_comment = "Calls to each source, by day."
        constraints = [
            models.UniqueConstraint(fields=["source", "day"], name="source_day_is_one")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.day} {self.calls}"
