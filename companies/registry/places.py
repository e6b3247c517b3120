"""From what a file says of a place to the commune of the official list.

A commune code is taken as it is. Without one, the post code and the folded name decide
together, then the name alone inside the département (CEDEX codes are in no list), then
a name that only one commune of France bears. Anything else is unknown.
"""

import re
import unicodedata
from collections import defaultdict
from functools import cache

from companies import nomenclature
from companies.nomenclature import Place

_NOT_LETTERS = re.compile(r"[^A-Z0-9]+")
_ARTICLE_BEHIND = re.compile(r"^(.+) \((L[AE]S?|L['’])\)$", re.IGNORECASE)
_CEDEX = re.compile(r"\bCEDEX\b.*$")
_ARRONDISSEMENT = re.compile(
    r"^(PARIS|LYON|MARSEILLE)(?: (\d{1,2}) ?(?:E|ER|EME)?)?(?: ARRONDISSEMENT)?$"
)
_SHORT = {"ST": "SAINT", "STE": "SAINTE", "STS": "SAINTS", "S": "SUR"}
_FIRST_POST_CODE = {"PARIS": "750", "LYON": "690", "MARSEILLE": "130"}
# The 16th of Paris has two post codes.
_TWIN_POST_CODES = {"75116": "75016"}
_WHOLE_CITIES = {"PARIS", "LYON", "MARSEILLE"}


def fold_place(name: str) -> str:
    """``St-Étienne s/ Mer CEDEX 2`` becomes ``SAINT ETIENNE SUR MER``."""
    plain = _ARTICLE_BEHIND.sub(r"\2 \1", name.strip())
    plain = plain.replace("œ", "oe").replace("Œ", "OE").replace("/", " ")
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    text = _NOT_LETTERS.sub(" ", plain.upper())
    words = _CEDEX.sub("", text).split()
    return " ".join(_SHORT.get(word, word) for word in words)


def find(commune_code: str, postal_code: str, name: str) -> Place | None:
    """The commune, or None when the three together leave a doubt."""
    by_code = nomenclature.places().get(commune_code)
    if by_code is not None:
        return by_code
    folded = fold_place(name)
    return (
        _arrondissement(postal_code, folded)
        or _by_post_code(postal_code, folded)
        or _by_name(postal_code, folded)
    )


def _arrondissement(postal_code: str, folded: str) -> Place | None:
    match = _ARRONDISSEMENT.match(folded)
    if match is None:
        return None
    city, number = match.groups()
    post_code = _TWIN_POST_CODES.get(postal_code, postal_code)
    if number:
        post_code = f"{_FIRST_POST_CODE[city]}{int(number):02d}"
    return _one([p for _, p in _by_postal().get(post_code, ()) if _is_part(p)])


def _is_part(place: Place) -> bool:
    return "Arrondissement" in place.name


def _by_post_code(postal_code: str, folded: str) -> Place | None:
    near = [
        (name, place)
        for name, place in _by_postal().get(postal_code, ())
        if not _is_whole_city(place)
    ]
    named = [place for name, place in near if name == folded]
    # Vire became Vire Normandie when it merged with its neighbours.
    grown = [p for name, p in near if folded and name.startswith(f"{folded} ")]
    # A post code of one commune says enough, whatever merged name the file still has.
    return _one(named) or _one(grown) or _one([place for _, place in near])


def _by_name(postal_code: str, folded: str) -> Place | None:
    if not folded:
        return None
    bearers = [p for p in _by_folded_name().get(folded, ()) if not _is_whole_city(p)]
    if postal_code:
        bearers = [p for p in bearers if postal_code.startswith(_post_codes_of(p))]
    return _one(bearers)


def _post_codes_of(place: Place) -> str:
    """How the post codes of its département begin: both halves of Corsica share 20."""
    return "20" if place.department in {"2A", "2B"} else place.department


def _is_whole_city(place: Place) -> bool:
    """Sirene places a company in an arrondissement, never in the whole city."""
    return place.name.upper() in _WHOLE_CITIES


def _one(places: list[Place]) -> Place | None:
    return places[0] if len(places) == 1 else None


@cache
def _by_postal() -> dict[str, list[tuple[str, Place]]]:
    """With their folded names, which are asked for again and again."""
    found: dict[str, list[tuple[str, Place]]] = defaultdict(list)
    for folded, places in _by_folded_name().items():
        for place in places:
            named = (folded, place)
            for postal_code in place.postal_codes:
                found[postal_code].append(named)
    return dict(found)


@cache
def _by_folded_name() -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = defaultdict(list)
    for place in nomenclature.places().values():
        found[fold_place(place.name)].append(place)
    return dict(found)
