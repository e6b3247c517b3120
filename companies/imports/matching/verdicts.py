"""Which of its candidates a row is about: sure, doubtful, or none. Never a guess.

A candidate's score is how alike the names are, less what the places say against it. It
is sure when the score is high, no other company comes near, and so much of the name is
told that another company of the place would hardly bear it by chance.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from companies.imports.matching import likeness, spots
from companies.imports.matching.candidates import Found, Sought
from companies.imports.matching.likeness import Frequencies, Likeness, Name
from companies.imports.matching.models import MatchState
from companies.imports.matching.spots import Spot

# Only what is sure is taken without a person; chosen for precision, not for recall.
SURE: Final = 0.9
# Below, a candidate is not worth a person's look.
WORTH_A_LOOK: Final = 0.55
# What parts the first from the second.
AHEAD: Final = 0.08
# Companies of the place that would bear so much of the name by chance, at most.
BY_CHANCE: Final = 0.05
MOST_SHOWN: Final = 5
# Names that are apart in something that tells companies of one family apart.
_APART: Final = 0.85
# A company of another family of forms.
_OTHER_FORM: Final = 0.8
_BY_ACRONYM: Final = 0.95


class Where(StrEnum):
    """What the places of a row and a company say together."""

    TOWN = "town"
    SITE = "site"
    DEPARTMENT = "department"
    # The row says no place; or it does, and the register has none of the company.
    UNSAID = "unsaid"
    UNKNOWN = "unknown"
    # In the same département, and in another town than the row says.
    NEAR = "near"
    ELSEWHERE = "elsewhere"


# The register knows every site: a town where it has none speaks against a company.
_PLACES: Final = {
    Where.TOWN: 1.0,
    Where.SITE: 1.0,
    Where.DEPARTMENT: 0.97,
    Where.UNSAID: 0.97,
    Where.UNKNOWN: 0.88,
    Where.NEAR: 0.88,
    Where.ELSEWHERE: 0.8,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """``how`` and ``where`` are codes that ``wording`` says in words."""

    siren: str
    name: str
    place: str
    score: float
    how: str
    where: str
    by_chance: float = 0.0
    # How alike the names are, wherever the company is.
    alike: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return {
            "siren": self.siren,
            "name": self.name,
            "place": self.place,
            "score": round(self.score, 3),
            "how": self.how,
            "where": self.where,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    line: int
    state: MatchState
    candidates: tuple[Candidate, ...]

    @property
    def siren(self) -> str | None:
        is_sure = self.state == MatchState.SURE
        return self.candidates[0].siren if is_sure else None


@dataclass(frozen=True, slots=True)
class _Company:
    siren: int
    name: str
    place: str
    geo: int | None
    department: str
    families: frozenset[str]
    names: tuple[tuple[str, Name], ...]


def judge(
    rows: Sequence[Sought], found: Found, sites: Collection[tuple[int, int]]
) -> list[Verdict]:
    """One verdict per row; ``sites`` are (line, SIREN) of those with a site there."""
    companies = {each.siren: each for each in _companies(found)}
    asked = _names_by(found.asked, "line")
    pairs: dict[int, list[int]] = {}
    for line, siren in found.pairs.select("line", "siren").iter_rows():
        pairs.setdefault(line, []).append(siren)
    return [
        _verdict(
            row,
            [
                candidate
                for siren in pairs.get(row.line, [])
                if (
                    candidate := _candidate(
                        row,
                        [name for _kind, name in asked.get(row.line, [])],
                        companies[siren],
                        found,
                        has_site=(row.line, siren) in sites,
                    )
                )
            ],
        )
        for row in rows
    ]


def _companies(found: Found) -> Iterable[_Company]:
    split = _names_by(found.split, "siren")
    columns = ("siren", "name", "trade_name", "postal_code", "commune", "geo")
    rows = found.companies.select(*columns, "department", "legal_form")
    for siren, name, trade, code, town, geo, department, form in rows.iter_rows():
        yield _Company(
            siren,
            name or trade,
            f"{code} {town}".strip(),
            geo,
            department,
            _family_of_code(form),
            tuple(split.get(siren, ())),
        )


def _names_by(split: Any, owner: str) -> dict[int, list[tuple[str, Name]]]:
    kinds = split["kind"] if "kind" in split.columns else ["name"] * len(split)
    columns = split.select(owner, "text", "fold", "words", "compact", "forms")
    named: dict[int, list[tuple[str, Name]]] = {}
    for kind, row in zip(kinds, columns.iter_rows(), strict=True):
        key, text, fold, words, compact, forms = row
        name = Name(text, fold, tuple(words), compact, tuple(forms))
        named.setdefault(key, []).append((kind, name))
    return named


def _family_of_code(code: str) -> frozenset[str]:
    """Of INSEE's legal category, when it is one that names tell."""
    for starts, family in _CODES:
        if code.startswith(starts):
            return frozenset([family])
    return frozenset()


