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

    siren = SirenField(primary_key=True)
    geo = models.IntegerField(null=True)
    created_on = models.DateField(null=True)
    headcount = models.IntegerField(null=True)
    naf = models.SmallIntegerField(null=True)
    legal_form = models.SmallIntegerField(null=True)
    flags = models.SmallIntegerField(default=1)
    folded_name = models.TextField(default="")
    enriched_at = models.DateTimeField(null=True)
    revenue = models.BigIntegerField(_("chiffre d’affaires"), null=True)
    revenue_year = models.SmallIntegerField(null=True)
    net_income = models.BigIntegerField(_("résultat net"), null=True)
    ebitda = models.BigIntegerField(null=True)
    accounts_closed_on = models.DateField(null=True)
    accounts_headcount = models.IntegerField(
        _("effectif des comptes"), null=True, help_text="Wins over the band's floor."
    )
    is_confidential = models.BooleanField(
        default=False, db_default=False, help_text="Latest accounts filed, not public."
    )
    sources_disagree = models.BooleanField(default=False, db_default=False)
    leader_birth_year = models.SmallIntegerField(null=True)
    leader_since = models.DateField(null=True)
    leader_name = models.TextField(default="", db_default="", blank=True)
    has_email = models.BooleanField(
        default=False, db_default=False, help_text="A contact's address is known."
    )
    has_phone = models.BooleanField(
        default=False, db_default=False, help_text="A contact's number is known."
    )
    score = PointsField(_("attractivité"), null=True)
    sale_likelihood = PointsField(_("cédabilité"), null=True)
    coverage = PointsField(_("couverture"), null=True)
    score_state = models.SmallIntegerField(choices=ScoreState, null=True)
    score_flag = models.TextField(default="", db_default="", blank=True)
    missing = models.TextField(
        default="",
        db_default="",
        blank=True,
        help_text="Field group that would weigh most if it were known.",
    )
    stakes = models.JSONField(
        null=True, help_text="Points still open by field group, written by scoring."
    )
    ruleset = models.CharField(max_length=16, default="", db_default="")
    scored_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "target"
        verbose_name = _("cible")
        verbose_name_plural = _("cibles")
        db_table_comment = (
            "Companies with an answer, a score, a contact, a status or a list. "
            "Readings are hundredths of a point."
        )

    def __str__(self) -> str:
        return str(self.siren)
