"""What sources told: accounts, officers, events, and when each source was read."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.choices import AccountType, EventKind, Source
from companies.fields import SirenField


class AnnualAccounts(models.Model):
    """One exercise of one account type: the figure kept from each source.

    ``provenance`` is {field: [source, ISO date read]}; ``disagreements`` is
    {field: {source: value}} for what other sources say.
    """

    siren = SirenField()
    closed_on = models.DateField(_("clôture"))
    account_type = models.CharField(max_length=1, choices=AccountType)
    is_closing_estimated = models.BooleanField(default=False)
    duration_months = models.SmallIntegerField(null=True)
    revenue = models.BigIntegerField(_("chiffre d’affaires"), null=True)
    net_income = models.BigIntegerField(_("résultat net"), null=True)
    ebitda = models.BigIntegerField(_("EBE"), null=True)
    equity = models.BigIntegerField(_("capitaux propres"), null=True)
    financial_debt = models.BigIntegerField(_("dettes financières"), null=True)
    headcount = models.IntegerField(_("effectif moyen"), null=True)
    is_confidential = models.BooleanField(_("confidentiels"), default=False)
    is_sandbox = models.BooleanField(default=False)
    has_unit_jump = models.BooleanField(
        default=False, help_text="A jump by about 1,000: thousands instead of euros?"
    )
    provenance = models.JSONField(default=dict)
    disagreements = models.JSONField(default=dict)

    class Meta:
        db_table = "annual_accounts"
        verbose_name = _("comptes annuels")
        verbose_name_plural = _("comptes annuels")
        constraints = [
            models.UniqueConstraint(
                fields=["siren", "closed_on", "account_type"],
                name="annual_accounts_one_per_exercise",
            )
        ]
        db_table_comment = "Euros. Unknown is null, never zero."

    def __str__(self) -> str:
        return f"{self.siren} {self.closed_on}"

    @property
    def year(self) -> int:
        return self.closed_on.year

    @property
    def net_margin(self) -> float | None:
        """Percent of revenue; None when either amount is unknown."""
        if self.net_income is None or not self.revenue or self.revenue < 0:
            return None
        return 100 * self.net_income / self.revenue


class Officer(models.Model):
    """A person or company in office, as the source publishes it: no address."""

    siren = SirenField()
    surname = models.TextField(_("nom"))
    first_name = models.TextField(_("prénom"), default="", blank=True)
    birth_year = models.SmallIntegerField(null=True)
    birth_month = models.SmallIntegerField(null=True)
    role = models.TextField(_("fonction"))
    role_code = models.CharField(max_length=32, default="", blank=True)
    since = models.DateField(_("depuis"), null=True)
    is_company = models.BooleanField(default=False)
    company_siren = SirenField(null=True)
    rank = models.SmallIntegerField(default=0)
    source = models.CharField(max_length=24, choices=Source)
    retrieved_at = models.DateTimeField()
    is_sandbox = models.BooleanField(default=False)

    class Meta:
        db_table = "officer"
        verbose_name = _("dirigeant")
        verbose_name_plural = _("dirigeants")
        indexes = [models.Index(fields=["siren"], name="officer_siren")]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.surname}".strip()


class LegalEvent(models.Model):
    """A published notice about a company."""

    siren = SirenField()
    kind = models.CharField(max_length=20, choices=EventKind)
    occurred_on = models.DateField(_("date"))
    label = models.TextField(_("libellé"))
    source = models.CharField(max_length=24, choices=Source)
    source_id = models.TextField()
    is_sandbox = models.BooleanField(default=False)

    class Meta:
        db_table = "legal_event"
        verbose_name = _("annonce légale")
        verbose_name_plural = _("annonces légales")
        constraints = [
            models.UniqueConstraint(
                fields=["siren", "source", "source_id"], name="legal_event_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.kind} {self.occurred_on}"


class SourceReading(models.Model):
    """The last time a source was read for a company, and what it gave."""

    siren = SirenField()
    source = models.CharField(max_length=24, choices=Source)
    retrieved_at = models.DateTimeField()
    status = models.CharField(max_length=12)
    expires_at = models.DateTimeField(null=True)
    is_sandbox = models.BooleanField(default=False)
    cost_eur = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    gave = models.JSONField(default=dict, help_text="Counts by kind of fact.")

    class Meta:
        db_table = "source_reading"
        verbose_name = _("relevé de source")
        verbose_name_plural = _("relevés de sources")
        constraints = [
            models.UniqueConstraint(
                fields=["siren", "source"], name="source_reading_latest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.source}"