_CODES: Final = (
    (("5485", "5585", "5685", "5785", "6561", "6562", "6585"), "practice"),
    (("54", "55", "56", "57", "52"), "trade"),
    (("6540", "6541", "6521"), "property"),
    (("6533", "6534", "6597", "6598", "6532", "6317"), "farm"),
    (("92", "93"), "association"),
    (("9110",), "co-owners"),
)


def _candidate(
    row: Sought,
    asked: Sequence[Name],
    company: _Company,
    found: Found,
    *,
    has_site: bool,
) -> Candidate | None:
    towns = spots.words_of_all(row.spot) | spots.words_of(company.geo)
    where = _where(row.spot, company, has_site=has_site)
    best: tuple[float, Likeness] | None = None
    for sought in asked:
        for kind, name in company.names:
            alike = likeness.compare(sought, name, found.known, towns)
            value = alike.value * (_BY_ACRONYM if kind == "acronym" else 1.0)
            if alike.is_apart:
                value *= _APART
            if likeness.are_apart(sought.families, name.families or company.families):
                value *= _OTHER_FORM
            if best is None or value > best[0]:
                best = value, alike
    if best is None or best[0] * _PLACES[where] < WORTH_A_LOOK:
        return None
    value, alike = best
    return Candidate(
        siren=f"{company.siren:09d}",
        name=company.name,
        place=company.place,
        score=value * _PLACES[where],
        how=alike.how,
        where=where,
        by_chance=_by_chance(alike, where, company, found),
        alike=value,
    )


def _where(spot: Spot, company: _Company, *, has_site: bool) -> Where:
    if not spot.is_known:
        return Where.UNSAID
    if company.geo in spot.communes:
        return Where.TOWN
    if has_site:
        return Where.SITE
    if not company.department:
        return Where.UNKNOWN
    if spot.department != company.department:
        return Where.ELSEWHERE
    return Where.NEAR if spot.communes else Where.DEPARTMENT


# Communes of a département, about: how much nearer a town is than it.
_TOWNS: Final = 100


def _by_chance(alike: Likeness, where: Where, company: _Company, found: Found) -> float:
    """How many companies of the place would tell as much by chance."""
    known: Frequencies = found.known
    here = found.near[company.department] or known.total
    crowd = {
        Where.TOWN: max(here / _TOWNS, 1.0),
        Where.SITE: max(here / _TOWNS, 1.0),
        Where.DEPARTMENT: here,
        Where.NEAR: here,
    }.get(where, known.total)
    return float(crowd * 2.0**-alike.bits)


def _verdict(row: Sought, found: Sequence[Candidate]) -> Verdict:
    ranked = sorted(found, key=lambda each: (-each.score, each.siren))
    shown = tuple(ranked[:MOST_SHOWN])
    if not shown:
        return Verdict(row.line, MatchState.NONE, ())
    state = MatchState.SURE if is_sure(ranked) else MatchState.DOUBTFUL
    return Verdict(row.line, state, shown)


def is_sure(ranked: Sequence[Candidate]) -> bool:
    first, others = ranked[0], ranked[1:]
    if first.score < SURE or first.by_chance > BY_CHANCE:
        return False
    if first.where == Where.SITE and any(each.alike >= SURE for each in others):
        # A chain: companies of one name have sites in each other's towns.
        return False
    return all(first.score - each.score >= AHEAD for each in others)
