"""Who leads, among the officers a source names."""

import re
import unicodedata
from typing import Final

from companies.facts import OfficerFact

# Role codes of the national register, from the one who decides to the deputies.
_RANKS: Final = {
    **dict.fromkeys(("28", "29", "30", "52", "60", "69", "73", "101", "201", "205"), 0),
    **dict.fromkeys(("53", "206"), 1),
    "51": 2,
    **dict.fromkeys(("63", "70", "110", "111"), 3),
}
_WORDS: Final = (
    (
        re.compile(r"commissaire|surveillance|liquidat|mandataire|suppleant|honneur"),
        None,
    ),
    (re.compile(r"delegue|adjoint|vice"), 3),
    (re.compile(r"conseil d.administration(?!.*direct)"), 2),
    (re.compile(r"president|gerant|dirigeant"), 0),
    (re.compile(r"direct(eur|rice) general"), 1),
)


def rank(officer: OfficerFact) -> int | None:
    """0 for whoever decides; None for an office that leads nothing."""
    if officer.role_code in _RANKS:
        return _RANKS[officer.role_code]
    decomposed = unicodedata.normalize("NFKD", officer.role).casefold()
    words = "".join(c for c in decomposed if not unicodedata.combining(c))
    return next((rank for pattern, rank in _WORDS if pattern.search(words)), None)


def leader_of(officers: tuple[OfficerFact, ...]) -> OfficerFact | None:
    """The natural person with the lowest rank, the first named among equals."""
    ranked = [
        (position, officer)
        for officer in officers
        if not officer.is_company and (position := rank(officer)) is not None
    ]
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else None
