"""What someone looks for, as plain values; the form makes it from a query string."""

from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Any, Self
from urllib.parse import urlencode

from companies import nomenclature

UNKNOWN = "inconnu"
DEFAULT_SORT = "-attractivite"
# Where the chosen places hold: at the head office when nothing is said.
ANY_ESTABLISHMENT = "etablissement"
EMAIL, PHONE = "email", "telephone"
CONTACTS = (EMAIL, PHONE)

# Criteria of these fields read what only targets have.
TARGET_RANGES = (
    "ca",
    "attractivite",
    "cedabilite",
    "couverture",
    "dirigeant",
    "anciennete",
    "maj",
)
RANGES = (*TARGET_RANGES, "age", "avis")
TARGET_CODES = ("evenement", "sans_evenement", "contact", "liste")
PERIOD = ("evenement_du", "evenement_au")

# Beyond every column: an absurd bound finds nothing instead of failing.
_MOST = 2**62


@dataclass(frozen=True, slots=True)
class Bounds:
    """From ``low`` to ``high``, both included; ``with_unknown`` lets the unknown in."""

    low: Decimal | None = None
    high: Decimal | None = None
    with_unknown: bool = False

    def __bool__(self) -> bool:
        return self.low is not None or self.high is not None

    def whole(self, scale: int = 1) -> tuple[int | None, int | None]:
        """The bounds in whole steps of ``1 / scale``, letting in nothing outside."""
        return (
            _rounded(self.low, scale, ROUND_CEILING),
            _rounded(self.high, scale, ROUND_FLOOR),
        )


def _rounded(bound: Decimal | None, scale: int, way: str) -> int | None:
    if bound is None:
        return None
    steps = (Decimal(bound) * scale).to_integral_value(way)
    return int(max(min(steps, Decimal(_MOST)), Decimal(-_MOST)))


