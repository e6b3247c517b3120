"""The index as this process sees it: files mapped, and what changed since in memory.

A search begins by asking which transactions its last look did not see; the companies
they touched are read again into runs of blocks, and struck out of what told them
before. What a transaction of one's own has not committed yet is seen too, and kept by
nobody else. A page that finds thousands of them reads a part; a thread of its process
follows with the rest, turn by turn, while pages are told the others as they were.

Runs are joined like the levels of a log-structured merge tree, from what was read and
without reading it again: a change costs about as much after a hundred thousand of them
as after the first.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import DatabaseError, connection

from companies.search.index import bits, columns
from companies.search.index.block import Block
from companies.search.index.columns import Source
from companies.search.index.derive import derive
from companies.search.index.sets import COMPANY, Change, Sets
from mainsite.lib.database_sessions import Kind

logger = logging.getLogger(__name__)

# Of the files: raised whenever ``derive`` makes them otherwise.
FORM = 3
# A run that is not twice as long as what comes after it is joined with it, up to a
# length whose joining nobody notices.
_LONGEST_RUN = 16_000
# What a page, or its follower in one turn, reads again at most. Of an import of a
# hundred thousand, the rest is told as it was for some seconds.
_A_TURN = 1_000
# A job reads again whatever changed, in statements none of which takes too long.
_A_STATEMENT = 4_000
# More changes than that are counted by PostgreSQL until the index is built again.
_MOST_CHANGES = 300_000

LOOK = """
    SELECT now.snapshot, now.own IS NOT NULL, now.is_trusted, c.kind, c.key, c.siren
    FROM (
        SELECT pg_current_snapshot()::text AS snapshot,
               pg_current_xact_id_if_assigned() AS own,
               EXISTS (SELECT FROM search_build WHERE token = %s::uuid) AS is_trusted
    ) now LEFT JOIN LATERAL (
        SELECT DISTINCT kind, key, siren FROM search_change
        WHERE xid >= pg_snapshot_xmin(%s::pg_snapshot)
          AND NOT pg_visible_in_snapshot(xid, %s::pg_snapshot)
        LIMIT %s
    ) c ON true
"""


@dataclass(frozen=True, slots=True)
class Run:
    """Companies that were read again: what was read, and the blocks made of it.

    ``rows`` are told here now; those told later lie struck out in the blocks, and in
    ``source`` until it is joined with another.
    """

    source: Source
    blocks: tuple[Block, ...]
    rows: int

    @classmethod
    def of(cls, source: Source) -> "Run":
        blocks = tuple(
            Block(
                derive(rows, source.events, source.sites, source.names, source.accounts)
            )
            for rows in (source.targets, source.others)
        )
        return cls(source, blocks, sum(block.rows for block in blocks))

    def without(self, siren: npt.NDArray[Any]) -> "Run":
        blocks, struck = _without(self.blocks, siren)
        return replace(self, blocks=blocks, rows=self.rows - struck) if struck else self

    @property
    def told(self) -> Source:
        """What is read here and told nowhere else."""
        gone = [
            block["siren"][bits.positions(block.gone)]
            for block in self.blocks
            if block.gone is not None
        ]
        return self.source.without(np.concatenate(gone)) if gone else self.source


@dataclass(frozen=True, slots=True)
class View:
    """What one search reads; nothing in it ever changes.

    ``behind`` are companies known to have changed, still told as they were before.
    """

    token: str
    snapshot: str
    files: tuple[Block, ...]
    runs: tuple[Run, ...] = ()
    sets: Sets = field(default_factory=Sets)
    behind: frozenset[int] = frozenset()

    @property
    def blocks(self) -> tuple[Block, ...]:
        lately = (block for run in self.runs for block in run.blocks)
        return tuple(block for block in (*self.files, *lately) if block.rows)

    @property
    def changed(self) -> int:
        """Companies that the files no longer tell."""
        return sum(run.rows for run in self.runs) + len(self.behind)

    def caught_up(self, most: int, *, first: frozenset[int] = frozenset()) -> "View":
        """With that many of those ``behind`` read again, ``first`` before others."""
        if not self.behind:
            return self
        # Of more than that many none comes before another.
        first = first if len(first) <= most else frozenset()
        order = sorted(first) + sorted(self.behind - first)
        return _told_again(self, order[:most])


class Store:
    """One for a process; its views are shared by its threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._generation = ""
        self._view: View | None = None
        self._follower: threading.Thread | None = None

    def view(self) -> View | None:
        """What is true now, or None when PostgreSQL must count by itself."""
        try:
            generation = os.readlink(self._folder / "current")
        except OSError:
            return None
        with self._lock:
            if generation != self._generation:
                self._view = _opened(self._folder / generation)
                self._generation = generation
            if self._view is None:
                return None
            now, is_shared = _caught_up(self._view)
            if is_shared:
                self._view = now
                self._follow()
            return now

    def _follow(self) -> None:
        """Have a thread read what this page left; called with the lock."""
        is_at_it = self._follower is not None and self._follower.is_alive()
        if self._view is None or not self._view.behind or is_at_it:
            return
        self._follower = threading.Thread(
            target=self._catch_up, name="search-index", daemon=True
        )
        self._follower.start()

    def _catch_up(self) -> None:
        try:
            while took_s := self._one_turn():
                # Pages have the lock, and the processor, at least half of the time.
                time.sleep(took_s)
        except DatabaseError:
            logger.exception("the search index does not catch up: the next page tries")
        finally:
            connection.close()

    def _one_turn(self) -> float:
        """Seconds that it took; 0 when nothing was left."""
        began = time.monotonic()
        with self._lock:
            if self._view is None or not self._view.behind:
                # Whoever leaves something from now on starts another.
                self._follower = None
                return 0.0
            self._view = self._view.caught_up(_A_TURN)
        return time.monotonic() - began


