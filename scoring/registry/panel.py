"""What the model in service says of one company, for whoever looks at its page."""

import logging
from dataclasses import replace

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.models import Target
from mainsite.lib import formatting
from mainsite.lib.flags import Flag, is_on
from scoring import published
from scoring.bulk import arms
from scoring.registry import card, hybrid, readings, serving
from scoring.registry.card import Told
from scoring.registry.serving import Prediction
from scoring.rules.figures import Lang

logger = logging.getLogger(__name__)


def of(siren: str, lang: Lang, *, reader: User | None = None) -> Told | None:
    """Explained, and kept with its factors; None where the rules answer alone: no
    model in service, neither the company nor who looks is given it, or a company of
    no register.
    """
    today = arms.today(published.served())
    is_mixed = bool(today.give(np.array([int(siren)], np.int64)).hybrid[0])
    # For who looks it is shown, and moves no score.
    is_shown = reader is not None and is_on(Flag.ML_PREDICTIONS, reader)
    if not (is_mixed or is_shown):
        return None
    served = today.model() if is_mixed else serving.current()
    if served is None:
        return None
    try:
        found = readings.look(served, siren, timezone.localdate())
    except serving.CannotAnswer as error:
        logger.error("the published model cannot answer: %s", error)
        return None
    if found is None:
        return None
    weighs = _weighs(found, today.hybrid_of, lang) if is_mixed else _shown_only()
    return replace(card.told(found, lang), weighs=weighs)


def _weighs(found: Prediction, version: str, lang: Lang) -> str:
    """The score that the list sorts by, as it was last computed."""
    score = Target.objects.filter(siren=found.siren).values_list("score", flat=True)
    kept = score.first()
    if kept is None or not found.is_used:
        return ""
    weights = hybrid.weights_of(version)
    return _("Score retenu : %(score)s, %(rules)s règles et %(model)s modèle.") % {
        "score": formatting.number(float(kept), decimals=2, language=lang),
        "rules": formatting.percent(weights.rules, decimals=0, language=lang),
        "model": formatting.percent(weights.model, decimals=0, language=lang),
    }


def _shown_only() -> str:
    return _("Montré à vous : le score de la société n’en tient pas compte.")
