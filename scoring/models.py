"""Versioned rulesets that ops publish, and the history of every company's scores."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from companies.choices import ScoreState
from companies.fields import PointsField, SirenField

COMPONENTS = (
    "financial_performance",
    "growth_trajectory",
    "profitability",
    "financial_health",
    "operational_scale",
    "market_position",
    "management_quality",
    "strategic_value",
)
TOLERANCE = 0.001


def _total() -> models.expressions.Combinable:
    first, *others = COMPONENTS
    total: models.expressions.Combinable = models.F(first)
    for name in others:
        total = total + models.F(name)
    return total


class RulesetState(models.TextChoices):
    DRAFT = "draft", _("brouillon")
    PUBLISHED = "published", _("publié")


class Ruleset(models.Model):
    """The figures of one version; once published it is never edited."""

    version = models.CharField(
        _("version"), max_length=16, primary_key=True, db_comment="Name of the version."
    )
    state = models.CharField(
        _("état"),
        max_length=12,
        choices=RulesetState,
        default=RulesetState.DRAFT,
        db_comment="draft or published.",
    )
    definition = models.JSONField(
        _("définition"),
        help_text="Curves, caps, points: scoring/rulesets/*.json.",
        db_comment="Curves, caps and points.",
    )
    published_at = models.DateTimeField(
        _("publié le"),
        null=True,
        blank=True,
        db_comment="When it was published; null: draft.",
    )

    class Meta:
        verbose_name = _("règles")
        verbose_name_plural = _("règles")
        db_table_comment = (
            "Versions of the scoring rules; a published one never changes."
        )

    def __str__(self) -> str:
        return f"règles {self.version}"

    @property
    def is_published(self) -> bool:
        return self.state == RulesetState.PUBLISHED


class WeightPreset(models.Model):
    """Eight weights under a name; a set that does not sum to 1 is refused."""

    ruleset = models.ForeignKey(
        Ruleset,
        on_delete=models.CASCADE,
        related_name="presets",
        db_comment="Version it belongs to.",
    )
    name = models.CharField(_("nom"), max_length=32, db_comment="Name of the set.")
    financial_performance = models.FloatField(
        _("performance financière"), db_comment="Weight of the component, 0 to 1."
    )
    growth_trajectory = models.FloatField(
        _("croissance"), db_comment="Weight of the component, 0 to 1."
    )
    profitability = models.FloatField(
        _("rentabilité"), db_comment="Weight of the component, 0 to 1."
    )
    financial_health = models.FloatField(
        _("santé financière"), db_comment="Weight of the component, 0 to 1."
    )
    operational_scale = models.FloatField(
        _("taille opérationnelle"), db_comment="Weight of the component, 0 to 1."
    )
    market_position = models.FloatField(
        _("position de marché"), db_comment="Weight of the component, 0 to 1."
    )
    management_quality = models.FloatField(
        _("direction"), db_comment="Weight of the component, 0 to 1."
    )
    strategic_value = models.FloatField(
        _("valeur stratégique"), db_comment="Weight of the component, 0 to 1."
    )

    class Meta:
        verbose_name = _("jeu de poids")
        verbose_name_plural = _("jeux de poids")
        db_table_comment = "Named sets of eight weights that sum to 1."
        constraints = [
            models.UniqueConstraint(
                fields=["ruleset", "name"], name="weight_preset_name"
            ),
            models.CheckConstraint(
                name="weight_preset_sums_to_one",
                condition=models.Q(GreaterThanOrEqual(_total(), 1 - TOLERANCE))
                & models.Q(LessThanOrEqual(_total(), 1 + TOLERANCE)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ruleset_id} {self.name}"

    @property
    def weights(self) -> dict[str, float]:
        return {name: getattr(self, name) for name in COMPONENTS}

    def clean(self) -> None:
        values: list[Any] = list(self.weights.values())
        if any(value is None or value < 0 for value in values):
            raise ValidationError(_("Un poids est un nombre positif ou nul."))
        total = sum(values)
        if abs(total - 1) > TOLERANCE:
            raise ValidationError(
                _("La somme des poids est %(total).3f : elle doit valoir 1 ± 0,001."),
                params={"total": total},
            )


class Score(models.Model):
    """A company's readings at a moment; kept when a reading or a reason changed.

    ``row`` holds the numbers and codes of scoring.rules (600 bytes at most), worded
    when shown by the functions of its ruleset's version.
    """

    siren = SirenField(db_comment="Company, as a number; nine digits with its zeros.")
    ruleset = models.ForeignKey(
        Ruleset, on_delete=models.PROTECT, db_comment="Version that computed it."
    )
    preset = models.CharField(
        max_length=32, default="default", db_comment="Weights used."
    )
    scored_at = models.DateTimeField(
        _("calculé le"), db_comment="When; chooses the partition."
    )
    as_of = models.DateField(_("au"), db_comment="Day that ages were counted at.")
    attractiveness = PointsField(
        _("attractivité"),
        null=True,
        db_comment="Hundredths of a point; null: not evaluable.",
    )
    sale_likelihood = PointsField(
        _("cédabilité"),
        null=True,
        db_comment="Hundredths of a point; null: not evaluable.",
    )
    coverage = PointsField(
        _("couverture"), null=True, db_comment="Hundredths of a point."
    )
    state = models.SmallIntegerField(
        choices=ScoreState, db_comment="1 evaluable, 2 not."
    )
    row = models.JSONField(
        db_comment="Components, inputs and reasons as numbers and codes."
    )

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        db_table_comment = "History of readings by month of UTC; a row where one moved."
        indexes = [
            models.Index(fields=["siren", "ruleset", "-scored_at"], name="score_latest")
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.ruleset_id} {self.attractiveness}"
