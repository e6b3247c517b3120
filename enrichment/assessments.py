"""Signing, and withdrawing, that a source of contacts was weighed."""

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import User
from enrichment.actions import Action
from enrichment.contacts import options_that_reach
from enrichment.models import Provider, SourceAssessment
from enrichment.providers.registry import provider_classes


def is_assessed(name: str) -> bool:
    """Only a source that tells of people is."""
    return name in provider_classes() and bool(options_that_reach(name))


@transaction.atomic
def sign(
    *,
    source: str,
    lawful_basis: str,
    licence: str,
    statement: str,
    by: User,
    request: HttpRequest | None = None,
) -> SourceAssessment:
    """A new one takes the place of the last: contacts name the basis of their day."""
    provider = Provider.objects.select_for_update(no_key=True).get(pk=source)
    _standing(source).update(withdrawn_at=timezone.now())
    signed = SourceAssessment.objects.create(
        provider=provider,
        signed_by=by,
        lawful_basis=lawful_basis,
        licence=licence,
        statement=statement,
    )
    _audit(Action.ASSESSMENT_SIGNED, signed, by, request)
    return signed


@transaction.atomic
def withdraw(*, source: str, by: User, request: HttpRequest | None = None) -> bool:
    """Nothing more is asked of the source; what is held stays until its time."""
    standing = _standing(source).select_for_update(no_key=True).first()
    if standing is None:
        return False
    standing.withdrawn_at = timezone.now()
    standing.save(update_fields=["withdrawn_at"])
    _audit(Action.ASSESSMENT_WITHDRAWN, standing, by, request)
    return True


def of(source: str) -> list[SourceAssessment]:
    """Every one that was ever signed, the newest first."""
    rows = SourceAssessment.objects.filter(provider_id=source)
    return list(rows.select_related("signed_by").order_by("-signed_at", "-pk"))


def _standing(source: str) -> QuerySet[SourceAssessment]:
    return SourceAssessment.objects.filter(
        provider_id=source, withdrawn_at__isnull=True
    )


def _audit(
    action: Action, signed: SourceAssessment, by: User, request: HttpRequest | None
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"provider:{signed.provider_id}",
        details={"assessment": signed.pk, "lawful_basis": signed.lawful_basis},
        request=request,
    )
