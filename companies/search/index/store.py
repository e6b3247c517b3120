"""The index as this process sees it: files mapped, and what changed since in memory.

A search begins by asking which transactions its last look did not see; the companies
they touched are read again into small blocks, and struck out of the large ones. What a
transaction of one's own has not committed yet is seen too, and kept by nobody else.
"""

import json
import logging
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection

from companies.search.index import columns
from companies.search.index.block import Block
from companies.search.index.derive import derive
from companies.search.index.sets import COMPANY, Change, Sets

logger = logging.getLogger(__name__)

# Of the files: raised whenever ``derive`` makes them otherwise.
FORM = 3
# What changed lately lies apart, so that a change costs some hundred rows, not all.
_FRESH = 500
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

    ``changed`` are the sirens told by ``recent`` blocks instead of the files.
    """

    token: str
    snapshot: str
    files: tuple[Block, ...]
    settled: tuple[Block, ...] = ()
    fresh: tuple[Block, ...] = ()
    sets: Sets = field(default_factory=Sets)
    changed: int = 0

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(b for b in (*self.files, *self.settled, *self.fresh) if b.rows)


class Store:
    """One for a process; its views are shared by its threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._generation = ""
        self._view: View | None = None

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
            return now


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
    now = _told_again(view, sirens) if sirens else view
    kept = now.sets.copy() if is_writing else now.sets
    now = replace(now, snapshot=snapshot, sets=kept.caught_up(changes))
    return now, not is_writing


def _told_again(view: View, sirens: Iterable[int]) -> View:
    new = np.array(sorted(sirens), np.int32)
    fresh = _sirens(view.fresh)
    again = np.union1d(fresh, new)
    files = _without(view.files, new)
    settled = _without(view.settled, new)
    if len(again) > _FRESH:
        settled = _blocks(np.union1d(_sirens(view.settled), again))
        made: tuple[Block, ...] = ()
    else:
        made = _blocks(again)
    changed = sum(len(_sirens(group)) for group in (settled, made))
    return replace(view, files=files, settled=settled, fresh=made, changed=changed)


def _sirens(blocks: Iterable[Block]) -> npt.NDArray[Any]:
    found = [each["siren"] for each in blocks]
    return np.concatenate([np.empty(0, np.int32), *found])


def _without(blocks: Iterable[Block], sirens: npt.NDArray[Any]) -> tuple[Block, ...]:
    left = []
    for each in blocks:
        rows = each.rows_of(sirens)
        left.append(each.without(rows) if len(rows) else each)
    return tuple(left)


def _blocks(sirens: npt.NDArray[Any]) -> tuple[Block, ...]:
    source = columns.read(sirens.tolist())
    return tuple(
        Block(derive(rows, source.events, source.sites, source.names, source.accounts))
        for rows in (source.targets, source.others)
    )


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
