"""The servers of the search bench: a folder of their own, kept between runs.

The embedded PostgreSQL takes the settings of a machine with memory for the whole
register; they stand in its own configuration file, so that whoever opens the folder
again finds the same server.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg

from deploy.local import environment
from deploy.local.servers import start_servers

PROJECT = Path(__file__).resolve().parent.parent.parent
BENCH = PROJECT / ".bench"

_SETTINGS = {
    "work_mem": "64MB",
    "maintenance_work_mem": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "default_statistics_target": "200",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "30min",
    "track_io_timing": "on",
    "pg_stat_statements.max": "10000",
}
# Only while the rows are made: a crash then costs the whole fill, nothing else.
_FILLING = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


def folder(rows: int, name: str = "search") -> Path:
    return BENCH / f"{name}-{rows}"


def _scarce(rows: int) -> int:
    """A fifth of what the tables and indexes take, between 512 MB and 6 GB."""
    return min(max(rows // 1_600, 512), 6_144)


def _memory(megabytes: int) -> dict[str, str]:
    return {
        "shared_buffers": f"{megabytes}MB",
        "effective_cache_size": f"{2 * megabytes}MB",
    }


@contextlib.contextmanager
def servers(
    rows: int, *, filling: bool = False, name: str = "search", memory_mb: int = 0
) -> Iterator[dict[str, str]]:
    """The environment of a command that uses them; call it from the main thread."""
    var = folder(rows, name)
    (var / "static").mkdir(parents=True, exist_ok=True)
    memory = _memory(memory_mb or _scarce(rows))
    wanted = _SETTINGS | memory | (_FILLING if filling else {})
    text = "".join(f"{name} = '{value}'\n" for name, value in wanted.items())
    extra = environment.local(var)
    with start_servers(var) as found:
        has_settings = _configure(found.env["DATABASE_OWNER_URL"], text)
        if has_settings:
            yield os.environ | extra | found.env
            return
    with start_servers(var) as found:
        yield os.environ | extra | found.env


def _configure(url: str, text: str) -> bool:
    """Whether the running server has them already; they are written down if not."""
    with psycopg.connect(url) as db:
        row = db.execute("SHOW data_directory").fetchone()
    assert row is not None  # noqa: S101
    path = Path(row[0]) / "postgresql.auto.conf"
    if path.read_text(encoding="utf-8") == text:
        return True
    path.write_text(text, encoding="utf-8")
    return False


def manage(env: Mapping[str, str], *command: str) -> None:
    line = [sys.executable, "manage.py", *command]
    subprocess.run(line, cwd=PROJECT, env=dict(env), check=True)  # noqa: S603
