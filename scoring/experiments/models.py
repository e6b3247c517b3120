"""An experiment: two ways to score, the share of companies that get the second."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.fields import PointsField, SirenField
from mainsite.lib.flags import BASIS_POINTS

# Flags have underscores: the hash of one is never that of the other.
SLUG = RegexValidator(
    r"^[a-z0-9]+(-[a-z0-9]+)*\Z",
    _("Des minuscules et des chiffres, séparés par des tirets."),
)


class ExperimentState(models.TextChoices):
    DRAFT = "draft", _("brouillon")
    RUNNING = "running", _("en cours")
    ENDED = "ended", _("terminée")


class Experiment(models.Model):
    """Which algorithm a company gets is ``assignment``'s, from the slug and the share.

    Once it runs only the share may change: its arms, its name in the hash and how its
    outcomes are judged are those it began with.
    """

    public_id = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, db_comment="Name in addresses."
    )
    name = models.CharField(_("nom"), max_length=80, db_comment="Name on screen.")
    slug = models.CharField(
        _("nom court"),
        max_length=40,
        unique=True,
        validators=[SLUG],
        help_text=_("Il fixe le tirage : deux expériences tirent séparément."),
        db_comment="Hashed with the SIREN: it decides who is drawn.",
    )
    control = models.ForeignKey(
        "scoring.Ruleset",
        verbose_name=_("témoin"),
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Les règles des autres sociétés."),
        db_comment="Rules of the companies that are not treated.",
    )
    treatment = models.ForeignKey(
        "scoring.Ruleset",
        verbose_name=_("traitement"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=_("Vide : l’hybride, règles et modèle."),
        db_comment="Rules of the treated companies; null: the hybrid.",
    )
    model = models.ForeignKey(
        "scoring.LearnedModel",
        verbose_name=_("modèle"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        db_comment="In service when the hybrid began to treat; null: no hybrid, draft.",
    )
    share = models.SmallIntegerField(
        _("part"),
        default=1000,
        validators=[MinValueValidator(0), MaxValueValidator(BASIS_POINTS)],
        help_text=_("En points de base : 1 000 traite 10 % des sociétés."),
        db_comment="Companies treated, in basis points; 0 once ended.",
    )
    horizon_days = models.SmallIntegerField(
        _("délai de jugement, jours"),
        default=180,
        validators=[MinValueValidator(1), MaxValueValidator(1095)],
        help_text=_(
            "Une société suivie compte ce nombre de jours après, gagnée ou non."
        ),
        db_comment="Days after it is taken up when a company counts, won or not.",
    )
    ends_on = models.DateField(
        _("fin prévue"), db_comment="Last day on which it treats, in Paris."
    )
    state = models.CharField(
        _("état"),
        max_length=8,
        choices=ExperimentState,
        default=ExperimentState.DRAFT,
        db_comment="draft, running or ended.",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("auteur"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_comment="Who made it; null: the account is gone.",
    )
    created_at = models.DateTimeField(
        _("créée le"), auto_now_add=True, db_comment="When it was made."
    )
    started_at = models.DateTimeField(
        _("début"), null=True, db_comment="When it began to treat; null: draft."
    )
    ended_at = models.DateTimeField(
        _("fin"), null=True, db_comment="When it ceased to; null: it has not."
    )

    class Meta:
        verbose_name = _("expérience")
        verbose_name_plural = _("expériences")
        db_table_comment = "Two ways to score, compared on what became of companies."
        constraints = [
            models.CheckConstraint(
                name="experiment_share_is_one",
                condition=models.Q(share__range=(0, BASIS_POINTS)),
            ),
            models.CheckConstraint(
                name="experiment_horizon_is_days",
                condition=models.Q(horizon_days__range=(1, 1095)),
            ),
            models.CheckConstraint(
                name="experiment_arms_differ",
                condition=models.Q(treatment__isnull=True)
                | ~models.Q(treatment=models.F("control")),
                violation_error_message=_("Les deux bras sont les mêmes règles."),
            ),
            models.CheckConstraint(
                name="experiment_is_dated",
                condition=models.Q(
                    state="draft", started_at__isnull=True, ended_at__isnull=True
                )
                | models.Q(
                    state="running", started_at__isnull=False, ended_at__isnull=True
                )
                | models.Q(
                    state="ended", started_at__isnull=False, ended_at__isnull=False
                ),
            ),
            models.CheckConstraint(
                name="experiment_hybrid_has_a_model",
                condition=models.Q(model__isnull=True, treatment__isnull=False)
                | models.Q(model__isnull=True, state="draft")
                | models.Q(model__isnull=False, treatment__isnull=True),
            ),
            # A company has one score: two experiments would each claim it.
            models.UniqueConstraint(
                fields=["state"],
                name="experiment_one_runs",
                condition=models.Q(state="running"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def share_ratio(self) -> float:
        return self.share / BASIS_POINTS

    @property
    def is_draft(self) -> bool:
        return self.state == ExperimentState.DRAFT

    @property
    def is_running(self) -> bool:
        return self.state == ExperimentState.RUNNING


class ShareChange(models.Model):
    """One step of the share: it says which arm a company was in at any moment."""

    experiment = models.ForeignKey(
        Experiment,
        verbose_name=_("expérience"),
        on_delete=models.CASCADE,
        related_name="shares",
        db_comment="Experiment it belongs to.",
    )
    since = models.DateTimeField(_("depuis"), db_comment="From when it counts.")
    share = models.SmallIntegerField(
        _("part"), db_comment="Companies treated from then on, in basis points."
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("par"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_comment="Who set it; null: the planned end, or the account is gone.",
    )

    class Meta:
        verbose_name = _("part d’une expérience")
        verbose_name_plural = _("parts des expériences")
        db_table_comment = "Shares that an experiment has had; never changed."
        constraints = [
            models.UniqueConstraint(
                fields=["experiment", "since"], name="share_change_at"
            ),
            models.CheckConstraint(
                name="share_change_is_one",
                condition=models.Q(share__range=(0, BASIS_POINTS)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id} {self.share}"


class NotedScore(models.Model):
    """The hybrid's score of a company when it was taken up.

    Of the rules each score stays in their history; of the hybrid only the last one.
    """

    experiment = models.ForeignKey(
        Experiment,
        verbose_name=_("expérience"),
        on_delete=models.CASCADE,
        related_name="noted",
        db_comment="Experiment it belongs to.",
    )
    siren = SirenField(db_comment="Company, as a number; nine digits with its zeros.")
    taken_up_at = models.DateTimeField(
        _("suivie le"), db_comment="When a desk took it up."
    )
    score = PointsField(
        _("attractivité"), db_comment="As served then, hundredths of a point."
    )

    class Meta:
        verbose_name = _("score relevé")
        verbose_name_plural = _("scores relevés")
        db_table_comment = "Hybrid scores of companies, as they were when taken up."
        constraints = [
            models.UniqueConstraint(
                fields=["experiment", "siren"], name="noted_score_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.score}"
