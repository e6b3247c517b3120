"""Tokens with which programs come in, in the name of the person who made them."""

from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Plan, Scope
from accounts.models.people import User
from mainsite.lib.ids import uuid7


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def live(self) -> "ApiTokenQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def dead_since(self, moment: datetime) -> "ApiTokenQuerySet":
        """Taken back or expired before then, whichever came first."""
        return self.filter(Q(revoked_at__lt=moment) | Q(expires_at__lt=moment))

    def newest_first(self) -> "ApiTokenQuerySet":
        return self.order_by("-created_at", "-pk")


class ApiToken(models.Model):
    """Only a digest of the token is kept: what is shown once cannot be shown again."""

    public_id = models.UUIDField(
        unique=True,
        default=uuid7,
        editable=False,
        db_comment="Identifier in addresses and in the audit trail.",
    )
    owner = models.ForeignKey(
        User,
        verbose_name=_("titulaire"),
        on_delete=models.CASCADE,
        related_name="api_tokens",
        db_comment="In whose name it comes: it never sees more than they do.",
    )
    created_by = models.ForeignKey(
        User,
        verbose_name=_("créé par"),
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="Who made it: the owner, or ops for an API client.",
    )
    name = models.CharField(
        _("nom"), max_length=80, db_comment="What it is for, in its maker's words."
    )
    prefix = models.CharField(
        _("début"),
        max_length=16,
        db_comment="First signs of the token, to recognise it by.",
    )
    digest = models.CharField(
        max_length=64,
        unique=True,
        editable=False,
        db_comment="Keyed digest of the whole token (PEPPER).",
    )
    scopes = ArrayField(
        models.CharField(max_length=12),
        verbose_name=_("droits"),
        db_comment="What it was made for: read, contacts, enrich, export.",
    )
    networks = ArrayField(
        models.CharField(max_length=43),
        verbose_name=_("réseaux"),
        default=list,
        db_comment="Networks from which it reads contacts.",
    )
    plan = models.CharField(
        _("formule"),
        max_length=12,
        choices=Plan.choices,
        default=Plan.STANDARD,
        db_comment="How many calls an hour: settings.RATE_LIMITS, api_<plan>.",
    )
    created_at = models.DateTimeField(
        _("créé le"), auto_now_add=True, db_comment="When it was made."
    )
    expires_at = models.DateTimeField(
        _("expire le"), db_comment="From then on it opens nothing."
    )
    last_used_at = models.DateTimeField(
        _("dernier usage"), null=True, db_comment="Last call, to the minute."
    )
    revoked_at = models.DateTimeField(
        _("révoqué le"), null=True, db_comment="When it was taken back; null: it lives."
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("jeton d’API")
        verbose_name_plural = _("jetons d’API")
        db_table_comment = "Tokens of the API: digests, scopes, end, plan."
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(
                    scopes__contained_by=["read", "contacts", "enrich", "export"]
                ),
                name="api_token_scopes_are_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(scopes__contains=["contacts"])
                | models.Q(networks__len__gt=0),
                name="api_token_contacts_want_a_network",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def resource(self) -> str:
        return f"token:{self.public_id}"

    @property
    def scope_words(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at <= now

    def allows_contacts_from(self, address: str | None) -> bool:
        if address is None:
            return False
        client = ip_address(address)
        return any(client in ip_network(network) for network in self.networks)
