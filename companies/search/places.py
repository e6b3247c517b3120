"""Where a row stands in the list's order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """The sort key of a company and its SIREN; a key of None is unknown, and last."""

    key: int | str | None
    siren: int
