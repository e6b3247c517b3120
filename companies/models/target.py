"""The narrow row of a company that has anything beyond the register."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.choices import ScoreState
from companies.fields import PointsField, SirenField


class Target(models.Model):
    """What an analyst filters and sorts on; written by enrichment and scoring.

    It repeats the register's filter columns so that one search reads one table.
    ``score`` is the one ``ma_score`` of the installation (scoring.md), with the
    other two readings beside it; null means not scored, never zero.
    """

    siren = SirenField(primary_key=True, db_comment="Same as company.siren.")
    geo = models.IntegerField(null=True, db_comment="As in register.")
    created_on = models.DateField(null=True, db_comment="As in register.")
    headcount = models.IntegerField(null=True, db_comment="As in register.")
    naf = models.SmallIntegerField(null=True, db_comment="As in register.")
    legal_form = models.SmallIntegerField(null=True, db_comment="As in register.")
    flags = models.SmallIntegerField(default=1, db_comment="As in register.")
    folded_name = models.TextField(default="", db_comment="As in company.")
    enriched_at = models.DateTimeField(
        null=True, db_comment="Last enrichment; null: never."
    )
    revenue = models.BigIntegerField(
        _("chiffre d’affaires"), null=True, db_comment="Latest known, euros."
    )
    revenue_year = models.SmallIntegerField(null=True, db_comment="Its exercise.")
    net_income = models.BigIntegerField(
        _("résultat net"), null=True, db_comment="Of the same exercise, euros."
    )
    ebitda = models.BigIntegerField(
        null=True, db_comment="Of the same exercise, euros."
    )
    accounts_closed_on = models.DateField(
        null=True, db_comment="Latest filing, public or not."
    )
    accounts_headcount = models.IntegerField(
        _("effectif des comptes"),
        null=True,
        help_text="Wins over the band's floor.",
        db_comment="Headcount of the accounts; wins over the band's floor.",
    )
    is_confidential = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Latest accounts filed, not public.",
        db_comment="Latest accounts filed, not public.",
    )
    sources_disagree = models.BooleanField(
        default=False,
        db_default=False,
        db_comment="Some figure differs between sources.",
    )
    leader_birth_year = models.SmallIntegerField(
        null=True, db_comment="Of the leader; null: unknown."
    )
    leader_since = models.DateField(
        null=True, db_comment="Appointment of the leader; null: unknown."
    )
    leader_name = models.TextField(
        default="",
        db_default="",
        blank=True,
        db_comment="Name of the leader; empty: unknown or masked.",
    )
    has_email = models.BooleanField(
        default=False,
        db_default=False,
        help_text="A contact's address is known.",
        db_comment="A contact's address is known.",
    )
    has_phone = models.BooleanField(
        default=False,
        db_default=False,
        help_text="A contact's number is known.",
        db_comment="A contact's number is known.",
    )
    score = PointsField(
        _("attractivité"),
        null=True,
        db_comment="Attractivité, hundredths of a point; null: not scored.",
    )
    sale_likelihood = PointsField(
        _("cédabilité"), null=True, db_comment="Cédabilité, hundredths of a point."
    )
    coverage = PointsField(
        _("couverture"), null=True, db_comment="Couverture, hundredths of a point."
    )
    score_state = models.SmallIntegerField(
        choices=ScoreState,
        null=True,
        db_comment="1 evaluable, 2 not; null: not scored.",
    )
    score_flag = models.TextField(
        default="",
        db_default="",
        blank=True,
        db_comment="Red flag that caps the score.",
    )
    missing = models.TextField(
        default="",
        db_default="",
        blank=True,
        help_text="Field group that would weigh most if it were known.",
        db_comment="Field group that would weigh most if it were known.",
    )
    stakes = models.JSONField(
        null=True,
        help_text="Points still open by field group, written by scoring.",
        db_comment="Points still open by field group.",
    )
    ruleset = models.CharField(
        max_length=16, default="", db_default="", db_comment="Version behind the score."
    )
    scored_at = models.DateTimeField(null=True, db_comment="When it was scored.")

    class Meta:
        db_table = "target"
        verbose_name = _("cible")
        verbose_name_plural = _("cibles")
        db_table_comment = (
            "Narrow row of the companies with more than the register says."
        )

    def __str__(self) -> str:
        return str(self.siren)
