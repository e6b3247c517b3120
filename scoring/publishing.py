"""From a published ruleset to the next: a draft to edit, to try, then to publish."""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.choices import AuditWord
from accounts.models import User
from scoring import published, trial
from scoring.models import Ruleset, RulesetState, RulesetTrial, WeightPreset
from scoring.rules.ruleset import RulesetError


class Action(AuditWord):
    """What the audit trail tells of rulesets."""

    RULESET_DRAFTED = "ruleset_drafted", gettext_lazy("règles mises en brouillon")
    RULESET_PUBLISHED = "ruleset_published", gettext_lazy("règles publiées")


class CannotPublish(ValueError):
    """The message says, in French, what must change first."""


@transaction.atomic
def draft_from(
    *, ruleset: Ruleset, by: User, request: HttpRequest | None = None
) -> Ruleset:
    """A copy to edit, figures and weights, under the next free version."""
    version = _next_version(ruleset.version)
    draft = Ruleset.objects.create(
        version=version, definition={**ruleset.definition, "version": version}
    )
    WeightPreset.objects.bulk_create(
        WeightPreset(ruleset=draft, name=preset.name, **preset.weights)
        for preset in ruleset.presets.order_by("pk")
    )
    _audit(draft, by, Action.RULESET_DRAFTED, request, copied_from=ruleset.version)
    return draft


@transaction.atomic
def publish(*, ruleset: Ruleset, by: User, request: HttpRequest | None = None) -> None:
    """For good, and in service at once: scores are computed with it from now on.

    What is published is what was tried, to the last figure. Raises CannotPublish.
    """
    row = Ruleset.objects.select_for_update(of=("self",)).get(pk=ruleset.pk)
    # Weights are rows of their own: nobody edits them between the look and the deed.
    list(row.presets.select_for_update(of=("self",)))
    if row.is_published:
        raise CannotPublish(_("%(rules)s : déjà publiées.") % {"rules": row})
    if row.definition.get("version") != row.version:
        raise CannotPublish(
            _("La définition de %(rules)s porte un autre numéro de version.")
            % {"rules": row}
        )
    try:
        published.as_rules(row)
    except RulesetError as error:
        raise CannotPublish(
            _("%(rules)s ne peuvent pas servir : %(error)s")
            % {"rules": row, "error": error}
        ) from error
    tried = _tried(row)
    row.state = RulesetState.PUBLISHED
    row.published_at = timezone.now()
    row.save(update_fields=["state", "published_at"])
    published.forget_served()
    _audit(
        row,
        by,
        Action.RULESET_PUBLISHED,
        request,
        digest=tried.digest,
        trial=str(tried.pk),
    )


def _tried(row: Ruleset) -> RulesetTrial:
    tried = trial.latest_of(row)
    if tried is None:
        raise CannotPublish(
            _(
                "%(rules)s : ce contenu exact n’a pas été essayé à côté des règles"
                " %(served)s. Essayez-le d’abord."
            )
            % {"rules": row, "served": trial.served_beside(row)}
        )
    return tried


def _next_version(version: str) -> str:
    """2.0 gives 2.1, or the first number after it that is free."""
    major, _dot, minor = version.partition(".")
    number = int(minor) + 1 if minor.isdigit() else 1
    while Ruleset.objects.filter(pk=f"{major}.{number}").exists():
        number += 1
    return f"{major}.{number}"


def _audit(
    ruleset: Ruleset, by: User, action: Action, request: HttpRequest | None, **more: str
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"ruleset:{ruleset.version}",
        details=more,
        request=request,
    )
