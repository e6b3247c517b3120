"""What belongs to a desk, by company: its statuses, its lists. Kept while it is asked.

A set is read whole once, then only the companies that changed in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import connection

from companies.choices import Status
from companies.search.index.block import Block

Array = npt.NDArray[Any]

COMPANY, PURSUIT, LIST = 0, 1, 2
STATUSES = tuple(Status.values)
# Whoever has no pursuit is one.
PROSPECT = STATUSES.index(Status.PROSPECT)
_MOST_KEPT = 64
_MOST_BLOCKS = 16


class Change(NamedTuple):
    kind: int
    key: int
    siren: int


@dataclass(frozen=True, slots=True)
class Members:
    """Companies in ascending order, each with a number: a status's, or 0."""

    siren: Array
    value: Array
    _found: dict[object, tuple[Array, Array]] = field(default_factory=dict)

    def rows_in(self, block: Block) -> tuple[Array, Array]:
        """Rows of those that the block holds and their numbers; looked up once."""
        found = self._found.get(block.key)
        if found is None:
            rows, is_here = block.rows_of_each(self.siren)
            if len(self._found) >= _MOST_BLOCKS:
                self._found.clear()
            found = self._found[block.key] = rows, self.value[is_here]
        return found


_READ = {
    PURSUIT: """
        SELECT siren, array_position(%(statuses)s::text[], status) - 1
        FROM pursuit WHERE desk_id = %(key)s AND {siren} ORDER BY siren
    """,
    LIST: """
        SELECT siren, 0 FROM list_entry
        WHERE list_id = %(key)s AND {siren} ORDER BY siren
    """,
}


@dataclass(frozen=True, slots=True)
class Sets:
    """The sets read so far, by (kind, key); one that is asked for is read and kept."""

    _kept: dict[tuple[int, int], Members] = field(default_factory=dict)

    def of(self, kind: int, key: int) -> Members:
        found = self._kept.get((kind, key))
        if found is None:
            found = _read(kind, key)
            if len(self._kept) >= _MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[kind, key] = found
        return found

    def copy(self) -> "Sets":
        """For a transaction of one's own: what it reads is not for the others."""
        return Sets(dict(self._kept))

    def caught_up(self, changes: Iterable[Change]) -> "Sets":
        changed: dict[tuple[int, int], set[int]] = {}
        for change in changes:
            if (change.kind, change.key) in self._kept:
                changed.setdefault((change.kind, change.key), set()).add(change.siren)
        if not changed:
            return self
        kept = dict(self._kept)
        for (kind, key), sirens in changed.items():
            kept[kind, key] = _replaced(kept[kind, key], kind, key, sorted(sirens))
        return Sets(kept)


def _replaced(members: Members, kind: int, key: int, sirens: list[int]) -> Members:
    again = _read(kind, key, sirens)
    keep = ~np.isin(members.siren, sirens)
    siren = np.concatenate([members.siren[keep], again.siren])
    value = np.concatenate([members.value[keep], again.value])
    order = np.argsort(siren)
    return Members(siren[order], value[order])


def _read(kind: int, key: int, sirens: list[int] | None = None) -> Members:
    condition = "true" if sirens is None else "siren = ANY(%(sirens)s)"
    parameters: Mapping[str, Any] = {
        "statuses": list(STATUSES),
        "key": key,
        "sirens": sirens,
    }
    with connection.cursor() as cursor:
        cursor.execute(_READ[kind].format(siren=condition), parameters)
        rows = cursor.fetchall()
    pairs = np.array(rows, np.int64).reshape(-1, 2)
    return Members(pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int8))


def list_keys(public_ids: Iterable[str], desk_id: int | None) -> list[int]:
    """Numbers of the desk's lists that bear these public ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM target_list"
            " WHERE desk_id = %s AND public_id = ANY(%s::uuid[])",
            [desk_id, list(public_ids)],
        )
        return [row[0] for row in cursor.fetchall()]
