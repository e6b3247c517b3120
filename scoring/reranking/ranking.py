"""From a selection and a set of weights to ranks."""

from collections.abc import Sequence

import numpy as np
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.choices import AuditWord
from accounts.models import User
from companies.pipeline import PersonHasNoDesk
from scoring import published
from scoring.bulk import choice, source
from scoring.reranking.models import NOT_EVALUABLE, Reranking
from scoring.rules import engine
from scoring.rules.arrays import Floats, Indexes
from scoring.rules.curves import round2
from scoring.rules.ruleset import Ruleset

# As many as a person can go through; computed while they wait.
MOST = 10_000
# The shipped sets of weights in words; ops name their own.
LABELS = {
    "default": _("équilibré"),
    "conservative": _("prudent"),
    "growth": _("croissance"),
    "strategic": _("stratégique"),
    "cached_growth": _("croissance, du cache du prototype"),
    "cached_value": _("valeur, du cache du prototype"),
    "cached_risk_averse": _("sans risque, du cache du prototype"),
}


class Action(AuditWord):
    """What the audit trail tells of rerankings."""

    MADE = "reranking_made", _("sélection reclassée")
    DELETED = "reranking_deleted", _("reclassement supprimé")


def label(preset: str) -> str:
    return str(LABELS.get(preset, preset))


def rules() -> Ruleset:
    """Those in service: their sets of weights are what can be chosen."""
    return published.load(published.served().newest)


@transaction.atomic
def make(
    *,
    sirens: Sequence[str],
    words: str,
    name: str,
    preset: str,
    by: User,
    request: HttpRequest | None = None,
) -> Reranking:
    """Raises PersonHasNoDesk. Equal points: the smaller SIREN first."""
    if by.desk is None:
        raise PersonHasNoDesk(by)
    ruleset, today = rules(), timezone.localdate()
    known = source.read(choice.among(sirens), today)
    readings = engine.compute(
        known.columns(ruleset), ruleset=ruleset, preset=preset, as_of=today
    )
    points = _hundredths(readings.attractiveness)
    order = np.lexsort((known.sirens, -points))
    made: Reranking = Reranking.objects.create(
        desk=by.desk,
        author=by,
        name=name,
        ruleset_id=ruleset.version,
        preset=preset,
        words=words[:400],
        as_of=today,
        made_at=timezone.now(),
        sirens=known.sirens[order].tolist(),
        points=points[order].tolist(),
    )
    _record(made, Action.MADE, by, request)
    return made


@transaction.atomic
def delete(*, row: Reranking, by: User, request: HttpRequest | None = None) -> None:
    _record(row, Action.DELETED, by, request)
    row.delete()


def _hundredths(attractiveness: Floats) -> Indexes:
    found = np.rint(round2(attractiveness) * 100)
    return np.where(np.isnan(found), NOT_EVALUABLE, found).astype(np.int64)


def _record(
    row: Reranking, action: Action, by: User, request: HttpRequest | None
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"reranking:{row.public_id}",
        details={"preset": row.preset, "companies": len(row.sirens)},
        request=request,
    )
