"""When the index of this machine is to be built again: beside the pages, not in one."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from companies.search.index import store
from companies.search.index.build import BuildIsRunning, Built, build

logger = logging.getLogger(__name__)

# Each web process reads again, once, every company that changed since the build.
MOST_CHANGES = 20_000
LONGEST_S = 6 * 3600


@dataclass(frozen=True, slots=True)
class State:
    """``changes`` is None when there is no index that this database knows."""

    changes: int | None
    age_s: float

    @property
    def is_due(self) -> bool:
        if self.changes is None or self.changes > MOST_CHANGES:
            return True
        return self.changes > 0 and self.age_s > LONGEST_S


def state(folder: Path | None = None) -> State:
    """What the index of this machine lacks."""
    about = store.about(folder or store.current_folder())
    if about is None:
        return State(None, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT extract(epoch FROM now() - built_at)::float8, (
                SELECT count(*) FROM (
                    SELECT FROM search_change
                    WHERE xid >= pg_snapshot_xmin(snapshot::pg_snapshot)
                      AND NOT pg_visible_in_snapshot(xid, snapshot::pg_snapshot)
                    LIMIT %s
                ) AS unseen
            ) FROM search_build WHERE token = %s::uuid
            """,
            [MOST_CHANGES + 1, about.token],
        )
        row = cursor.fetchone()
    return State(row[1], row[0]) if row else State(None, 0)


def keep() -> Built | None:
    """Build when it is due; what else stands in the way is for the next time."""
    if not state().is_due:
        return None
    started = time.monotonic()
    try:
        built = build()
    except BuildIsRunning:
        return None
    logger.info(
        "search index of %d companies built in %.1f s",
        built.companies,
        time.monotonic() - started,
    )
    return built
