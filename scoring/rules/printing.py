"""A result as the score command prints it."""

from typing import Any

from scoring.rules import wording
from scoring.rules.figures import Lang
from scoring.rules.result import Result

Printed = dict[str, Any]


def as_dict(result: Result, lang: Lang = "fr") -> Printed:
    """The last four keys belong to ruleset 2.0 only."""
    printed: Printed = {
        "siren": result.siren,
        "ruleset": result.ruleset,
        "preset": result.preset,
        "score": result.attractiveness,
        "components": {name: c.value for name, c in result.components.items()},
        "penalty": result.penalty,
        "grade": result.grade,
        "level": wording.level(result.level, lang),
        "priority": result.priority,
    }
    if not result.terms.has_readings:
        return printed
    return printed | {
        "sale_likelihood": result.sale_likelihood,
        "coverage": result.coverage,
        "state": result.state,
        "reasons": [
            {
                "reading": each.reading,
                "code": each.code,
                "sign": each.sign,
                "params": dict(each.params),
            }
            for each in result.reasons
        ],
    }
