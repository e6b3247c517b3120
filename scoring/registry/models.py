"""Models as rows: what they learnt from, what they are worth, what they answered."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.fields import PointsField, SirenField


class Stage(models.TextChoices):
    CANDIDATE = "candidate", _("candidat")
    PUBLISHED = "published", _("en service")
    RETIRED = "retired", _("retiré")


class LearnedModel(models.Model):
    """One training: its data, its figures, its stage. Only the stage ever changes.

    ``report`` is what the training said (scoring.learning.protocol), ``snapshot`` the
    labels it had, ``comparison`` the last time it was held against the others.
    """

    version = models.CharField(
        _("version"),
        max_length=16,
        unique=True,
        db_comment="Digest of data, columns, parameters and seed.",
    )
    stage = models.CharField(
        _("état"),
        max_length=12,
        choices=Stage,
        default=Stage.CANDIDATE,
        db_comment="candidate, published or retired.",
    )
    horizon_months = models.PositiveSmallIntegerField(
        _("horizon, mois"), db_comment="Months within which a sale counts."
    )
    has_sandbox = models.BooleanField(
        _("bac à sable"),
        default=False,
        db_comment="It learnt from the sandbox too: never published.",
    )
    outcomes = models.PositiveIntegerField(
        _("issues apprises"), db_comment="Rows it learnt from."
    )
    deals = models.PositiveIntegerField(
        _("dont transactions"), db_comment="Of them, deals."
    )
    held_from = models.DateField(
        _("mis de côté depuis"),
        db_comment="What is observed from that day on taught it nothing.",
    )
    snapshot = models.JSONField(
        _("données"), db_comment="Labels it had: counts, days, digest."
    )
    parameters = models.JSONField(
        _("paramètres"), db_comment="Forests, weights and calibration chosen."
    )
    metrics = models.JSONField(
        _("mesures"), db_comment="Figures on its own folds, with intervals."
    )
    report = models.JSONField(
        _("rapport"), db_comment="Splits, columns left out, search, importance."
    )
    comparison = models.JSONField(
        _("comparaison"),
        null=True,
        db_comment="Held against the rules and the model of that day; null: never.",
    )
    sha256 = models.CharField(
        _("empreinte du fichier"), max_length=64, db_comment="SHA-256 of its file."
    )
    trained_at = models.DateTimeField(_("entraîné le"), db_comment="When.")
    trained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entraîné par"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_comment="Who trained it; null: the command, or the account is gone.",
    )
    published_at = models.DateTimeField(
        _("publié le"), null=True, db_comment="When; null: never."
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("publié par"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_comment="Who published it; null: nobody, or gone.",
    )
    retired_at = models.DateTimeField(
        _("retiré le"), null=True, db_comment="When; null: it is not."
    )
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("retiré par"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_comment="Who retired it; null: nobody, or gone.",
    )
    tracked_as = models.CharField(
        _("MLflow"),
        max_length=64,
        blank=True,
        default="",
        db_comment="Run of MLflow; empty: not logged.",
    )

    class Meta:
        db_table = "scoring_model"
        verbose_name = _("modèle")
        verbose_name_plural = _("modèles")
        db_table_comment = "Trained models: data, figures, stage."
        constraints = [
            models.UniqueConstraint(
                fields=["stage"],
                name="scoring_model_one_in_service",
                condition=models.Q(stage=Stage.PUBLISHED),
            ),
            models.CheckConstraint(
                name="scoring_model_deals_are_outcomes",
                condition=models.Q(deals__lte=models.F("outcomes")),
            ),
        ]

    def __str__(self) -> str:
        return f"modèle {self.version}"

    @property
    def is_published(self) -> bool:
        return self.stage == Stage.PUBLISHED


class ModelFile(models.Model):
    """The file itself, apart: a list of models must not carry it.

    In the database, because every machine reaches it and its backup holds it: a fresh
    container has nothing else.
    """

    model = models.OneToOneField(
        LearnedModel,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="file",
        db_comment="Whose file it is.",
    )
    data = models.BinaryField(db_comment="skops file, checked by SHA-256 before use.")
    taught = models.BinaryField(
        db_comment="SIRENs it learnt from, as 32-bit integers, smallest byte first."
    )

    class Meta:
        db_table = "scoring_model_file"
        verbose_name = _("fichier de modèle")
        verbose_name_plural = _("fichiers de modèles")
        db_table_comment = "Files of the trained models, and whom they learnt from."

    def __str__(self) -> str:
        return f"fichier du modèle {self.model_id}"


class HybridWeights(models.Model):
    """How much the rules and the model weigh in a ruleset's hybrid."""

    ruleset = models.OneToOneField(
        "scoring.Ruleset",
        verbose_name=_("règles"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="hybrid",
        db_comment="Ruleset whose setting it is.",
    )
    rules = models.FloatField(
        _("poids des règles"), default=0.6, db_comment="Weight of the rules, 0 to 1."
    )
    model = models.FloatField(
        _("poids du modèle"), default=0.4, db_comment="Weight of the model, 0 to 1."
    )

    class Meta:
        db_table = "scoring_hybrid"
        verbose_name = _("poids du score hybride")
        verbose_name_plural = _("poids du score hybride")
        db_table_comment = "Weights of rules and model in the hybrid, by ruleset."
        constraints = [
            models.CheckConstraint(
                name="scoring_hybrid_weights_are_shares",
                condition=models.Q(rules__gte=0, model__gte=0),
                violation_error_message=_("Un poids est un nombre positif ou nul."),
            ),
            models.CheckConstraint(
                name="scoring_hybrid_weights_sum_to_one",
                condition=models.Q(rules__gte=0.9995 - models.F("model"))
                & models.Q(rules__lte=1.0005 - models.F("model")),
                violation_error_message=_("La somme des deux poids doit valoir 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ruleset_id} {self.rules} / {self.model}"


class ModelReading(models.Model):
    """What a model last answered about a company, with the inputs it had.

    ``factors`` are computed when someone looks, and kept here.
    """

    model = models.ForeignKey(
        LearnedModel, on_delete=models.CASCADE, db_comment="Which model answered."
    )
    siren = SirenField(db_comment="Company, as a number; nine digits with its zeros.")
    read_at = models.DateTimeField(_("calculé le"), db_comment="When.")
    as_of = models.DateField(_("au"), db_comment="Day that ages were counted at.")
    score = PointsField(_("score"), db_comment="Hundredths of a point.")
    probability = models.FloatField(
        _("probabilité"), db_comment="Calibrated probability of a deal."
    )
    confidence = models.FloatField(
        _("confiance"), db_comment="Weight of what is known and in range, 0 to 1."
    )
    inputs = models.JSONField(
        _("entrées"),
        db_comment="{feature: value} that it answered from; null: unknown.",
    )
    factors = models.JSONField(
        _("facteurs"),
        null=True,
        db_comment="[feature, value, points] of the strongest; null: nobody looked.",
    )

    class Meta:
        db_table = "scoring_model_reading"
        verbose_name = _("réponse d’un modèle")
        verbose_name_plural = _("réponses des modèles")
        db_table_comment = "Last answer of each model about a company, replayable."
        constraints = [
            models.UniqueConstraint(
                fields=["siren", "model"], name="scoring_model_reading_latest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.score}"


class ModelDrift(models.Model):
    """How far a feature, or the score, stood in a month from what was learnt."""

    model = models.ForeignKey(
        LearnedModel,
        on_delete=models.CASCADE,
        related_name="drifts",
        db_comment="Which model.",
    )
    month = models.DateField(_("mois"), db_comment="First day of the month.")
    feature = models.CharField(
        _("colonne"), max_length=40, db_comment="Feature; « score » for the score."
    )
    psi = models.FloatField(_("PSI"), db_comment="Population stability index.")
    companies = models.PositiveIntegerField(
        _("sociétés"), db_comment="Companies it was measured on."
    )

    class Meta:
        db_table = "scoring_model_drift"
        verbose_name = _("dérive")
        verbose_name_plural = _("dérives")
        db_table_comment = "Drift of the model in service: per month and feature."
        constraints = [
            models.UniqueConstraint(
                fields=["model", "month", "feature"], name="scoring_model_drift_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.feature} {self.psi:.3f}"


class ModelCalibration(models.Model):
    """What was announced and what came, for the outcomes that a month brought."""

    model = models.ForeignKey(
        LearnedModel,
        on_delete=models.CASCADE,
        related_name="calibrations",
        db_comment="Which model.",
    )
    month = models.DateField(_("mois"), db_comment="First day of the month.")
    outcomes = models.PositiveIntegerField(
        _("issues"), db_comment="Outcomes that became known in it."
    )
    deals = models.PositiveIntegerField(_("transactions"), db_comment="Of them, deals.")
    predicted = models.FloatField(
        _("annoncé"), db_comment="Mean probability the model gave them."
    )
    brier = models.FloatField(
        _("Brier"), db_comment="Mean squared error of the probabilities."
    )

    class Meta:
        db_table = "scoring_model_calibration"
        verbose_name = _("calibration")
        verbose_name_plural = _("calibrations")
        db_table_comment = "Announced against observed, per month of the outcome."
        constraints = [
            models.UniqueConstraint(
                fields=["model", "month"], name="scoring_model_calibration_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.predicted:.3f}"
