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

    siren = SirenField(db_comment="Company, as a number; nine digits with its zeros.")
    closed_on = models.DateField(_("clôture"), db_comment="Last day of the exercise.")
    account_type = models.CharField(
        max_length=1,
        choices=AccountType,
        db_comment="C company, S simplified, K consolidated.",
    )
    is_closing_estimated = models.BooleanField(
        default=False, db_comment="The source gave the year only."
    )
    duration_months = models.SmallIntegerField(
        null=True, db_comment="Length of the exercise; null: unknown."
    )
    revenue = models.BigIntegerField(
        _("chiffre d’affaires"), null=True, db_comment="Turnover."
    )
    net_income = models.BigIntegerField(
        _("résultat net"), null=True, db_comment="Net result, negative for a loss."
    )
    ebitda = models.BigIntegerField(_("EBE"), null=True, db_comment="EBE.")
    equity = models.BigIntegerField(
        _("capitaux propres"), null=True, db_comment="Capitaux propres."
    )
    financial_debt = models.BigIntegerField(
        _("dettes financières"), null=True, db_comment="Dettes financières."
    )
    headcount = models.IntegerField(
        _("effectif moyen"), null=True, db_comment="Average headcount of the exercise."
    )
    is_confidential = models.BooleanField(
        _("confidentiels"), default=False, db_comment="Filed, and not public."
    )
    is_sandbox = models.BooleanField(
        default=False, db_comment="Told by the sandbox: never a real figure."
    )
    has_unit_jump = models.BooleanField(
        default=False,
        help_text="A jump by about 1,000: thousands instead of euros?",
        db_comment="A jump by about 1,000: thousands instead of euros?",
    )
    provenance = models.JSONField(
        default=dict, db_comment="{field: [source, ISO date read]} of the figures kept."
    )
    disagreements = models.JSONField(
        default=dict, db_comment="{field: {source: value}} of what other sources say."
    )

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
        db_table_comment = (
            "Exercises by account type, in euros. Unknown is null, never zero."
        )

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

    siren = SirenField(db_comment="Company they are an officer of.")
    surname = models.TextField(_("nom"), db_comment="Surname, or name of a company.")
    first_name = models.TextField(
        _("prénom"), default="", blank=True, db_comment="First name."
    )
    birth_year = models.SmallIntegerField(null=True, db_comment="Year of birth.")
    birth_month = models.SmallIntegerField(
        null=True, db_comment="Month of birth; the day is never kept."
    )
    role = models.TextField(_("fonction"), db_comment="Office in words.")
    role_code = models.CharField(
        max_length=32,
        default="",
        blank=True,
        db_comment="Office as the source codes it.",
    )
    since = models.DateField(
        _("depuis"), null=True, db_comment="Appointment; null: unknown."
    )
    is_company = models.BooleanField(default=False, db_comment="A company in office.")
    company_siren = SirenField(null=True, db_comment="Its SIREN.")
    rank = models.SmallIntegerField(default=0, db_comment="Order in the source.")
    source = models.CharField(
        max_length=24, choices=Source, db_comment="Source that told it."
    )
    retrieved_at = models.DateTimeField(db_comment="When the source was read.")
    is_sandbox = models.BooleanField(
        default=False, db_comment="Told by the sandbox: never a real figure."
    )

    class Meta:
        db_table = "officer"
        verbose_name = _("dirigeant")
        verbose_name_plural = _("dirigeants")
        db_table_comment = (
            "Persons and companies in office, as the source publishes them: no address."
        )
        indexes = [models.Index(fields=["siren"], name="officer_siren")]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.surname}".strip()


class LegalEvent(models.Model):
    """A published notice about a company.

    Partitioned by month, so that its key holds the date: ``services`` sees to it that
    a notice whose date was corrected keeps one row.
    """

    siren = SirenField(db_comment="Company, as a number; nine digits with its zeros.")
    kind = models.CharField(
        max_length=20,
        choices=EventKind,
        db_comment="Sale, proceeding, accounts filed, leader change…",
    )
    occurred_on = models.DateField(
        _("date"), db_comment="Date of the event; chooses the partition."
    )
    label = models.TextField(_("libellé"), db_comment="Notice in the source's words.")
    source = models.CharField(
        max_length=24, choices=Source, db_comment="Source that told it."
    )
    source_id = models.TextField(db_comment="Its number at the source.")
    is_sandbox = models.BooleanField(
        default=False, db_comment="Told by the sandbox: never a real figure."
    )

    class Meta:
        db_table = "legal_event"
        verbose_name = _("annonce légale")
        verbose_name_plural = _("annonces légales")
        db_table_comment = (
            "Published notices, partitioned by month of the event; never dropped."
        )
        constraints = [
            models.UniqueConstraint(
                fields=["siren", "source", "source_id", "occurred_on"],
                name="legal_event_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.kind} {self.occurred_on}"


class SourceReading(models.Model):
    """The last time a source was read for a company, and what it gave."""

    siren = SirenField(db_comment="Company, as a number; nine digits with its zeros.")
    source = models.CharField(max_length=24, choices=Source, db_comment="Source read.")
    retrieved_at = models.DateTimeField(db_comment="When.")
    status = models.CharField(max_length=12, db_comment="found, partial, not_found…")
    expires_at = models.DateTimeField(
        null=True, db_comment="Until when it may be reused; null: no limit."
    )
    is_sandbox = models.BooleanField(
        default=False, db_comment="Told by the sandbox: never a real figure."
    )
    cost_eur = models.DecimalField(
        max_digits=10,
        decimal_places=4,
        null=True,
        db_comment="What it cost; null: free.",
    )
    gave = models.JSONField(
        default=dict,
        help_text="Counts by kind of fact.",
        db_comment="Counts by kind of fact.",
    )

    class Meta:
        db_table = "source_reading"
        verbose_name = _("relevé de source")
        verbose_name_plural = _("relevés de sources")
        db_table_comment = "Last time each source was read for a company."
        constraints = [
            models.UniqueConstraint(
                fields=["siren", "source"], name="source_reading_latest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.source}"
