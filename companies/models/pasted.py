"""SIRENs pasted in the search, kept so that its address stays short."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.querysets import DeskQuerySet
from mainsite.lib.ids import uuid7


class PastedSirens(models.Model):
    """A desk's own: its address means nothing to another desk.

    Nothing follows from a search: these companies are in no list and are no targets.
    """

    public_id = models.UUIDField(
        default=uuid7,
        unique=True,
        editable=False,
        db_comment="Identifier in addresses.",
    )
    desk = models.ForeignKey(
        "accounts.Desk",
        verbose_name=_("équipe"),
        on_delete=models.CASCADE,
        db_comment="Whose search.",
    )
    digest = models.CharField(
        max_length=64, editable=False, db_comment="SHA-256 of the sorted SIRENs."
    )
    sirens = ArrayField(
        models.IntegerField(),
        verbose_name=_("SIREN"),
        db_comment="As numbers, in order.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("collés par"),
        on_delete=models.SET_NULL,
        null=True,
        db_comment="Who pasted them first; null: the account is gone.",
    )
    created_at = models.DateTimeField(
        _("collés le"), auto_now_add=True, db_comment="When."
    )

    objects = DeskQuerySet.as_manager()

    class Meta:
        db_table = "pasted_sirens"
        db_table_comment = "SIRENs pasted in the search, one row by desk and set."
        verbose_name = _("SIREN collés")
        verbose_name_plural = _("SIREN collés")
        constraints = [
            models.UniqueConstraint(
                fields=["desk", "digest"], name="pasted_sirens_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)
