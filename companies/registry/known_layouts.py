"""The table of layouts: INSEE's stock files, extracts of them, and our own files."""

from collections.abc import Iterable

from companies.registry.demo_layouts import OUR_ESTABLISHMENTS, OURS
from companies.registry.extract_layouts import (
    API_SIRENE,
    DEFENCE_SITES,
    EMPLOYERS,
    GEOCODED,
    HEADCOUNTS,
    INCLUSION_EMPLOYERS,
    INDUSTRIAL_SITES,
    NAMED_ESTABLISHMENTS,
    SIRENE_2017,
    TOWN_EXTRACT,
    UNITS_EXTRACT,
)
from companies.registry.layouts import Layout
from companies.registry.stock_layouts import (
    STOCK_ESTABLISHMENTS,
    STOCK_UNITS,
    STOCK_UNITS_AND_INDIVIDUALS,
)

__all__ = [
    "GEOCODED",
    "LAYOUTS",
    "STOCK_ESTABLISHMENTS",
    "STOCK_UNITS",
    "STOCK_UNITS_AND_INDIVIDUALS",
    "nearest",
    "recognise",
]

# From the most demanding signature to the least.
LAYOUTS = (
    STOCK_UNITS,
    STOCK_ESTABLISHMENTS,
    OURS,
    OUR_ESTABLISHMENTS,
    SIRENE_2017,
    API_SIRENE,
    GEOCODED,
    NAMED_ESTABLISHMENTS,
    UNITS_EXTRACT,
    TOWN_EXTRACT,
    INDUSTRIAL_SITES,
    INCLUSION_EMPLOYERS,
    DEFENCE_SITES,
    EMPLOYERS,
    HEADCOUNTS,
)


def recognise(header: Iterable[str]) -> Layout | None:
    present = set(header)
    return next((lay for lay in LAYOUTS if lay.required <= present), None)


def nearest(header: Iterable[str]) -> tuple[Layout, list[str]]:
    """The layout that misses the smallest share of its columns, and those it misses."""
    present = set(header)

    def missing_share(layout: Layout) -> float:
        return len(layout.required - present) / len(layout.required)

    layout = min(LAYOUTS, key=missing_share)
    return layout, sorted(layout.required - present)
