"""The embedded servers of one data folder, for as long as somebody needs them.

    python -m deploy.local.servers [--var DIR] [--throwaway] [--local-env] -- COMMAND…

runs a command with the servers' addresses in its environment. An address already in
the environment is somebody else's server: it is left as it is and nothing is started
for it. Where bin/run has the folder's servers up, the command uses those.
"""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from deploy.local import children, environment
from deploy.local.lock import FolderBusyError, FolderLock
from deploy.local.messages import LocalError, complain, not_ours
from deploy.local.postgres import Postgres
from deploy.local.state import State, write_private
from deploy.local.valkey import CACHE, QUEUES, Valkey

_ADDRESSES = "addresses.env"
_LOG_LIMIT = 10 * 1024 * 1024


class Server(Protocol):
    name: str
    process: subprocess.Popen[bytes] | None

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def environment(self) -> dict[str, str]: ...


@dataclass(frozen=True)
class Servers:
    """The running servers and the variables that lead to them."""

    env: dict[str, str] = field(default_factory=dict)
    members: tuple[Server, ...] = ()

    def revive(self) -> list[str]:
        """Start again those that died; their names."""
        dead = [
            member
            for member in self.members
            if member.process is None or member.process.poll() is not None
        ]
        for member in dead:
            member.start()
        return [member.name for member in dead]


@contextlib.contextmanager
def start_servers(var: Path, *, throwaway: bool = False) -> Iterator[Servers]:
    """Start what the environment does not give, and stop it on the way out.

    Raises FolderBusyError when another process has started this folder's servers, and
    LocalError, with a sentence for the terminal, when one cannot start. Call it from
    the main thread: the servers die with the thread that started them.
    """
    var = var.resolve()
    (var / "log").mkdir(parents=True, exist_ok=True)
    with FolderLock(var / "servers.lock"), contextlib.ExitStack() as stack:
        addresses = var / _ADDRESSES
        # A killed launcher leaves its own behind.
        addresses.unlink(missing_ok=True)
        rotate_logs(var / "log")
        members = _needed(var, throwaway=throwaway)
        for member in members:
            stack.callback(member.stop)
            member.start()
        env = {
            name: value
            for member in members
            for name, value in member.environment().items()
            if name not in os.environ
        }
        write_private(addresses, environment.as_text(env))
        stack.callback(addresses.unlink, missing_ok=True)
        yield Servers(env=env, members=tuple(members))


def _needed(var: Path, *, throwaway: bool) -> list[Server]:
    if "DATABASE_OWNER_URL" in os.environ and "DATABASE_URL" not in os.environ:
        raise LocalError(
            "DATABASE_OWNER_URL est donnée sans DATABASE_URL : donnez les deux "
            "adresses du même serveur, ou aucune."
        )
    state = State(var / "servers.json")
    members: list[Server] = []
    if "DATABASE_URL" not in os.environ:
        members.append(Postgres(var=var, state=state, throwaway=throwaway))
    for name, variable, policy in (
        ("queues", "REDIS_URL", QUEUES),
        ("cache", "REDIS_CACHE_URL", CACHE),
    ):
        if variable not in os.environ:
            server = Valkey(
                name=name, variable=variable, policy=policy, var=var, state=state
            )
            members.append(server)
    return members


def rotate_logs(folder: Path) -> None:
    """Keep one older file of each log that has grown."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))


def main() -> None:
    options = _parser().parse_args()
    with _folder(options) as var:
        sys.exit(_guarded(var, options))


@contextlib.contextmanager
def _folder(options: argparse.Namespace) -> Iterator[Path]:
    if options.var or not options.throwaway:
        yield (options.var or environment.var_folder()).resolve()
        return
    with tempfile.TemporaryDirectory(prefix="ma-") as name:
        # The web server's library complains about a folder that is not there.
        (Path(name) / "static").mkdir()
        yield Path(name).resolve()


def _guarded(var: Path, options: argparse.Namespace) -> int:
    try:
        return _with_servers(var, options)
    except PermissionError as error:
        complain(not_ours(error, var))
    except LocalError as error:
        complain(str(error))
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.servers")
    parser.add_argument("--var", type=Path, help="data folder (VAR_DIR, or var/)")
    parser.add_argument(
        "--throwaway",
        action="store_true",
        help="nobody will miss the data: no fsync, and a folder that goes afterwards",
    )
    parser.add_argument(
        "--local-env", action="store_true", help="with the secrets of bin/run too"
    )
    parser.add_argument("command", nargs="+")
    return parser


def _with_servers(var: Path, options: argparse.Namespace) -> int:
    extra = environment.local(var) if options.local_env else {"VAR_DIR": str(var)}
    # From now on a signal ends the command, and the servers after it.
    with _forwarding() as run:
        try:
            with start_servers(var, throwaway=options.throwaway) as servers:
                return run(options.command, os.environ | extra | servers.env)
        except FolderBusyError as busy:
            shared = _addresses_of_the_other(var, busy)
            return run(options.command, os.environ | extra | shared)


def _addresses_of_the_other(var: Path, busy: FolderBusyError) -> dict[str, str]:
    """Somebody runs this folder's servers: use them too, without owning them."""
    try:
        text = (var / _ADDRESSES).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise LocalError(
            f"Les serveurs de {var} sont en train de démarrer ou de s’arrêter "
            f"(processus {busy.holder}) : réessayez dans quelques secondes."
        ) from None
    given = environment.from_text(text)
    return {name: value for name, value in given.items() if name not in os.environ}


@contextlib.contextmanager
def _forwarding() -> Iterator[Callable[[Sequence[str], dict[str, str]], int]]:
    """Run a command so that the signals we get are its own."""
    running: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def forward(number: int, _frame: object) -> None:
        if not running:
            early.append(number)
        # The terminal has already told the whole foreground group.
        elif number != signal.SIGINT or not sys.stdin.isatty():
            with contextlib.suppress(ProcessLookupError):
                running[0].send_signal(number)

    def run(command: Sequence[str], env: dict[str, str]) -> int:
        if early:
            return 128 + early[0]
        line = children.command(_command_path(command, env), death=signal.SIGTERM)
        running.append(subprocess.Popen(line, env=env))
        code = running[0].wait()
        return code if code >= 0 else 128 - code

    forwarded = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = {number: signal.signal(number, forward) for number in forwarded}
    try:
        yield run
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _command_path(command: Sequence[str], env: dict[str, str]) -> list[str]:
    """The command with its program found on PATH, as a shell would."""
    found = shutil.which(command[0], path=env.get("PATH"))
    if found is None:
        raise LocalError(f"{command[0]} : commande introuvable.")
    return [found, *command[1:]]


if __name__ == "__main__":
    main()
