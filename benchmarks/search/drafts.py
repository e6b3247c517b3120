"""Random searches of each class, and the same question in plain SQL.

The SQL is written from what the criteria mean, not from how the product asks: ids one
by one instead of ranges, regular expressions instead of an index of words. What both
answer is compared before anything is timed.
"""

import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from companies import nomenclature
from companies.nomenclature import Naf, Place

ORDERS = {
    "-attractivite": "t.score DESC NULLS LAST, r.siren DESC",
    "-ca": "t.revenue DESC NULLS LAST, r.siren DESC",
    "-maj": "t.enriched_at DESC NULLS LAST, r.siren DESC",
    "-effectif": "coalesce(t.accounts_headcount, r.headcount) DESC NULLS LAST,"
    " r.siren DESC",
    # The youngest first.
    "age": "r.created_on DESC NULLS LAST, r.siren ASC",
    "nom": 'c.folded_name COLLATE "C" ASC, r.siren ASC',
}
STATUSES = ("contacte", "qualification", "negociation", "ecarte", "en_sommeil")
COMMERCIAL = ("5499", "5710", "5599", "5202")
FORMS = (*COMMERCIAL, "6540", "9220", "6598", "6533", "5785")


@dataclass(frozen=True)
class Case:
    """``where`` is None for a question that plain SQL has no words for."""

    group: str
    query: str
    where: str | None
    parameters: tuple[Any, ...]
    sort: str
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class World:
    """What there is to ask for: drawn as often as companies have it."""

    places: list[Place]
    codes: list[Naf]
    lists: list[tuple[str, int]]
    words: list[str]
    common: list[str]
    names: list[tuple[int, str]]


@dataclass
class Draft:
    draw: random.Random
    world: World
    pairs: list[tuple[str, str]] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)
    sort: str = "-attractivite"
    is_sorted_by_default: bool = False
    has_sql: bool = True
    tables: tuple[str, ...] = ()

    def add(self, pairs: list[tuple[str, Any]], where: str, *values: Any) -> None:
        self.pairs += [(name, str(value)) for name, value in pairs]
        self.where.append(where)
        self.parameters += values

    def case(self, group: str) -> Case:
        pairs = list(self.pairs)
        if not self.is_sorted_by_default:
            pairs.append(("tri", self.sort))
        return Case(
            group,
            urlencode(pairs),
            " AND ".join(["r.flags & 1 = 1", *self.where]) if self.has_sql else None,
            tuple(self.parameters),
            self.sort,
            self.tables,
        )

    # Criteria

    def score(self, low: int, high: int) -> None:
        points = self.draw.randint(low, high)
        self.add([("attractivite_min", points)], "t.score >= %s", points * 100)

    def revenue(self, *, is_open: bool = False) -> None:
        low = self.draw.choice((0.2, 0.5, 1, 2, 3, 5))
        self.add([("ca_min", low)], "t.revenue >= %s", int(low * 1_000_000))
        if not is_open:
            high = low * self.draw.choice((5, 10, 20))
            self.add([("ca_max", high)], "t.revenue <= %s", int(high * 1_000_000))

    def headcount(self, first: int, last: int, count: int) -> None:
        bands = list(nomenclature.HEADCOUNT_BANDS.values())
        start = self.draw.randint(first, last)
        chosen = bands[start : start + count]
        self.add(
            [("tranche", band.code) for band in chosen],
            "coalesce(t.accounts_headcount, r.headcount) BETWEEN %s AND %s",
            chosen[0].lower,
            chosen[-1].upper or 2**31 - 1,
        )

    def naf(self, level: str, count: int = 1) -> None:
        codes = {
            getattr(self.draw.choice(self.world.codes), level) for _ in range(count)
        }
        ids = [
            naf.id
            for naf in nomenclature.naf_codes().values()
            if getattr(naf, level) in codes
        ]
        pairs = [("naf", code) for code in sorted(codes)]
        self.add(pairs, "r.naf = ANY(%s::int[])", ids)

    def place(self, level: str, count: int = 1, column: str = "r.geo") -> None:
        name = {"region": "region", "department": "departement", "code": "commune"}
        draw = self.draw.choice
        codes = {getattr(draw(self.world.places), level) for _ in range(count)}
        ids = [
            place.id
            for place in nomenclature.places().values()
            if getattr(place, level) in codes
        ]
        pairs = [(name[level], code) for code in sorted(codes)]
        self.add(pairs, f"{column} = ANY(%s::int[])", ids)

    def any_site(self, level: str) -> None:
        self.place(level, column="e.geo")
        self.pairs.append(("lieu", "etablissement"))
        self.where[-1] = (
            "r.siren IN (SELECT e.siren FROM establishment e"  # noqa: S608
            f" WHERE e.flags & 1 = 1 AND {self.where[-1]})"
        )

    def form(self, count: int = 1, among: tuple[str, ...] = FORMS) -> None:
        codes = self.draw.sample(among, count)
        numbers = [int(code) for code in codes]
        pairs = [("forme", code) for code in codes]
        self.add(pairs, "r.legal_form = ANY(%s::int[])", numbers)

    def age(self) -> None:
        years = self.draw.randint(3, 25)
        self.add(
            [("age_min", years)],
            "r.created_on <= (now() AT TIME ZONE 'Europe/Paris')::date"
            " - make_interval(years => %s)",
            years,
        )

    def leader(self) -> None:
        years = self.draw.randint(50, 66)
        self.add(
            [("dirigeant_min", years)],
            "extract(year FROM now()) - t.leader_birth_year >= %s",
            years,
        )

    def contact(self, *kinds: str) -> None:
        columns = {"email": "t.has_email", "telephone": "t.has_phone"}
        self.add(
            [("contact", kind) for kind in kinds],
            " AND ".join(columns[kind] for kind in kinds),
        )

    def status(self, count: int = 1) -> None:
        chosen = self.draw.sample(STATUSES, count)
        pairs = [("statut", status) for status in chosen]
        self.add(pairs, "p.status = ANY(%s)", chosen)

    def in_list(self) -> None:
        public_id, number = self.draw.choice(self.world.lists)
        self.add(
            [("liste", public_id)],
            "r.siren IN (SELECT siren FROM list_entry WHERE list_id = %s)",
            number,
        )

    def out_of_list(self) -> None:
        public_id, number = self.draw.choice(self.world.lists)
        self.add(
            [("hors_liste", public_id)],
            "r.siren NOT IN (SELECT siren FROM list_entry WHERE list_id = %s)",
            number,
        )

    def event(self, kinds: tuple[str, ...], *, is_absent: bool = False) -> None:
        chosen = self.draw.sample(kinds, min(2, len(kinds)))
        since = f"{self.draw.randint(2018, 2025)}-{self.draw.randint(1, 12):02d}-15"
        name = "sans_evenement" if is_absent else "evenement"
        word = "NOT IN" if is_absent else "IN"
        self.add(
            [(name, kind) for kind in chosen] + [("evenement_du", since)],
            f"r.siren {word} (SELECT siren FROM legal_event"  # noqa: S608
            " WHERE kind = ANY(%s) AND occurred_on >= %s::date)",
            chosen,
            since,
        )

    def name(self, text: str) -> None:
        """Each word, folded, begins a word of the name."""
        self.sort, self.is_sorted_by_default = "nom", True
        self.tables = (*self.tables, "company")
        self.pairs.append(("q", text))
        for word in text.split():
            self.where.append("c.folded_name ~ ('\\m' || fold(%s))")
            self.parameters.append(word)
