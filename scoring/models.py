"""Versioned rulesets that ops publish, and the history of every company's scores."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from companies.choices import ScoreState
from companies.fields import PointsField, SirenField
from companies.querysets import DeskQuerySet

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
    # A published version cannot be deleted: the database would ask a million times.
    # Nobody looks for the scores of a version, but for those of a company.
    ruleset = models.ForeignKey(
        Ruleset,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
        db_comment="Version that computed it.",
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


class RulesetTrial(models.Model):
    """A draft tried beside the rules in service, over a sample of companies.

    ``digest`` is of the definition and the weights as they were tried: another figure
    is another content, and asks for a trial of its own before it is published.
    """

    ruleset = models.ForeignKey(
        Ruleset,
        verbose_name=_("brouillon"),
        on_delete=models.CASCADE,
        related_name="trials",
        db_comment="Draft that was tried.",
    )
    against = models.ForeignKey(
        Ruleset,
        verbose_name=_("comparé à"),
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="Published version it was compared with.",
    )
    preset = models.CharField(
        _("jeu de poids"), max_length=32, db_comment="Weights used on both sides."
    )
    digest = models.CharField(
        _("empreinte"),
        max_length=64,
        db_comment="SHA-256 of the definition and weights that were tried.",
    )
    sample = models.CharField(
        _("échantillon"), max_length=120, db_comment="In words: which companies."
    )
    companies = models.PositiveIntegerField(
        _("sociétés"), db_comment="Companies scored on both sides."
    )
    moved = models.PositiveIntegerField(
        _("déplacées"), db_comment="Of them, those whose attractivité or state moved."
    )
    outcome = models.JSONField(
        _("résultat"),
        db_comment="Distribution, bands crossed and who moved most, as codes.",
    )
    seconds = models.FloatField(_("durée, s"), db_comment="How long it took.")
    tried_at = models.DateTimeField(_("essayé le"), db_comment="When.")
    tried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("essayé par"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_comment="Who tried; null: the account is gone.",
    )

    class Meta:
        verbose_name = _("essai de règles")
        verbose_name_plural = _("essais de règles")
        db_table_comment = "Drafts of rules tried over a sample, and who moved."
        indexes = [
            models.Index(fields=["ruleset", "-tried_at"], name="ruleset_trial_latest")
        ]

    def __str__(self) -> str:
        return f"{self.ruleset_id} / {self.against_id}"


class ScoreOverride(models.Model):
    """The figure that a person of a desk puts beside the score, never instead of it.

    It counts until the end of ``until``, or until someone takes it back: then
    ``ended_at`` is set, by whoever did or by whoever gave the next one.
    """

    desk = models.ForeignKey(
        "accounts.Desk", on_delete=models.CASCADE, db_comment="Who may read it."
    )
    siren = SirenField(db_comment="Company, as a number; nine digits with its zeros.")
    points = models.SmallIntegerField(
        _("avis"), db_comment="The person's own figure, 0 to 100."
    )
    reason = models.TextField(_("raison"), db_comment="Why, in their words.")
    until = models.DateField(
        _("jusqu’au"), db_comment="Last day on which it counts, in Paris."
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_comment="Who gave it; null: the account is gone.",
    )
    given_at = models.DateTimeField(_("donné le"), db_comment="When.")
    computed = PointsField(
        null=True,
        db_comment="Attractivité on that day, hundredths of a point; null: none.",
    )
    ended_at = models.DateTimeField(
        _("retiré le"), null=True, db_comment="When it was taken back or replaced."
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_comment="Who took it back or replaced it; null: nobody, or gone.",
    )

    objects = DeskQuerySet.as_manager()

    class Meta:
        db_table = "score_override"
        verbose_name = _("avis sur un score")
        verbose_name_plural = _("avis sur les scores")
        db_table_comment = (
            "A person's own figure beside the score of a company, for their desk."
        )
        constraints = [
            models.UniqueConstraint(
                fields=["desk", "siren"],
                name="score_override_one",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="score_override_is_points",
                condition=models.Q(points__range=(0, 100)),
            ),
            models.CheckConstraint(
                name="score_override_has_a_reason", condition=~models.Q(reason="")
            ),
        ]
        indexes = [models.Index(fields=["siren", "desk"], name="score_override_siren")]

    def __str__(self) -> str:
        return f"{self.siren} {self.points}"


from scoring.experiments.models import Experiment as Experiment  # noqa: E402
from scoring.registry.models import LearnedModel as LearnedModel  # noqa: E402
from scoring.reranking.models import Reranking as Reranking  # noqa: E402
