"""From a search to frames of typed columns, batch after batch, in constant memory.

The columns of a profile say by their expressions which facts they stand on; only these
are read (``exports.reading``), by whole columns, for a group of SIRENs at a time.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from companies.search import engine
from companies.search.engine import Search
from exports.profiles import sql
from exports.profiles.column import Column, Table
from exports.reading import accounts, contacts, facts, sheets

SIZE = 20_000
# Notices lie in a table for each month, and each of them is looked into: it is asked
# for many companies at a time, of which the latest notice alone is kept.
STRIDE = 100_000
# What a page about one company needs is not read for thousands at once.
SHEETS = 50
Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Group:
    """Some companies, in the order of the search, and the facts to read of them."""

    sirens: list[int]
    names: frozenset[str]
    events: pl.DataFrame | None


def read(
    table: Table,
    search: Search,
    *,
    with_contacts: bool = False,
    desk_id: int | None,
    size: int = SIZE,
    tally: Counter[str] | None = None,
) -> Iterator[Any]:
    """What the writers of a table's formats take, whatever its shape.

    Inside ``exports.snapshot.snapshot()``. With contacts, ``tally`` counts for the
    audit trail what was read: emails, phones, withheld, opposed, companies refused.
    Whoever asks has seen to it that the person may.
    """
    given = {"with_contacts": with_contacts, "desk_id": desk_id, "tally": tally}
    if table.shape == "rows":
        return batches(search, table.columns, size=size, **given)  # type: ignore[arg-type]
    if table.shape == "tables":
        return tables(search, table.columns, size=size, **given)  # type: ignore[arg-type]
    return pages(search, table.columns, **given)  # type: ignore[arg-type]


def batches(
    search: Search,
    columns: Sequence[Column],
    *,
    with_contacts: bool = False,
    desk_id: int | None,
    size: int = SIZE,
    tally: Counter[str] | None = None,
) -> Iterator[pl.DataFrame]:
    """The columns of every company, in the order of the search; see ``read``."""
    for group in _groups(search, size, columns):
        yield _frame(group, columns, desk_id, with_contacts=with_contacts, tally=tally)


def tables(
    search: Search,
    columns: Sequence[Column],
    *,
    with_contacts: bool = False,
    desk_id: int | None,
    size: int = SIZE,
    tally: Counter[str] | None = None,
) -> Iterator[Frames]:
    """By batch a frame of each table: ``companies``, ``financials``, ``contacts``."""
    shapes = sql.tables(Table(tuple(columns)))
    for group in _groups(search, size, columns):
        exercises = accounts.every(group.sirens)
        people = contacts.every(group.sirens, tally, is_read=with_contacts)
        yield {
            "companies": _frame(group, columns, desk_id),
            "financials": exercises.select(_named(shapes["financials"])),
            "contacts": people.select(_named(shapes["contacts"])),
        }


def pages(
    search: Search,
    columns: Sequence[Column],
    *,
    with_contacts: bool = False,
    desk_id: int | None,
    tally: Counter[str] | None = None,
) -> Iterator[Mapping[str, Any]]:
    """What the PDF draws: the columns, all exercises, what scoring and sources say."""
    for group in _groups(search, SHEETS, columns):
        yield {
            "companies": _frame(
                group, columns, desk_id, with_contacts=with_contacts, tally=tally
            ),
            "financials": accounts.every(group.sirens),
            "beside": sheets.beside(group.sirens),
        }


def _groups(search: Search, size: int, columns: Sequence[Column]) -> Iterator[Group]:
    names = facts.needed(column.value for column in columns)
    has_events = not facts.EVENT.keys().isdisjoint(names)
    most = max(size, STRIDE) if has_events else size
    for stride in engine.siren_batches(search, batch=most):
        sirens = [int(siren) for siren in stride]
        events = facts.latest_events(sirens) if has_events else None
        for start in range(0, len(sirens), size):
            yield Group(sirens[start : start + size], names, events)


def _frame(
    group: Group,
    columns: Sequence[Column],
    desk_id: int | None,
    *,
    with_contacts: bool = False,
    tally: Counter[str] | None = None,
) -> pl.DataFrame:
    found = facts.rows(
        group.sirens,
        group.names,
        desk_id=desk_id,
        with_contacts=with_contacts,
        tally=tally,
        events=group.events,
    )
    return found.select(_named(columns))


def _named(columns: Sequence[Column]) -> list[pl.Expr]:
    return [each.value.cast(each.dtype).alias(each.name) for each in columns]
