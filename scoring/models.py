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

    version = models.CharField(_("version"), max_length=16, primary_key=True)
    state = models.CharField(
        _("état"), max_length=12, choices=RulesetState, default=RulesetState.DRAFT
    )
    definition = models.JSONField(
        _("définition"), help_text="Curves, caps, points: scoring/rulesets/*.json."
    )
    published_at = models.DateTimeField(_("publié le"), null=True, blank=True)

    class Meta:
        verbose_name = _("règles")
        verbose_name_plural = _("règles")

    def __str__(self) -> str:
        return f"règles {self.version}"

    @property
    def is_published(self) -> bool:
        return self.state == RulesetState.PUBLISHED


class WeightPreset(models.Model):
    """Eight weights under a name; a set that does not sum to 1 is refused."""

    ruleset = models.ForeignKey(
        Ruleset, on_delete=models.CASCADE, related_name="presets"
    )
    name = models.CharField(_("nom"), max_length=32)
    financial_performance = models.FloatField(_("performance financière"))
    growth_trajectory = models.FloatField(_("croissance"))
    profitability = models.FloatField(_("rentabilité"))
    financial_health = models.FloatField(_("santé financière"))
    operational_scale = models.FloatField(_("taille opérationnelle"))
    market_position = models.FloatField(_("position de marché"))
    management_quality = models.FloatField(_("direction"))
    strategic_value = models.FloatField(_("valeur stratégique"))

    class Meta:
        verbose_name = _("jeu de poids")
        verbose_name_plural = _("jeux de poids")
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

    siren = SirenField()
    ruleset = models.ForeignKey(Ruleset, on_delete=models.PROTECT)
    preset = models.CharField(max_length=32, default="default")
    scored_at = models.DateTimeField(_("calculé le"))
    as_of = models.DateField(_("au"))
    attractiveness = PointsField(_("attractivité"), null=True)
    sale_likelihood = PointsField(_("cédabilité"), null=True)
    coverage = PointsField(_("couverture"), null=True)
    state = models.SmallIntegerField(choices=ScoreState)
    row = models.JSONField()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        indexes = [
            models.Index(fields=["siren", "ruleset", "-scored_at"], name="score_latest")
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.ruleset_id} {self.attractiveness}"