@dataclass(frozen=True, slots=True)
class About:
    """Which build a folder holds, in what form, what it saw of the database."""

    token: str
    snapshot: str
    form: int = 0


def about(folder: Path) -> About | None:
    """The build in use in a folder, if there is one."""
    try:
        found = About(**json.loads((folder / "current" / "about.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.form == FORM else None


def _opened(folder: Path) -> View | None:
    try:
        told = About(**json.loads((folder / "about.json").read_text()))
        if told.form != FORM:
            logger.warning("the search index of %s is of another form", folder.name)
            return None
        files = tuple(Block(_mapped(folder / name)) for name in ("targets", "others"))
    except (OSError, ValueError, TypeError):
        logger.exception("the search index of %s cannot be read", folder.name)
        return None
    return View(told.token, told.snapshot, files)


def _mapped(folder: Path) -> dict[str, npt.NDArray[Any]]:
    return {
        path.stem: np.load(path, mmap_mode="r") for path in sorted(folder.glob("*.npy"))
    }


def _caught_up(view: View) -> tuple[View | None, bool]:
    """The view with what it had not seen, and whether others may have it too."""
    with connection.cursor() as cursor:
        cursor.execute(
            LOOK, [view.token, view.snapshot, view.snapshot, _MOST_CHANGES + 1]
        )
        rows = cursor.fetchall()
    snapshot, is_writing, is_trusted = rows[0][:3]
    changes = [Change(*row[3:]) for row in rows if row[3] is not None]
    if not is_trusted or view.changed + len(changes) > _MOST_CHANGES:
        return None, not is_writing
    sirens = {change.siren for change in changes if change.kind == COMPANY}
    is_page = settings.DATABASE_KIND == Kind.WEB
    now = replace(view, behind=view.behind | sirens)
    # What one person changed never waits behind an import.
    most = _A_TURN if is_page else _MOST_CHANGES
    now = now.caught_up(most, first=frozenset(sirens))
    kept = now.sets.copy() if is_writing else now.sets
    now = replace(now, snapshot=snapshot, sets=kept.caught_up(changes))
    return now, not is_writing


def _told_again(view: View, sirens: list[int]) -> View:
    new = np.array(sirens, np.int32)
    files, _ = _without(view.files, new)
    runs = [run for each in view.runs if (run := each.without(new)).rows]
    for start in range(0, len(sirens), _A_STATEMENT):
        runs.append(Run.of(columns.read(sirens[start : start + _A_STATEMENT])))
        _join(runs)
    behind = view.behind.difference(sirens)
    return replace(view, files=files, runs=tuple(runs), behind=behind)


def _join(runs: list[Run]) -> None:
    """The last of them with those before it that it is long enough for."""
    first, rows = len(runs) - 1, runs[-1].rows
    while first and runs[first - 1].rows <= min(2 * rows, _LONGEST_RUN - rows):
        first -= 1
        rows += runs[first].rows
    if first < len(runs) - 1:
        told = (run.told for run in runs[first:])
        runs[first:] = [Run.of(reduce(Source.and_of, told))]


def _without(
    blocks: Iterable[Block], sirens: npt.NDArray[Any]
) -> tuple[tuple[Block, ...], int]:
    """The blocks without these companies, and how many were told there."""
    left, struck = [], 0
    for each in blocks:
        fewer = each.without(each.rows_of(sirens))
        gone = bits.count(each.present) - bits.count(fewer.present)
        left.append(fewer if gone else each)
        struck += gone
    return tuple(left), struck


_stores: dict[Path, Store] = {}


def current_folder() -> Path:
    return Path(settings.SEARCH_INDEX_DIR)


def current() -> View | None:
    """What is true now of every company, or None when there is no index to trust."""
    folder = current_folder()
    store = _stores.get(folder)
    if store is None:
        store = _stores.setdefault(folder, Store(folder))
    return store.view()
