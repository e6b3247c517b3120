"""Figures counted ahead by the database; ``companies.statistics`` refreshes them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.fields import PointsField


class SectorStatistics(models.Model):
    """A cell of sector × place × headcount band of the materialised view.

    An empty code says all, ``UNKNOWN`` says unknown. Enriched and scored companies are
    counted among the open ones; quartiles need ten companies with a revenue.
    """

    ALL, UNKNOWN = "", "-"

    cell = models.TextField(primary_key=True, db_comment="The five codes, joined.")
    section = models.TextField(
        _("section"), db_comment="NAF section; empty: all, -: unknown."
    )
    division = models.TextField(
        _("division"), db_comment="NAF division; empty: all, -: unknown."
    )
    region = models.TextField(
        _("région"), db_comment="Région of the head office; empty: all, -: unknown."
    )
    departement = models.TextField(
        _("département"), db_comment="Département; empty: all, -: unknown."
    )
    band = models.TextField(
        _("tranche d’effectif"),
        db_comment="Lower bound of the headcount band; empty: all, -: unknown.",
    )
    companies = models.IntegerField(
        _("sociétés"), db_comment="Companies, closed ones included."
    )
    active = models.IntegerField(_("ouvertes"), db_comment="Open companies.")
    enriched = models.IntegerField(
        _("enrichies"), db_comment="Open companies enriched once or more."
    )
    scored = models.IntegerField(
        _("évaluées"), db_comment="Open companies with a score."
    )
    score_mean = PointsField(
        _("attractivité moyenne"),
        null=True,
        db_comment="Mean score, hundredths of a point.",
    )
    score_median = PointsField(
        _("attractivité médiane"),
        null=True,
        db_comment="Median score, hundredths of a point.",
    )
    with_revenue = models.IntegerField(
        _("avec CA"), db_comment="Open companies of known revenue."
    )
    revenue_q1 = models.BigIntegerField(
        _("CA, 1er quartile"),
        null=True,
        db_comment="First quartile in euros; null under ten companies.",
    )
    revenue_median = models.BigIntegerField(
        _("CA médian"),
        null=True,
        db_comment="Median in euros; null under ten companies.",
    )
    revenue_q3 = models.BigIntegerField(
        _("CA, 3e quartile"),
        null=True,
        db_comment="Third quartile in euros; null under ten companies.",
    )

    class Meta:
        managed = False
        db_table = "sector_statistics"
        verbose_name = _("statistique par secteur et lieu")
        verbose_name_plural = _("statistiques par secteur et lieu")
        db_table_comment = "Companies by sector, place and headcount band."

    def __str__(self) -> str:
        return str(self.cell)

    @property
    def enriched_share(self) -> float | None:
        """Of the open companies; None where there is none."""
        return self.enriched / self.active if self.active else None


class StatisticsRefresh(models.Model):
    """One counting of the statistics: when it began, how long it took."""

    counted_at = models.DateTimeField(
        _("chiffres du"), db_comment="When it began: the date of the figures."
    )
    seconds = models.FloatField(_("durée, s"), db_comment="How long it took.")
    cells = models.IntegerField(_("cases"), db_comment="Rows of sector_statistics.")

    class Meta:
        managed = False
        db_table = "statistics_refresh"
        verbose_name = _("calcul des statistiques")
        verbose_name_plural = _("calculs des statistiques")
        db_table_comment = "Countings of the statistics, those of the last 90 days."

    def __str__(self) -> str:
        return f"{self.counted_at:%Y-%m-%d %H:%M}"
