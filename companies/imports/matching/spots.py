"""Where a row says its company is, as communes of the official list."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from companies import nomenclature

_NOT_LETTERS: Final = re.compile(r"[^A-Z ]+")
# What stands after a town and is not its name: « LYON CEDEX 03 », « PARIS 15E ».
_TAIL: Final = re.compile(
    r"\b(CEDEX.*|\d+ ?(E|EME|ER|ERE)?\b.*|ARRONDISSEMENT.*|SP \d+)$"
)
_SAINTS: Final = {"SAINT": "ST", "SAINTE": "STE"}
# Communes with arrondissements, and the codes that these have.
_CITIES: Final = {"75056": "751", "69123": "6938", "13055": "132"}

# A post code may be of a dozen towns: then their names say nothing of one.
_MOST_TOWNS: Final = 25


@dataclass(frozen=True, slots=True)
class Spot:
    """Communes that it may be, by their ids; ``department`` "" when it says none."""

    communes: frozenset[int] = frozenset()
    department: str = ""

    @property
    def is_known(self) -> bool:
        return bool(self.communes or self.department)


NOWHERE: Final = Spot()


def read(postal_code: str, commune: str) -> Spot:
    """What both say together; a post code that no commune has still says where."""
    code = _postal(postal_code)
    by_code = _by_postal_code().get(code, frozenset())
    by_name = _by_name().get(fold(commune), frozenset()) if commune.strip() else by_code
    department = _department(code, by_code)
    both = by_code & by_name
    if not both and department:
        both = frozenset(i for i in by_name if _departments()[i] == department)
    if not code:
        both = by_name
    if not both:
        both = by_code if code else by_name
    found = {_departments()[i] for i in both}
    if not department and len(found) == 1:
        department = found.pop()
    return Spot(_with_cities(both), department)


def fold(commune: str) -> str:
    """« Saint-Étienne CEDEX 2 » and « ST ETIENNE » are one."""
    plain = unicodedata.normalize("NFKD", commune.replace("Œ", "OE").replace("œ", "oe"))
    text = "".join(c for c in plain if not unicodedata.combining(c)).upper()
    text = _TAIL.sub("", " ".join(re.split(r"[\s'’\-/.,()]+", text)).strip())
    words = _NOT_LETTERS.sub(" ", text).split()
    return " ".join(_SAINTS.get(word, word) for word in words)


def _postal(text: str) -> str:
    digits = "".join(text.split())
    return digits.zfill(5) if digits.isdigit() and 4 <= len(digits) <= 5 else ""


def _department(code: str, communes: frozenset[int]) -> str:
    if not code:
        return ""
    found = {_departments()[i] for i in communes}
    if len(found) == 1:
        return found.pop()
    first = code[:3] if code.startswith(("97", "98")) else code[:2]
    return first if first in nomenclature.departments() else ""


@cache
def _departments() -> Mapping[int, str]:
    return {place.id: place.department for place in nomenclature.places().values()}


@cache
def _by_postal_code() -> Mapping[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for place in nomenclature.places().values():
        for code in place.postal_codes:
            found[code].add(place.id)
    return {code: frozenset(ids) for code, ids in found.items()}


@cache
def _by_name() -> Mapping[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for place in nomenclature.places().values():
        found[fold(place.name)].add(place.id)
    return {name: frozenset(ids) for name, ids in found.items()}


@cache
def _city_of() -> Mapping[int, frozenset[int]]:
    """An arrondissement with its city, a city with all of its own."""
    places = nomenclature.places()
    found: dict[int, frozenset[int]] = {}
    for city, start in _CITIES.items():
        parts = [p.id for c, p in places.items() if c.startswith(start) and c != city]
        found[places[city].id] = frozenset([places[city].id, *parts])
        found |= {part: frozenset([part, places[city].id]) for part in parts}
    return found


def _with_cities(ids: frozenset[int]) -> frozenset[int]:
    """A city named with one of its arrondissements is not all of it."""
    more = [_city_of()[i] for i in ids if i in _city_of()]
    is_part = any(len(each) == 2 for each in more)
    return ids.union(*(each for each in more if len(each) == 2 or not is_part))


@cache
def _words_by_id() -> Mapping[int, frozenset[str]]:
    return {
        p.id: frozenset(fold(p.name).split()) for p in nomenclature.places().values()
    }


def words_of(commune: int | None) -> frozenset[str]:
    """The words of a town's name, which in a company's name say only where."""
    return _words_by_id().get(commune, frozenset()) if commune else frozenset()


@lru_cache(maxsize=4096)
def words_of_all(spot: Spot) -> frozenset[str]:
    if len(spot.communes) > _MOST_TOWNS:
        return frozenset()
    return frozenset().union(*map(words_of, spot.communes))
