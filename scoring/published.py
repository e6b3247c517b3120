"""The published rulesets as the rules want them: a version's figures, its weights."""

from scoring.models import Ruleset, RulesetState
from scoring.rules.ruleset import Ruleset as Rules

PROTOTYPE = "1.0"
NEWEST = "2.0"


def published() -> list[Rules]:
    rows = Ruleset.objects.filter(state=RulesetState.PUBLISHED).prefetch_related(
        "presets"
    )
    return [as_rules(row) for row in rows.order_by("version")]


def load(version: str) -> Rules:
    """Raises Ruleset.DoesNotExist."""
    return as_rules(Ruleset.objects.prefetch_related("presets").get(pk=version))


def as_rules(row: Ruleset) -> Rules:
    """Weights are rows that ops edit; RulesetError says what cannot be used."""
    presets = {preset.name: preset.weights for preset in row.presets.all()}
    return Rules.from_json({**row.definition, "presets": presets})
