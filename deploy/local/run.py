"""The whole product on this machine: `bin/run`."""

import contextlib
import hashlib
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.local import children, environment, leftovers, processes, state
from deploy.local.environment import PROJECT
from deploy.local.lock import FolderBusyError
from deploy.local.messages import LocalError, complain, not_ours, say
from deploy.local.servers import Servers, start_servers
from deploy.local.signals import Bell, bell
from deploy.local.supervisor import Supervisor

_WEB_START_S = 30.0
_FIRST_PAGE = "compte/connexion/"
_LEFTOVER_S = 3.0


class _StoppedError(Exception):
    """Somebody pressed Ctrl-C while we were still starting."""


def main() -> None:
    var = environment.var_folder()
    try:
        var.mkdir(parents=True, exist_ok=True)
        with bell() as ours:
            _run(var, ours)
    except _StoppedError:
        say("Arrêté.")
        sys.exit(130)
    except FolderBusyError as busy:
        complain(_already_running(var, busy))
        sys.exit(1)
    except PermissionError as error:
        complain(not_ours(error, var))
        sys.exit(1)
    except LocalError as error:
        complain(str(error))
        sys.exit(1)


def _run(var: Path, ours: Bell) -> None:
    port = _port()
    with start_servers(var) as servers:
        gone = leftovers.put_down(str(var))
        if gone:
            say(f"Un lancement précédent avait été tué : {gone} processus terminés.")
        _check_port(port)
        env = _environment(var, servers, port=port)
        _collect_static(var, env, ours)
        _boot(var, env, ours)
        supervisor = Supervisor(
            _product(var),
            env=env,
            logs=var / "log",
            folder=PROJECT,
            bell=ours,
        )
        with _stopping(supervisor, var), _announced(var, port):
            supervisor.start()
            _wait_for_web(supervisor, port, ours)
            _welcome(var, port)
            supervisor.watch(servers)


# What it takes to start


def _port() -> int:
    given = os.environ.get("PORT", "8000")
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise LocalError(f"PORT vaut « {given} » : ce n’est pas un numéro de port.")
    return int(given)


def _check_port(port: int) -> None:
    """A web worker of a killed run may need a second to notice and go."""
    deadline = time.monotonic() + _LEFTOVER_S
    while not state.is_free(port):
        if time.monotonic() > deadline:
            raise LocalError(
                f"Le port {port} est pris par un autre programme. Choisissez-en un "
                f"autre :\n  PORT={port + 1} bin/run"
            )
        time.sleep(0.1)


def _environment(var: Path, servers: Servers, *, port: int) -> dict[str, str]:
    sandbox = f"http://127.0.0.1:{_sandbox_port(var)}"
    return {
        "SANDBOX_URL": sandbox,
        **os.environ,
        **environment.local(var),
        **servers.env,
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "mainsite.settings",
        leftovers.VARIABLE: str(var),
    }


def _sandbox_port(var: Path) -> int:
    return state.State(var / "run.json").port("sandbox")


def _product(var: Path) -> tuple[processes.Process, ...]:
    return processes.product(
        sandbox_port=_sandbox_port(var), sandbox_folder=str(var / "sandbox")
    )


def _boot(var: Path, env: Mapping[str, str], ours: Bell) -> None:
    """Migrations, demo data on the first start, the welcome text: one Django start."""
    if not (var / "welcome.txt").exists():
        say("Premier démarrage : base et données de démonstration…")
    welcome = ("--welcome-file", str(var / "welcome.txt"))
    _manage("boot", *welcome, var=var, env=env, ours=ours)


def _collect_static(var: Path, env: Mapping[str, str], ours: Bell) -> None:
    mark = var / "static.mark"
    current = _static_digest()
    if mark.exists() and mark.read_text() == current and (var / "static").exists():
        return
    _manage("collectstatic", "--noinput", var=var, env=env, ours=ours)
    mark.write_text(current)


def _static_digest() -> str:
    """Ours by name, size and date; the libraries' by their locked versions."""
    digest = hashlib.sha256((PROJECT / "requirements.txt").read_bytes())
    # The apps' own: var/static is what is collected, and changes at each collection.
    apps = sorted(each.parent for each in PROJECT.glob("*/__init__.py"))
    folders = [PROJECT / "static", *(app / "static" for app in apps)]
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            about = file.stat()
            line = f"{file}|{about.st_size}|{about.st_mtime_ns}\n"
            digest.update(line.encode())
    return digest.hexdigest()


def _manage(*arguments: str, var: Path, env: Mapping[str, str], ours: Bell) -> None:
    """One of Django's commands; what it says is shown when it fails."""
    if ours.stopping:
        raise _StoppedError
    command = [sys.executable, "manage.py", *arguments]
    log = var / "log" / f"{arguments[0]}.log"
    said_before = log.stat().st_size if log.exists() else 0
    child = children.start(
        command, death=signal.SIGKILL, log=log, environment=env, folder=PROJECT
    )
    while child.poll() is None and not ours.stopping:
        ours.wait(1.0)
    if ours.stopping:
        children.stop(child, (signal.SIGINT, 5.0))
        raise _StoppedError
    if child.returncode:
        raise LocalError(
            f"manage.py {arguments[0]} n’a pas abouti ; la fin de ce qu’il a dit "
            f"({log}) :\n{children.tail(log, since=said_before)}"
        )


def _wait_for_web(supervisor: Supervisor, port: int, ours: Bell) -> None:
    """The address is printed when a browser gets the page, and not before."""
    deadline = time.monotonic() + _WEB_START_S
    while not ours.stopping:
        supervisor.look(at_first=True)
        if supervisor.is_running("web") and _serves(port):
            return
        if time.monotonic() > deadline:
            complain("La page met du temps à s’ouvrir : voir var/log/web.log.")
            return
        ours.wait(0.1)


def _serves(port: int) -> bool:
    """Asks what a person asks first, which also warms it; any status is an answer."""
    try:
        with urllib.request.urlopen(f"{_address(port)}{_FIRST_PAGE}", timeout=5):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


# What the person at the terminal reads


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}/"


def _welcome(var: Path, port: int) -> None:
    say("")
    with contextlib.suppress(FileNotFoundError):
        say((var / "welcome.txt").read_text(encoding="utf-8").strip("\n"))
    say(f"\nAdresse : {_address(port)}   (Ctrl-C pour tout arrêter)")
    say(f"Journaux : {var / 'log'}")


def _already_running(var: Path, busy: FolderBusyError) -> str:
    try:
        address = (var / "run.address").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return (
            f"Un autre processus ({busy.holder}) se sert de {var} : il démarre, "
            "s’arrête, ou fait tourner les serveurs seuls. Réessayez dans quelques "
            "secondes."
        )
    return (
        f"Déjà lancé : {address} (processus {busy.holder}).\n"
        f"Pour l’arrêter : Ctrl-C dans son terminal, ou kill {busy.holder}."
    )


@contextlib.contextmanager
def _announced(var: Path, port: int) -> Iterator[None]:
    note = var / "run.address"
    note.write_text(_address(port), encoding="utf-8")
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


@contextlib.contextmanager
def _stopping(supervisor: Supervisor, var: Path) -> Iterator[None]:
    try:
        yield
    finally:
        say("\nArrêt en cours…")
        supervisor.stop()
        leftovers.put_down(str(var))
        say("Arrêté. Les données restent dans var/.")


if __name__ == "__main__":
    main()
