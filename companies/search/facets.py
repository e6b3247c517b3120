"""How many companies each choice would give, each facet ignoring its own choices."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from companies import nomenclature
from companies.choices import Status
from companies.nomenclature import HeadcountBand
from companies.search import phrase
from companies.search.counts import SITE_LEVELS, Counts
from companies.search.criteria import UNKNOWN, Criteria

BINS = 20


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a facet; ``children`` are there when it is chosen or opened."""

    name: str
    value: str
    label: str
    count: int
    is_chosen: bool
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts in twenty bins of five points, and the range where there are any."""

    counts: tuple[int, ...] = (0,) * BINS
    lowest: int | None = None
    highest: int | None = None


@dataclass(slots=True)
class Facets:
    naf: list[Option] = field(default_factory=list)
    place: list[Option] = field(default_factory=list)
    headcount: list[Option] = field(default_factory=list)
    legal_form: list[Option] = field(default_factory=list)
    status: list[Option] = field(default_factory=list)
    readings: dict[str, Histogram] = field(default_factory=dict)


def naf_options(counts: dict[int | None, int], criteria: Criteria) -> list[Option]:
    """Sections; under a chosen code, the codes one level below it."""
    by_id = nomenclature.naf_by_id()
    levels: Counter[str] = Counter()
    children: dict[str, set[str]] = {}
    tops: set[str] = set()
    for number, count in counts.items():
        naf = by_id.get(number or 0)
        if naf is None:
            continue
        path = [naf.section, naf.division, naf.group, naf.class_, naf.code]
        tops.add(naf.section)
        for parent, child in zip(path, path[1:], strict=False):
            children.setdefault(parent, set()).add(child)
        for code in path:
            levels[code] += count
    known = nomenclature.naf_levels()
    opened = _opened_naf(criteria)
    for code in opened:
        # What is chosen and counts nobody stays in sight, to be unchosen.
        parent = _parent_of(code)
        children.setdefault(parent, set()).add(code)

    def walk(codes: Iterable[str], depth: int) -> Iterable[Option]:
        for code in sorted(codes, key=lambda c: (-levels[c], c) if not depth else c):
            yield Option(
                "naf",
                code,
                f"{code} {known[code][0]}" if len(code) > 1 else known[code][0],
                levels[code],
                code in criteria.naf_codes,
                depth,
            )
            below = children.get(code, set())
            if code in opened and below:
                yield from walk(below, depth + 1)

    return list(walk(tops | children.get("", set()), 0))


def _parent_of(code: str) -> str:
    """The level above; "" above a section."""
    first = nomenclature.naf_by_id()[nomenclature.naf_levels()[code][1].first]
    path = [first.section, first.division, first.group, first.class_, first.code]
    return ["", *path][path.index(code)]


def _opened_naf(criteria: Criteria) -> set[str]:
    opened = set(criteria.naf)
    for code in criteria.naf:
        first = nomenclature.naf_levels()[code][1].first
        naf = nomenclature.naf_by_id()[first]
        path = [naf.section, naf.division, naf.group, naf.class_, naf.code]
        opened.update(path[: path.index(code) + 1])
    return opened


def place_options(counts: Counts, criteria: Criteria) -> list[Option]:
    """Régions; under a chosen one its départements; under a chosen one its communes."""
    regions, departments, communes = _levels(counts)
    parents = {code: nomenclature.region_of(code) for code in departments}
    chosen = {code for _level, code in criteria.place_codes}
    opened_departments = criteria.opened_departments
    opened_regions = set(criteria.region) | {
        nomenclature.region_of(department) for department in opened_departments
    }
    # What is chosen and counts nobody stays in sight, to be unchosen.
    for code in opened_departments:
        departments.setdefault(code, 0)
        parents[code] = nomenclature.region_of(code)
    for code in (*criteria.region, *opened_regions):
        regions.setdefault(code, 0)
    for code in criteria.commune:
        communes.setdefault(code, 0)
    options: list[Option] = []
    for region, count in sorted(regions.items(), key=lambda pair: (-pair[1], pair[0])):
        label = nomenclature.regions().get(region, region)
        options.append(Option("region", region, label, count, region in chosen))
        if region not in opened_regions:
            continue
        inside = [d for d, parent in parents.items() if parent == region]
        for code in sorted(inside, key=lambda d: (-departments[d], d)):
            name = f"{code} {nomenclature.departments().get(code, '')}"
            options.append(
                Option("departement", code, name, departments[code], code in chosen, 1)
            )
            if code in opened_departments:
                options += _communes(code, communes, chosen)
    return options


def _levels(counts: Counts) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """By région, département and commune; of a company's several places, each once."""
    by_id = nomenclature.place_by_id()
    levels: tuple[Counter[str], ...] = (Counter(), Counter(), Counter())
    for number, count in counts.place.items():
        place = by_id.get(number or 0)
        if place is not None:
            for level, code in zip(levels, place.path, strict=True):
                level[code] += count
    for level, depth in zip(levels, SITE_LEVELS, strict=True):
        for number, count in counts.sites.get(depth, {}).items():
            level[by_id[number].path[SITE_LEVELS.index(depth)]] = count
    return levels[0], levels[1], levels[2]


