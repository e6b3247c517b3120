"""What people of a desk say of companies, by number: kept elsewhere, asked for here.

They are few, written by hand, and read at each search that has a criterion on them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from companies.search.criteria import Bounds

# From a desk's number to the points of each company.
Reader = Callable[[int], Mapping[int, int]]
_readers: list[Reader] = []


@dataclass(frozen=True, slots=True)
class Chosen:
    """These companies are let in; or, when ``is_without``, all but these."""

    sirens: list[int]
    is_without: bool


def read_with(reader: Reader) -> Reader:
    """A decorator: whoever keeps what people say is asked by this function."""
    _readers[:] = [reader]
    return reader


def chosen(bounds: Bounds, desk_id: int | None) -> Chosen:
    """Within the bounds; with the unknown, those that nobody said anything of too."""
    given: dict[int, int] = {}
    if desk_id is not None:
        for read in _readers:
            given |= read(desk_id)
    inside = {siren for siren, points in given.items() if _holds(bounds, points)}
    if bounds.with_unknown:
        return Chosen(sorted(given.keys() - inside), is_without=True)
    return Chosen(sorted(inside), is_without=False)


def _holds(bounds: Bounds, points: int) -> bool:
    low, high = bounds.whole()
    return (low is None or points >= low) and (high is None or points <= high)