@dataclass(frozen=True, slots=True)
class Criteria:
    """Amounts (``ca``) are millions of euros, readings points, ages whole years.

    ``dirigeant`` is the leader's age, ``anciennete`` the whole years since their
    appointment, ``maj`` the days since the last enrichment, ``avis`` the points that
    someone of the reader's desk puts beside the score. Events are of any of the
    kinds ``evenement`` and of none of ``sans_evenement``, between the same two days
    included. ``contact`` is wanted whole; ``liste`` and ``hors_liste`` are public ids
    of the reader's desk: in any of the first, in none of the second.

    SIRENs that were pasted by thousands are in ``siren`` like the others, and
    ``collage`` says under which public id they are kept: an address has that only.
    """

    q: str = ""
    naf: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    departement: tuple[str, ...] = ()
    commune: tuple[str, ...] = ()
    lieu: str = ""
    tranche: tuple[str, ...] = ()
    forme: tuple[str, ...] = ()
    statut: tuple[str, ...] = ()
    ca: Bounds = field(default_factory=Bounds)
    attractivite: Bounds = field(default_factory=Bounds)
    cedabilite: Bounds = field(default_factory=Bounds)
    couverture: Bounds = field(default_factory=Bounds)
    dirigeant: Bounds = field(default_factory=Bounds)
    anciennete: Bounds = field(default_factory=Bounds)
    maj: Bounds = field(default_factory=Bounds)
    age: Bounds = field(default_factory=Bounds)
    avis: Bounds = field(default_factory=Bounds)
    evenement: tuple[str, ...] = ()
    sans_evenement: tuple[str, ...] = ()
    evenement_du: date | None = None
    evenement_au: date | None = None
    contact: tuple[str, ...] = ()
    liste: tuple[str, ...] = ()
    hors_liste: tuple[str, ...] = ()
    fermees: bool = False
    siren: tuple[str, ...] = ()
    collage: str = ""
    # What the lists are called, (public id, name): for words, never for finding.
    list_names: tuple[tuple[str, str], ...] = field(
        default=(), compare=False, repr=False
    )

    @property
    def needs_target(self) -> bool:
        """A criterion reads what the register does not know."""
        return any(getattr(self, name) for name in (*TARGET_RANGES, *TARGET_CODES))

    @property
    def register_only(self) -> Self:
        """The same search without what only targets have."""
        changes: dict[str, Any] = dict.fromkeys(TARGET_RANGES, Bounds())
        changes |= dict.fromkeys(TARGET_CODES, ()) | dict.fromkeys(PERIOD)
        return replace(self, **changes)

    def without(self, name: str, value: str | None = None) -> Self:
        """Less one value of a list, or less the whole criterion."""
        current = getattr(self, name)
        if value is not None and isinstance(current, tuple):
            left: Any = tuple(item for item in current if item != value)
        else:
            left = getattr(Criteria(), name)
        return replace(self, **{name: left})._without_orphans(name)

    def _without_orphans(self, name: str) -> Self:
        """A period goes with the last kind of event it bounded, a paste with its id."""
        if name in ("siren", "collage"):
            return replace(self, siren=(), collage="")
        if name.endswith("evenement") and not (self.evenement or self.sans_evenement):
            return replace(self, evenement_du=None, evenement_au=None)
        return self

    @property
    def is_empty(self) -> bool:
        """Everything is looked for; where places would hold is no criterion alone."""
        return replace(self, lieu="") == Criteria()

    @property
    def has_place(self) -> bool:
        return bool(self.region or self.departement or self.commune)

    @property
    def in_any_establishment(self) -> bool:
        """The chosen places hold for any open establishment."""
        return self.has_place and self.lieu == ANY_ESTABLISHMENT

    @property
    def naf_codes(self) -> tuple[str, ...]:
        """Most specific first wins: a division chosen under its section replaces it."""
        return _most_specific(self.naf, _naf_parents)

    @property
    def place_codes(self) -> tuple[tuple[str, str], ...]:
        """(level, code) of the places, a département replacing its région and so on."""
        regions_taken = {
            nomenclature.region_of(code) for code in self.opened_departments
        }
        taken = {place.department for place in self._communes()}
        return (
            *(("region", c) for c in self.region if c not in regions_taken),
            *(("departement", c) for c in self.departement if c not in taken),
            *(("commune", c) for c in self.commune),
        )

    @property
    def opened_departments(self) -> set[str]:
        """Those whose communes are looked at."""
        return set(self.departement) | {place.department for place in self._communes()}

    def _communes(self) -> list[nomenclature.Place]:
        known = nomenclature.places()
        return [known[code] for code in self.commune if code in known]

    def query(self, **extra: str) -> str:
        """The query string that gives this search again."""
        more = urlencode([pair for pair in extra.items() if pair[1]])
        return "&".join(part for part in (_written(self), more) if part)


# The criteria of a page and each with one chip less: every link of the page has them.
@lru_cache(maxsize=64)
def _written(criteria: Criteria) -> str:
    pairs: list[tuple[str, str]] = []
    unknown: list[str] = []
    for name in _FIELDS:
        value: Any = getattr(criteria, name)
        if isinstance(value, Bounds):
            pairs += _bounds(name, value)
            if value and value.with_unknown:
                unknown.append(name)
        elif name == "siren" and criteria.collage:
            continue
        elif isinstance(value, tuple):
            pairs += [(name, item) for item in value]
        elif value:
            pairs.append((name, "1" if value is True else str(value)))
    pairs += [("inconnus", name) for name in unknown]
    return urlencode(pairs)


_FIELDS = tuple(each.name for each in fields(Criteria) if each.compare)


def _bounds(name: str, bounds: Bounds) -> list[tuple[str, str]]:
    ends = ((f"{name}_min", bounds.low), (f"{name}_max", bounds.high))
    return [(end, _plain(value)) for end, value in ends if value is not None]


def _plain(number: Decimal) -> str:
    return f"{Decimal(number).normalize():f}"


def _naf_parents(code: str) -> set[str]:
    naf = nomenclature.naf_codes().get(code)
    if naf is not None:
        return {naf.class_, naf.group, naf.division, naf.section}
    parents = {code[:length] for length in (2, 4, 5) if length < len(code)}
    first = nomenclature.naf_levels().get(code)
    if first and len(code) > 1:
        parents.add(nomenclature.naf_by_id()[first[1].first].section)
    return parents


def _most_specific(codes: tuple[str, ...], parents_of: Any) -> tuple[str, ...]:
    replaced: set[str] = set()
    for code in codes:
        replaced |= parents_of(code)
    return tuple(code for code in codes if code not in replaced)
