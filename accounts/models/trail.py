"""The audit trail."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class AuditEntry(models.Model):
    """Who did what to which resource; written by ``audit.record``, never changed.

    The actor has no database constraint: an entry outlives the account, and no
    deletion needs to touch this table.
    """

    at = models.DateTimeField(_("le"), db_comment="When; chooses the partition.")
    actor = models.ForeignKey(
        User,
        verbose_name=_("par"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        db_comment="User's key, kept when the account goes; null: nobody.",
    )
    action = models.CharField(
        _("action"), max_length=60, db_comment="What was done, as a word."
    )
    resource = models.CharField(
        _("ressource"), max_length=200, db_comment="On what, as kind:id."
    )
    details = models.JSONField(
        _("détails"), db_comment="Counts and codes, no personal data."
    )
    address = models.GenericIPAddressField(
        _("adresse"), null=True, db_comment="Client's address."
    )
    agent = models.CharField(
        _("navigateur"),
        max_length=300,
        db_comment="Client's browser, cut to 300 characters.",
    )
    request_id = models.CharField(
        _("référence"), max_length=64, db_comment="Request that the logs tell of."
    )

    class Meta:
        managed = False
        verbose_name = _("trace d’audit")
        verbose_name_plural = _("traces d’audit")
        db_table_comment = "Who did what: append-only, partitioned by month of UTC."

    def __str__(self) -> str:
        return f"{self.action} {self.resource}"


class AuditSeal(models.Model):
    """A link of the chain over the trail; ``accounts.trail`` makes and checks them."""

    number = models.BigIntegerField(
        _("numéro"),
        primary_key=True,
        db_comment="Place in the chain, from 1, without a gap.",
    )
    sealed_at = models.DateTimeField(_("scellé le"), db_comment="When it was made.")
    first_at = models.DateTimeField(
        _("première trace"), db_comment="Moment of its oldest entry."
    )
    last_at = models.DateTimeField(
        _("dernière trace"), db_comment="Moment of its newest entry."
    )
    digest = models.CharField(
        _("empreinte"),
        max_length=64,
        db_comment="SHA-256 of number, digest before, keys and rows_digest.",
    )

    class Meta:
        managed = False
        db_table = "audit_seal"
        verbose_name = _("sceau de la trace d’audit")
        verbose_name_plural = _("sceaux de la trace d’audit")
        db_table_comment = (
            "Chain of digests over the audit trail, made by audit_seal_now."
        )

    def __str__(self) -> str:
        return str(self.number)


class AuditForgetting(models.Model):
    """A seal whose entries no longer say from where; ``accounts.retention`` asks."""

    seal = models.BigIntegerField(
        _("sceau"), primary_key=True, db_comment="Number of the seal."
    )
    forgotten_at = models.DateTimeField(
        _("oublié le"), db_comment="When; one moment for each run."
    )
    bare_digest = models.CharField(
        _("empreinte"),
        max_length=64,
        db_comment="SHA-256 of the entries' text without address and browser.",
    )

    class Meta:
        managed = False
        db_table = "audit_forgetting"
        verbose_name = _("oubli de la trace d’audit")
        verbose_name_plural = _("oublis de la trace d’audit")
        db_table_comment = (
            "Seals whose entries have lost address and browser; made by "
            "audit_forget_origins."
        )

    def __str__(self) -> str:
        return str(self.seal)
