"""Where companies are and what they do: the real counts that the generator follows.

Counts of active head offices by département and NAF come from ../shared when it is
there, else from the companies of the demonstration. A département that they cover too
thinly takes the national shape, and its weight from its inhabitants.
"""

import csv
import gzip
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.search.ground import PROJECT
from companies import nomenclature
from companies.nomenclature import Place

COUNTS = PROJECT.parent / "shared/data/registry/sirene_comptes_departement_naf.csv.gz"
DEMO = PROJECT / "demo/data/companies.csv.gz"

PLACE_SLOTS = 1 << 20
NAF_SLOTS = 1 << 15
# Below it a département's own shape is noise.
ENOUGH = 10_000
# Head offices for an inhabitant, as in the départements that are counted in full.
OFFICES_PER_HEAD = 0.22
# The file holds two thirds of Paris.
SHARE_COUNTED = {"75": 2 / 3}
# The three cities are there by their arrondissements.
WHOLE_CITIES = {"75056", "69123", "13055"}
# Collectivities overseas: too few companies for a weight of their own.
APART = {"975", "977", "978", "984", "986", "987", "988", "989"}

Counts = dict[str, Counter[int]]


@dataclass(frozen=True)
class Shape:
    """Slot tables of the weighted draws: place, then NAF by the place's profile."""

    source: str
    place_slots: np.ndarray
    profiles: dict[str, int]
    naf_slots: np.ndarray

    def profile(self, place: Place) -> int:
        """Number of the NAF shape that a place follows; 0 is the national one."""
        return self.profiles.get(place.department, 0)

    @property
    def digest(self) -> str:
        tables = self.place_slots.tobytes() + self.naf_slots.tobytes()
        return hashlib.sha256(tables).hexdigest()


def read() -> Shape:
    counts = _official() if COUNTS.exists() else _demo()
    own = [code for code, found in sorted(counts.items()) if found.total() >= ENOUGH]
    total: Counter[int] = Counter()
    for found in counts.values():
        total.update(found)
    shapes = [total, *(counts[code] for code in own)]
    return Shape(
        COUNTS.name if COUNTS.exists() else "demo",
        _place_slots(counts, own),
        {code: number for number, code in enumerate(own, start=1)},
        np.stack([_drawn(_naf_weights(shape), NAF_SLOTS) for shape in shapes]),
    )


def _official() -> Counts:
    codes = nomenclature.naf_codes()
    counts: Counts = {}
    for row in _rows(COUNTS):
        if row["naf"] in codes:
            found = counts.setdefault(row["departement"], Counter())
            found[codes[row["naf"]].id] += int(row["sieges_actifs"])
    return counts


def _demo() -> Counts:
    codes, places = nomenclature.naf_codes(), nomenclature.places()
    counts: Counts = {}
    for row in _rows(DEMO):
        place = places.get(row["commune_code"])
        if place and row["naf_code"] in codes:
            found = counts.setdefault(place.department, Counter())
            found[codes[row["naf_code"]].id] += 1
    return counts


def _place_slots(counts: Counts, own: list[str]) -> np.ndarray:
    """Place id of each slot."""
    people = _people()
    by_department: dict[str, float] = defaultdict(float)
    for place in nomenclature.places().values():
        by_department[place.department] += people.get(place.code, 0)
    weights = np.zeros(len(nomenclature.places()) + 1)
    for place in nomenclature.places().values():
        code = place.department
        if place.code not in people or code in APART:
            continue
        offices = by_department[code] * OFFICES_PER_HEAD
        if code in own:
            offices = counts[code].total() / SHARE_COUNTED.get(code, 1)
        weights[place.id] = offices * people[place.code] / by_department[code]
    return _drawn(weights, PLACE_SLOTS)


def _people() -> dict[str, float]:
    path = nomenclature.FOLDER / "communes.csv.gz"
    return {
        row["code"]: float(row["population"] or 0)
        for row in _rows(path)
        if row["code"] not in WHOLE_CITIES and row["population"]
    }


def _naf_weights(shape: Counter[int]) -> np.ndarray:
    """Each code has at least one company in a hundred thousand: none is left out."""
    weights = np.full(len(nomenclature.naf_codes()) + 1, shape.total() / 1e5)
    weights[0] = 0
    for number, count in shape.items():
        weights[number] += count
    return weights


def _drawn(weights: np.ndarray, slots: int) -> np.ndarray:
    """The id of each slot, so many slots as its weight says."""
    edges = np.cumsum(weights) / weights.sum()
    middles = (np.arange(slots) + 0.5) / slots
    return np.searchsorted(edges, middles, side="left").astype(np.int32)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
