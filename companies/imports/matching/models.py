"""Rows of an import without a number, and the companies they may be about."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.fields import SirenField
from companies.imports.models import Import


class MatchState(models.TextChoices):
    SURE = "sure", _("reconnue")
    DOUBTFUL = "doubtful", _("à confirmer")
    NONE = "none", _("introuvable")
    CONFIRMED = "confirmed", _("confirmée")
    REJECTED = "rejected", _("écartée")


class ImportMatch(models.Model):
    """A row without SIREN or SIRET, and the companies it may be about."""

    of = models.ForeignKey(
        Import,
        on_delete=models.CASCADE,
        related_name="matches",
        db_index=False,
        db_comment="Import it is of.",
    )
    line = models.BigIntegerField(_("ligne"), db_comment="Line of the file, from 1.")
    name = models.TextField(_("nom lu"), db_comment="Name as it was read.")
    place = models.TextField(
        _("lieu lu"), default="", blank=True, db_comment="Post code and town as read."
    )
    state = models.CharField(
        _("état"),
        max_length=9,
        choices=MatchState,
        db_comment="sure, doubtful, none, confirmed or rejected.",
    )
    siren = SirenField(null=True, db_comment="Company chosen; null: none.")
    candidates = models.JSONField(
        default=list,
        db_comment="[{siren, name, place, score}], the likeliest first.",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_comment="Who chose; null: nobody.",
    )

    class Meta:
        db_table = "import_match"
        verbose_name = _("rapprochement")
        verbose_name_plural = _("rapprochements")
        db_table_comment = "Rows known by name only, and the companies they may name."
        constraints = [
            models.UniqueConstraint(fields=["of", "line"], name="import_match_once")
        ]
        indexes = [
            models.Index(fields=["of", "state", "line"], name="import_match_state")
        ]

    def __str__(self) -> str:
        return f"{self.of_id}, {self.line} : {self.name}"
