"""The suite's processes have a database each; the first one's migrations do for all."""

import fcntl
import os
from io import TextIOWrapper
from pathlib import Path

import psycopg

NAME = "test_ma_migrated"


class OneMigration:
    """What the processes of one run share: a lock, a mark, a database to copy.

    ``folder`` is that of the run; None where one process runs alone.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._turn: TextIOWrapper | None = None
        self._has_made_it = False

    def begin(self) -> str | None:
        """Wait for one's turn; the database to copy, None where there is none yet."""
        if self._folder is None:
            return None
        # Goes with its holder, however that ends.
        self._turn = (self._folder / "migration.lock").open("w")
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        return NAME if self._mark.exists() else None

    def end(self, database: str) -> None:
        """``database`` is migrated, and nobody's yet: a copy is kept for the others."""
        if self._turn is None:
            return
        if not self._mark.exists():
            _administer(f"DROP DATABASE IF EXISTS {NAME}")
            _administer(f"CREATE DATABASE {NAME} TEMPLATE {database}")
            self._mark.touch()
            self._has_made_it = True
        self._turn.close()

    def forget(self) -> None:
        if self._has_made_it:
            self.begin()
            self._mark.unlink()
            _administer(f"DROP DATABASE {NAME}")
        if self._turn is not None:
            self._turn.close()

    @property
    def _mark(self) -> Path:
        assert self._folder is not None
        return self._folder / "migrated"


def _administer(statement: str) -> None:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as session:
        session.execute(statement)
