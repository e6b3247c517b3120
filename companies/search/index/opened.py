"""What a facet shows: whole levels, and what lies below those that are opened."""

from collections.abc import Iterable
from functools import cache

from companies import nomenclature
from companies.nomenclature import Range
from companies.search.criteria import Criteria


def naf_spans(criteria: Criteria) -> list[Range]:
    """Every NAF number once, in the largest levels that need not be told apart."""
    levels = nomenclature.naf_levels()
    wanted = set()
    for code in criteria.naf:
        naf = nomenclature.naf_by_id()[levels[code][1].first]
        path = [naf.section, naf.division, naf.group, naf.class_, naf.code]
        wanted.update(path[: path.index(code) + 1])

    def below(codes: Iterable[str]) -> Iterable[Range]:
        for code in codes:
            if code in wanted and code in _children():
                yield from below(_children()[code])
            else:
                yield levels[code][1]

    return list(below(_children()[""]))


@cache
def _children() -> dict[str, list[str]]:
    """The codes right below each code; the sections below no code."""
    found: dict[str, dict[str, None]] = {}
    for naf in nomenclature.naf_codes().values():
        path = ["", naf.section, naf.division, naf.group, naf.class_, naf.code]
        for parent, child in zip(path, path[1:], strict=False):
            found.setdefault(parent, {})[child] = None
    return {parent: list(children) for parent, children in found.items()}


def place_spans(criteria: Criteria) -> list[Range]:
    """Régions; in an opened one its départements; in an opened one its communes."""
    departments = criteria.opened_departments
    regions = {
        *criteria.region,
        *(nomenclature.region_of(code) for code in departments),
    }
    spans: list[Range] = []
    for region, span in nomenclature.region_ranges().items():
        if region not in regions:
            spans.append(span)
            continue
        for department in _departments()[region]:
            inside = nomenclature.department_ranges()[department]
            if department in departments:
                numbers = range(inside.first, inside.last + 1)
                spans += [Range(number, number) for number in numbers]
            else:
                spans.append(inside)
    return spans


@cache
def _departments() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for department in nomenclature.department_ranges():
        found.setdefault(nomenclature.region_of(department), []).append(department)
    return found
