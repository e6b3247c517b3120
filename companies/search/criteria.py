"""What someone looks for, as plain values; the form makes it from a query string."""

from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlencode

from companies import nomenclature

UNKNOWN = "inconnu"
DEFAULT_SORT = "-attractivite"

# Criteria of these fields read what only enriched companies have.
TARGET_RANGES = ("ca", "attractivite", "cedabilite", "couverture", "dirigeant")
RANGES = (*TARGET_RANGES, "age")


@dataclass(frozen=True, slots=True)
class Bounds:
    """From ``low`` to ``high``, both included; ``with_unknown`` lets the unknown in."""

    low: Decimal | None = None
    high: Decimal | None = None
    with_unknown: bool = False

    def __bool__(self) -> bool:
        return self.low is not None or self.high is not None


@dataclass(frozen=True, slots=True)
class Criteria:
    """Amounts (``ca``) are millions of euros, readings points, ages whole years."""

    q: str = ""
    naf: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    departement: tuple[str, ...] = ()
    commune: tuple[str, ...] = ()
    tranche: tuple[str, ...] = ()
    forme: tuple[str, ...] = ()
    statut: tuple[str, ...] = ()
    ca: Bounds = field(default_factory=Bounds)
    attractivite: Bounds = field(default_factory=Bounds)
    cedabilite: Bounds = field(default_factory=Bounds)
    couverture: Bounds = field(default_factory=Bounds)
    dirigeant: Bounds = field(default_factory=Bounds)
    age: Bounds = field(default_factory=Bounds)
    fermees: bool = False
    siren: tuple[str, ...] = ()

    @property
    def needs_target(self) -> bool:
        """A criterion reads what the register does not know."""
        return any(getattr(self, name) for name in TARGET_RANGES)

    @property
    def register_only(self) -> Self:
        """The same search without what only enriched companies have."""
        return self._with({name: Bounds() for name in TARGET_RANGES})

    def without(self, name: str, value: str | None = None) -> Self:
        """Less one value of a list, or less the whole criterion."""
        current = getattr(self, name)
        if value is not None and isinstance(current, tuple):
            kept = tuple(item for item in current if item != value)
            return self._with({name: kept})
        return self._with({name: getattr(Criteria(), name)})

    def _with(self, changes: dict[str, Any]) -> Self:
        return replace(self, **changes)

    @property
    def is_empty(self) -> bool:
        return self == Criteria()

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
        pairs: list[tuple[str, str]] = []
        unknown: list[str] = []
        for each in fields(self):
            value: Any = getattr(self, each.name)
            if isinstance(value, Bounds):
                if value.low is not None:
                    pairs.append((f"{each.name}_min", _plain(value.low)))
                if value.high is not None:
                    pairs.append((f"{each.name}_max", _plain(value.high)))
                if value and value.with_unknown:
                    unknown.append(each.name)
            elif isinstance(value, tuple):
                pairs += [(each.name, item) for item in value]
            elif value:
                pairs.append((each.name, "1" if value is True else value))
        pairs += [("inconnus", name) for name in unknown]
        pairs += [(name, value) for name, value in extra.items() if value]
        return urlencode(pairs)


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
