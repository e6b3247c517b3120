"""Official lists, read once from the shipped files: NAF, places, legal forms, bands.

NAF and places are numbered in code order, so that a section, a division, a région
or a département is one range of ids and one index serves every level.
"""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from sys import intern

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Naf:
    """A sub-class of NAF rev. 2; ``id`` follows the order of the codes."""

    id: int
    code: str
    label: str
    section: str
    section_label: str
    division: str
    division_label: str
    group: str
    group_label: str
    class_: str
    class_label: str


@dataclass(frozen=True, slots=True)
class Place:
    """A commune; ``id`` follows the order (région, département, commune)."""

    id: int
    code: str
    name: str
    department: str
    region: str
    postal_codes: tuple[str, ...]

    @property
    def path(self) -> tuple[str, str, str]:
        """Région, département, commune."""
        return self.region, self.department, self.code


@dataclass(frozen=True, slots=True)
class Range:
    """Ids from ``first`` to ``last``, both included."""

    first: int
    last: int


def _rows(name: str) -> Iterator[dict[str, str]]:
    path = FOLDER / name
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


@cache
def naf_codes() -> dict[str, Naf]:
    """Sub-classes by code with its dot (``25.61Z``)."""
    rows = sorted(_rows("naf_rev2_5_niveaux.csv"), key=lambda row: row["code"])
    return {
        row["code"]: Naf(
            number,
            row["code"],
            row["libelle"],
            row["section"],
            row["section_libelle"],
            row["division"],
            row["division_libelle"],
            row["groupe"],
            row["groupe_libelle"],
            row["classe"],
            row["classe_libelle"],
        )
        for number, row in enumerate(rows, start=1)
    }


@cache
def naf_by_id() -> dict[int, Naf]:
    return {naf.id: naf for naf in naf_codes().values()}


@cache
def naf25_labels() -> dict[str, str]:
    return {r["niv5"]: r["niv5_libelle"] for r in _rows("naf_2025_sous_classes.csv")}


@cache
def naf_levels() -> dict[str, tuple[str, Range]]:
    """Label and id range of every level: ``C 25 25.6 25.61 25.61Z``.

    NAF rev. 2 sections are contiguous in code order, so each level is one range.
    """
    spans: dict[str, tuple[str, int, int]] = {}
    for naf in naf_codes().values():
        for code, label in (
            (naf.section, naf.section_label),
            (naf.division, naf.division_label),
            (naf.group, naf.group_label),
            (naf.class_, naf.class_label),
            (naf.code, naf.label),
        ):
            first = spans[code][1] if code in spans else naf.id
            spans[code] = (label, first, naf.id)
    return {
        code: (label, Range(first, last))
        for code, (label, first, last) in spans.items()
    }


def normal_naf(code: str) -> str | None:
    """``6831Z`` and `` 68.31z`` are one code; of an old nomenclature, None."""
    text = code.strip().upper()
    if len(text) == 5 and "." not in text:
        text = f"{text[:2]}.{text[2:]}"
    return text if text in naf_codes() else None


@cache
def places() -> dict[str, Place]:
    """Communes and arrondissements by INSEE code; collectivities are in there too."""
    # Dicts of all the rows at once would leave 30 MB behind.
    rows = sorted(
        _commune(row)
        for row in _rows("communes.csv.gz")
        if row["departement"] and row["code"] and row["nom"]
    )
    return {
        code: Place(number, code, name, department, region, codes)
        for number, (_, department, code, name, region, codes) in enumerate(rows, 1)
    }


def _commune(row: dict[str, str]) -> tuple[str, str, str, str, str, tuple[str, ...]]:
    """What orders it first: région, département, commune."""
    region, department = intern(row["region"]), intern(row["departement"])
    codes = tuple(filter(None, row["codesPostaux"].split("|")))
    return region.zfill(3), department, row["code"], row["nom"], region, codes


@cache
def place_by_id() -> dict[int, Place]:
    return {place.id: place for place in places().values()}


@cache
def region_ranges() -> dict[str, Range]:
    return _ranges("region")


@cache
def department_ranges() -> dict[str, Range]:
    return _ranges("department")


def _ranges(level: str) -> dict[str, Range]:
    spans: dict[str, list[int]] = {}
    for place in places().values():
        spans.setdefault(getattr(place, level), []).append(place.id)
    return {code: Range(min(ids), max(ids)) for code, ids in spans.items()}


def region_of(department: str) -> str:
    """Code of the région that holds a département; empty for an unknown one."""
    span = department_ranges().get(department)
    return place_by_id()[span.first].region if span else ""


@cache
def regions() -> dict[str, str]:
    return {row["code"]: row["nom"] for row in _rows("regions.csv")}


@cache
def departments() -> dict[str, str]:
    return {row["code"]: row["nom"] for row in _rows("departements.csv")}


@cache
def legal_forms() -> dict[str, str]:
    """Labels of the four-digit legal categories of legal and natural persons.

    The register still bears forms (5498, 5720) that INSEE's list no longer has.
    """
    listed = {
        row["code"]: row["libelle"]
        for row in _rows("categories_juridiques_niveau3.csv")
    }
    return SHORT_LEGAL_FORMS | listed


# What analysts write for the forms they meet every day; the rest keep their label.
SHORT_LEGAL_FORMS = {
    "5202": "SNC",
    "5499": "SARL",
    "5498": "EURL",
    "5505": "SA",
    "5510": "SA",
    "5515": "SA",
    "5520": "SA",
    "5599": "SA",
    "5699": "SA",
    "5710": "SAS",
    "5720": "SASU",
    "5785": "SELAS",
    "5485": "SELARL",
    "5308": "SCA",
    "5306": "SCS",
    "6220": "GIE",
    "6540": "SCI",
    "6533": "GAEC",
    "6598": "EARL",
    "6599": "Société civile",
    "9220": "Association",
    "9230": "Association RUP",
}


def legal_form_name(code: str) -> str:
    return SHORT_LEGAL_FORMS.get(code) or legal_forms().get(code, code)


@dataclass(frozen=True, slots=True)
class HeadcountBand:
    """A band of INSEE; ``upper`` is None for the open one."""

    code: str
    lower: int
    upper: int | None

    @property
    def label(self) -> str:
        if self.upper is None:
            return f"{self.lower:,} et plus".replace(",", "\u00a0")
        if self.lower == self.upper:
            return str(self.lower)
        return f"{self.lower:,} à {self.upper:,}".replace(",", "\u00a0")


# Bounds of https://www.sirene.fr (variable trancheEffectifsUniteLegale). NN says
# "no employee in the reference year or unknown": it gives no headcount.
HEADCOUNT_BANDS = {
    band.code: band
    for band in (
        HeadcountBand("00", 0, 0),
        HeadcountBand("01", 1, 2),
        HeadcountBand("02", 3, 5),
        HeadcountBand("03", 6, 9),
        HeadcountBand("11", 10, 19),
        HeadcountBand("12", 20, 49),
        HeadcountBand("21", 50, 99),
        HeadcountBand("22", 100, 199),
        HeadcountBand("31", 200, 249),
        HeadcountBand("32", 250, 499),
        HeadcountBand("41", 500, 999),
        HeadcountBand("42", 1000, 1999),
        HeadcountBand("51", 2000, 4999),
        HeadcountBand("52", 5000, 9999),
        HeadcountBand("53", 10000, None),
    )
}
