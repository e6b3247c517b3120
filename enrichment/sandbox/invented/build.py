"""From a SIREN to a made-up company."""

from functools import lru_cache

from enrichment.sandbox.invented import accounts, notices, people
from enrichment.sandbox.invented.company import Invented
from enrichment.sandbox.invented.draws import Draws

_AUDITED_FROM_HEADS = 50


@lru_cache(maxsize=8192)
def invent(siren: str) -> Invented:
    draws = Draws(siren)
    exercises = accounts.exercises(siren, draws)
    officers = people.people(siren, draws)
    judged = notices.proceeding(siren, draws)
    return Invented(
        siren=siren,
        draws=draws,
        exercises=exercises,
        people=officers,
        has_auditor=(exercises[0].headcount or 0) >= _AUDITED_FROM_HEADS,
        notices=notices.notices(exercises, officers, judged, draws),
        proceeding=judged,
    )
