"""The index as this process sees it: files mapped, and what changed since in memory.

A search begins by asking which transactions its last look did not see; the companies
they touched are read again into runs of blocks, and struck out of what told them
before. What a transaction of one's own has not committed yet is seen too, and kept by
nobody else. Where a page finds many at once, a thread of its process reads them, turn
by turn; until then they are told as they were.
"""

import json
import logging
import os
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import DatabaseError, connection

from companies.search.index import runs
from companies.search.index.block import Block
from companies.search.index.kept import Kept
from companies.search.index.runs import Run
from companies.search.index.sets import COMPANY, Change, Sets
from mainsite.lib.database_sessions import Kind

logger = logging.getLogger(__name__)

# Of the files: raised whenever ``derive`` makes them otherwise.
FORM = 3
# More changes than that at once, an import's or a batch's, are left to the follower,
# which reads so many in a turn.
_A_PAGE = 20
_A_TURN = 1_000
# Rows that a page joins; the follower joins more.
_MOST_JOINED = 4_000
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
class View:
    """What one search reads; nothing in it ever changes.

    ``behind`` are companies known to have changed, still told as they were before.
    ``kept`` is what was counted of exactly this: a view that tells anything else has
    another one.
    """

    token: str
    snapshot: str
    files: tuple[Block, ...]
    runs: tuple[Run, ...] = ()
    sets: Sets = field(default_factory=Sets)
    behind: frozenset[int] = frozenset()
    kept: Kept = field(default_factory=Kept)

    @property
    def blocks(self) -> tuple[Block, ...]:
        lately = (block for run in self.runs for block in run.blocks)
        return tuple(block for block in (*self.files, *lately) if block.rows)

    @property
    def changed(self) -> int:
        """Companies that the files no longer tell."""
        return sum(run.rows for run in self.runs) + len(self.behind)

    def told_by(self, run: Run, sirens: frozenset[int], *, most: int) -> "View":
        """With these companies told by ``run``, joined with others up to ``most``."""
        new = np.array(sorted(sirens), np.int32)
        files, _ = runs.without(self.files, new)
        left = [less for each in self.runs if (less := each.without(new)).rows]
        return replace(
            self,
            files=files,
            runs=runs.joined([*left, run], most=most),
            behind=self.behind - sirens,
            kept=Kept(),
        )


class Store:
    """One for a process; its views are shared by its threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._generation = ""
        self._view: View | None = None
        self._looked_at = 0.0
        self._follower: threading.Thread | None = None
        # What the follower reads now, and what of it changed once more meanwhile.
        self._reading: frozenset[int] = frozenset()
        self._changed_again: frozenset[int] = frozenset()

    def view(self) -> View | None:
        """What is true now, or None when PostgreSQL must count by itself."""
        arrived = time.monotonic()
        try:
            generation = os.readlink(self._folder / "current")
        except OSError:
            return None
        with self._lock:
            # Who waited needs no look of its own: the last one saw what it would see.
            # Unless it has a transaction, whose changes nobody else sees.
            if self._looked_at > arrived and not connection.in_atomic_block:
                return self._view
            if generation != self._generation:
                self._view = _opened(self._folder / generation)
                self._generation = generation
            if self._view is None:
                return None
            began = time.monotonic()
            now, sirens, is_shared = _caught_up(self._view)
            if is_shared:
                self._view = now
                self._looked_at = 0.0 if connection.in_atomic_block else began
                self._changed_again |= sirens & self._reading
                self._follow()
            return now

    # What a page leaves, a thread reads: the follower. Pages wait for none of it.

    def _follow(self) -> None:
        """Called with the lock."""
        is_at_it = self._follower is not None and self._follower.is_alive()
        if self._view is None or not self._view.behind or is_at_it:
            return
        self._follower = threading.Thread(
            target=self._catch_up, name="search-index", daemon=True
        )
        self._follower.start()

    def _catch_up(self) -> None:
        try:
            while self._one_turn():
                self._join()
        except DatabaseError:
            logger.exception("the search index does not catch up: the next page tries")
        finally:
            connection.close()

    def _one_turn(self) -> bool:
        """Whether there was anything left to read."""
        with self._lock:
            view = self._view
            if view is None or not view.behind:
                # Whoever leaves something from now on starts another.
                self._follower = None
                return False
            chosen = sorted(view.behind)[:_A_TURN]
            self._reading, self._changed_again = frozenset(chosen), frozenset()
        run = Run.read(chosen)
        with self._lock:
            if self._view is not None and self._view.token == view.token:
                again = np.array(sorted(self._changed_again), np.int32)
                sure = self._reading - self._changed_again
                self._view = self._view.told_by(run.without(again), sure, most=0)
            self._reading = frozenset()
        return True

    def _join(self) -> None:
        """Unless somebody changed these runs meanwhile: then the next time."""
        view = self._view
        if view is None:
            return
        made = runs.joined(view.runs, most=runs.LONGEST)
        with self._lock:
            now = self._view
            if now is None or now.runs[: len(view.runs)] != view.runs:
                return
            self._view = replace(now, runs=(*made, *now.runs[len(view.runs) :]))


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


def _caught_up(view: View) -> tuple[View | None, frozenset[int], bool]:
    """The view with what it had not seen, which companies those are, and whether
    others may have it too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            LOOK, [view.token, view.snapshot, view.snapshot, _MOST_CHANGES + 1]
        )
        rows = cursor.fetchall()
    snapshot, is_writing, is_trusted = rows[0][:3]
    changes = [Change(*row[3:]) for row in rows if row[3] is not None]
    sirens = frozenset(each.siren for each in changes if each.kind == COMPANY)
    if not is_trusted or view.changed + len(changes) > _MOST_CHANGES:
        return None, sirens, not is_writing
    # What is done in a transaction, an export, a selection, is of that very moment.
    is_page = settings.DATABASE_KIND == Kind.WEB and not connection.in_atomic_block
    if is_page and len(sirens) > _A_PAGE:
        now = replace(view, behind=view.behind | sirens)
    else:
        asked = sirens if is_page else view.behind | sirens
        now = view
        if asked:
            run = Run.read(sorted(asked))
            now = view.told_by(run, asked, most=_MOST_JOINED)
    sets = now.sets.copy() if is_writing else now.sets
    now = replace(now, snapshot=snapshot, sets=sets.caught_up(changes))
    if changes or is_writing:
        now = replace(now, kept=Kept())
    return now, sirens, not is_writing


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
