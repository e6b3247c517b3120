"""A selection as another set of weights ranks it, on the day it was asked."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.querysets import DeskQuerySet

# The points of a company that is not evaluable.
NOT_EVALUABLE = -1


class Reranking(models.Model):
    """``sirens`` go from the best to the last, ``points`` beside them."""

    public_id = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, db_comment="Name in addresses."
    )
    desk = models.ForeignKey(
        "accounts.Desk", on_delete=models.CASCADE, db_comment="Who may read it."
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_comment="Who asked; null: the account is gone.",
    )
    name = models.CharField(_("nom"), max_length=80, db_comment="Name on screen.")
    ruleset = models.ForeignKey(
        "scoring.Ruleset",
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="Version of the rules that computed it.",
    )
    preset = models.CharField(
        _("jeu de poids"), max_length=32, db_comment="Weights used."
    )
    words = models.CharField(
        max_length=400, db_comment="The selection, in words of the day."
    )
    as_of = models.DateField(_("au"), db_comment="Day that ages were counted at.")
    made_at = models.DateTimeField(_("fait le"), db_comment="When.")
    sirens = ArrayField(
        models.IntegerField(), db_comment="Companies as numbers, the best first."
    )
    points = ArrayField(
        models.SmallIntegerField(),
        db_comment="Hundredths of a point, by company; -1: not evaluable.",
    )

    objects = DeskQuerySet.as_manager()

    class Meta:
        db_table = "score_reranking"
        verbose_name = _("reclassement")
        verbose_name_plural = _("reclassements")
        db_table_comment = "Selections ranked by another set of weights, for a desk."
        indexes = [
            models.Index(fields=["desk", "-made_at"], name="score_reranking_latest")
        ]

    def __str__(self) -> str:
        return self.name
