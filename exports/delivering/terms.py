"""What a delivery is asked, and what it tells."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from exports.profiles.column import Table

# Of each kind, as many SIRENs are named; the counts are exact.
NAMED = 100


class DeliveryRefused(ValueError):
    """Says in a French sentence why nothing, or nothing more, was sent.

    ``is_passing``: the same delivery may succeed later, nobody has to act.
    """

    def __init__(self, sentence: str, *, is_passing: bool = False) -> None:
        super().__init__(sentence)
        self.is_passing = is_passing


class TooLong(Exception):
    """Longer than somebody waits for a page: a worker may do it."""


# Called about once a second with the rows dealt with so far and what to resume from;
# whatever it raises stops the delivery, and rises.
Beat = Callable[[int, dict[str, Any]], None]


def no_beat(_done: int, _progress: dict[str, Any]) -> None:
    """For whoever waits for the end without a sign."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One delivery, with nothing left to look up.

    ``batches`` begins anew at each call. ``progress`` is what the last beat of an
    interrupted attempt gave, or empty. ``facts`` are the manifest's, in words.
    """

    reference: str
    table: Table
    batches: Callable[[], Iterator[Any]]
    with_contacts: bool = False
    withheld: tuple[str, ...] = ()
    progress: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    is_sandbox: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a delivery would do. ``rows`` are companies.

    ``changes``: how many companies differ, by field. ``added`` fields would be made,
    ``missing`` ones left out, ``withheld`` ones are contacts that may not go there.
    ``refused``: companies that are there several times, the first by SIREN.
    """

    rows: int
    created: int
    changed: int
    left: int
    removed: int = 0
    changes: Mapping[str, int] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    refused_count: int = 0
