"""Which offices lead a company. Roles come as words or as RNE codes.

The leader is the natural person with the lowest rank here; auditors, directors on
a board, partners and liquidators lead nothing and are left out.
"""

import re
import unicodedata
from typing import Final

CHAIR: Final = 0
MANAGING_DIRECTOR: Final = 1
BOARD_CHAIR: Final = 2
DEPUTY: Final = 3
UNSPECIFIED: Final = 4
SECONDS_IN_COMMAND: Final = frozenset({MANAGING_DIRECTOR, DEPUTY})

RNE_RANKS: Final[dict[str, int]] = {
    "28": CHAIR,
    "29": CHAIR,
    "30": CHAIR,
    "52": CHAIR,
    "60": CHAIR,
    "69": CHAIR,
    "73": CHAIR,
    "101": CHAIR,
    "201": CHAIR,
    "205": CHAIR,
    "53": MANAGING_DIRECTOR,
    "206": MANAGING_DIRECTOR,
    "51": BOARD_CHAIR,
    "63": DEPUTY,
    "70": DEPUTY,
    "110": DEPUTY,
    "111": DEPUTY,
}

_NEVER = re.compile(
    r"commissaire|controle|audit|surveillance|liquidat|mandataire|suppleant"
    r"|administrateur (provisoire|judiciaire)|honneur"
)
# First match wins: the board's chair is a chair only when also managing director.
_PATTERNS: Final = (
    (re.compile(r"delegue|adjoint|vice[ -]?president|membre du directoire"), DEPUTY),
    (re.compile(r"president.*directeur general|\bpdg\b"), CHAIR),
    (re.compile(r"directeur general unique"), CHAIR),
    (re.compile(r"president du conseil d.administration"), BOARD_CHAIR),
    (re.compile(r"\bpresident|\bco-?gerant|\bgerant|\bdirigeant"), CHAIR),
    (re.compile(r"\bexploitant|\bentrepreneur"), CHAIR),
    (re.compile(r"direct(eur|rice)\b|\bdga?\b|\bceo\b"), MANAGING_DIRECTOR),
)


def fold(words: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", words.lower())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return kept.replace("’", "'")


def rank(role: str | None) -> int | None:
    """The rank of an office among those who lead, None for one that does not."""
    if role is None:
        return UNSPECIFIED
    if role.isdigit():
        return RNE_RANKS.get(role)
    folded = fold(role)
    for feminine, masculine in (
        ("presidente", "president"),
        ("directrice generale", "directeur general"),
        ("gerante", "gerant"),
        ("deleguee", "delegue"),
        ("dirigeante", "dirigeant"),
    ):
        folded = folded.replace(feminine, masculine)
    if _NEVER.search(folded):
        return None
    return next((rank for words, rank in _PATTERNS if words.search(folded)), None)