def _communes(
    department: str, communes: Counter[str], chosen: set[str], most: int = 12
) -> list[Option]:
    known = nomenclature.places()
    inside = [c for c in communes if known[c].department == department]
    inside.sort(key=lambda c: (c not in chosen, -communes[c], known[c].name))
    return [
        Option("commune", code, known[code].name, communes[code], code in chosen, 2)
        for code in inside[: max(most, sum(c in chosen for c in inside))]
    ]


def headcount_options(counts: dict[Any, int], criteria: Criteria) -> list[Option]:
    bands: Counter[str] = Counter()
    for number, count in counts.items():
        bands[_band_of(number)] += count
    options = [
        Option(
            "tranche",
            code,
            _band_label(band),
            bands[code],
            code in criteria.tranche,
        )
        for code, band in nomenclature.HEADCOUNT_BANDS.items()
        if bands[code] or code in criteria.tranche
    ]
    if bands[UNKNOWN] or UNKNOWN in criteria.tranche:
        chosen = UNKNOWN in criteria.tranche
        options.append(Option("tranche", UNKNOWN, _("inconnu"), bands[UNKNOWN], chosen))
    return options


def _band_label(band: HeadcountBand) -> str:
    words = _("%(bands)s\u00a0salariés") if band.lower > 1 else _("%(bands)s salarié")
    return words % {"bands": phrase.headcount_band(band)}


def _band_of(number: int | None) -> str:
    if number is None:
        return UNKNOWN
    for code, band in nomenclature.HEADCOUNT_BANDS.items():
        if band.upper is None or number <= band.upper:
            return code
    return UNKNOWN


def legal_form_options(counts: dict[Any, int], criteria: Criteria) -> list[Option]:
    options = []
    for number, count in sorted(counts.items(), key=lambda p: (-p[1], p[0] or 0)):
        code = UNKNOWN if number is None else f"{number:04d}"
        label = _("inconnue") if number is None else nomenclature.legal_form_name(code)
        options.append(Option("forme", code, label, count, code in criteria.forme))
    present = {option.value for option in options}
    options += [
        Option("forme", code, _absent_form(code), 0, True)
        for code in criteria.forme
        if code not in present
    ]
    return options


def _absent_form(code: str) -> str:
    return _("inconnu") if code == UNKNOWN else nomenclature.legal_form_name(code)


def status_options(counts: dict[Any, int], criteria: Criteria) -> list[Option]:
    return [
        Option(
            "statut", value, str(label), counts.get(value, 0), value in criteria.statut
        )
        for value, label in Status.choices
        if counts.get(value) or value in criteria.statut
    ]


CODES = ("naf", "region", "departement", "commune", "tranche", "forme", "statut")


def unseen(criteria: Criteria, shown: Facets | None) -> list[tuple[str, str]]:
    """(name, value) of the choices that no box shows: a form must send them too."""
    boxes = set()
    if shown is not None:
        facets = (
            shown.naf,
            shown.place,
            shown.headcount,
            shown.legal_form,
            shown.status,
        )
        boxes = {(each.name, each.value) for facet in facets for each in facet}
    pairs = [(name, value) for name in CODES for value in getattr(criteria, name)]
    if criteria.collage:
        pairs.append(("collage", criteria.collage))
    else:
        pairs += [("siren", siren) for siren in criteria.siren]
    return [pair for pair in pairs if pair not in boxes]


def histogram(counts: dict[int, int]) -> Histogram:
    """``counts`` by bin number, 0 to 19; a hundred falls in the last bin."""
    bins = [0] * BINS
    for number, count in counts.items():
        bins[min(number, BINS - 1)] += count
    filled = [number for number, count in enumerate(bins) if count]
    if not filled:
        return Histogram()
    return Histogram(tuple(bins), filled[0] * 5, min(filled[-1] * 5 + 5, 100))
