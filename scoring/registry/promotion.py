"""From candidate to service, and out of it."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from mainsite.lib import formatting
from scoring import published
from scoring.registry import comparing, storing
from scoring.registry.actions import Action
from scoring.registry.models import LearnedModel, Stage


class CannotPromote(ValueError):
    """The message says, in French, why not, with the figures."""


@transaction.atomic
def promote(
    *, model: LearnedModel, by: User, request: HttpRequest | None = None
) -> None:
    """In service at once; the model that was is retired. Raises CannotPromote."""
    # The present one is locked too: of two promotions at once, one sees the other.
    rows = LearnedModel.objects.select_for_update(of=("self",)).order_by("pk")
    present = rows.filter(stage=Stage.PUBLISHED).first()
    row = rows.get(pk=model.pk)
    if reason := why_not(row, present):
        raise CannotPromote(reason)
    try:
        storing.load(row)
    except storing.FileRefused as error:
        raise CannotPromote(str(error)) from error
    now = timezone.now()
    if present is not None:
        _retire(present, by, request, replaced_by=row.version)
    row.stage, row.published_at, row.published_by = Stage.PUBLISHED, now, by
    row.save(update_fields=["stage", "published_at", "published_by"])
    _audit(row, by, Action.MODEL_PUBLISHED, request, sha256=row.sha256)


@transaction.atomic
def retire(
    *, model: LearnedModel, by: User, request: HttpRequest | None = None
) -> None:
    """Out of service: the rules answer alone. It stays, to be read and replayed."""
    row = LearnedModel.objects.select_for_update(of=("self",)).get(pk=model.pk)
    if row.stage == Stage.RETIRED:
        raise CannotPromote(_("%(model)s : déjà retiré.") % {"model": row})
    _retire(row, by, request)


def _retire(
    row: LearnedModel, by: User, request: HttpRequest | None, **more: str
) -> None:
    row.stage, row.retired_at, row.retired_by = Stage.RETIRED, timezone.now(), by
    row.save(update_fields=["stage", "retired_at", "retired_by"])
    _audit(row, by, Action.MODEL_RETIRED, request, **more)


def why_not(row: LearnedModel, present: LearnedModel | None) -> str:
    """Why it cannot be published now; empty: it can."""
    said = {"model": row}
    if row.stage != Stage.CANDIDATE:
        return _("%(model)s n’est plus candidat.") % said
    if row.has_sandbox:
        return (
            _("%(model)s a appris sur le bac à sable : il n’est jamais publié.") % said
        )
    told = row.comparison
    now = None if present is None else present.version
    is_of_today = (
        told is not None
        and told["present"] == now
        and told["ruleset"] == published.served().newest
    )
    if told is None or not is_of_today:
        return (
            _(
                "%(model)s n’a pas été comparé à ce qui est en service aujourd’hui : "
                "comparez-le d’abord."
            )
            % said
        )
    if told["wins"]:
        return ""
    return verdict(told)


def verdict(told: dict[str, Any]) -> str:
    """What the comparison shows, in one sentence, with its figures."""
    if "too_few" in told:
        return _(
            "Trop peu d’issues mises de côté : %(few)d de la plus rare sur %(fewest)d, "
            "parmi %(rows)d."
        ) % {
            "few": told["too_few"],
            "fewest": comparing.FEWEST,
            "rows": told["rows"],
        }
    parts = []
    for name, other in told["against"].items():
        theirs = (
            _("les règles %(version)s") % {"version": told["ruleset"]}
            if name == "rules"
            else _("le modèle %(version)s") % {"version": told["present"]}
        )
        sentence = (
            _("bat %(theirs)s : AUC %(difference)s sur %(rows)d issues")
            if other["wins"]
            else _("ne bat pas %(theirs)s : AUC %(difference)s sur %(rows)d issues")
        )
        parts.append(
            sentence
            % {
                "theirs": theirs,
                "difference": _interval(other["differences"].get("roc_auc")),
                "rows": other["rows"],
            }
        )
    return _("Sur les sociétés mises de côté, il %(parts)s.") % {
        "parts": " ; ".join(parts)
    }


def _interval(found: dict[str, float | None] | None) -> str:
    if not found or any(value is None for value in found.values()):
        return _("non mesurée")
    low, middle, high = (
        formatting.number(
            found[name] or 0.0,
            decimals=3,
            signed=True,
            language=get_language() or "fr",
        )
        for name in ("low", "value", "high")
    )
    return f"{middle} [{low} ; {high}]"


def _audit(
    row: LearnedModel,
    by: User,
    action: Action,
    request: HttpRequest | None,
    **more: str,
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"model:{row.version}",
        details=more,
        request=request,
    )
