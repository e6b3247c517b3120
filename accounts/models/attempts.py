"""How often a door was tried lately."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class LoginThrottle(models.Model):
    """The moments of the last attempts under one key; written by ``throttle`` only."""

    key = models.CharField(
        max_length=64,
        primary_key=True,
        db_comment="Keyed digest of what is limited: an address, an account.",
    )
    hits = ArrayField(
        models.DateTimeField(), db_comment="Moments of the attempts in the window."
    )
    last_hit_at = models.DateTimeField(
        db_index=True, db_comment="Latest of them, to forget the row by."
    )

    class Meta:
        verbose_name = _("limite d’essais")
        verbose_name_plural = _("limites d’essais")
        db_table_comment = (
            "Moments of the last attempts, by key; forgotten after an hour."
        )

    def __str__(self) -> str:
        return self.key
