"""What a data folder remembers between two starts: its ports and its passwords."""

import json
import os
import secrets
import socket
from pathlib import Path

# Below 32768, where Linux starts giving out ports of its own to outgoing connections.
_FIRST_PORT, _LAST_PORT = 20_000, 32_000
_ATTEMPTS = 200


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step; nobody else can ever read it."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


class State:
    """A small JSON file, 0600, rewritten when something in it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, str] = {}
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            self._values = {str(key): str(value) for key, value in stored.items()}
        except (FileNotFoundError, ValueError, AttributeError):
            # Lost or half-written: ports and Valkey's password are made anew.
            # PostgreSQL notices that its password no longer opens and resets it.
            self._values = {}

    def port(self, name: str) -> int:
        """The port of last time when it is free, otherwise another one."""
        known = int(self._values.get(f"{name}.port", "0") or 0)
        if known and is_free(known):
            return known
        return self.another_port(name)

    def another_port(self, name: str) -> int:
        given = {value for key, value in self._values.items() if key.endswith(".port")}
        for _ in range(_ATTEMPTS):
            port = _FIRST_PORT + secrets.randbelow(_LAST_PORT - _FIRST_PORT)
            if str(port) not in given and is_free(port):
                self._keep(f"{name}.port", str(port))
                return port
        raise OSError(f"no free port between {_FIRST_PORT} and {_LAST_PORT}")

    def secret(self, name: str) -> str:
        key = f"{name}.password"
        if key not in self._values:
            self._keep(key, secrets.token_hex(24))
        return self._values[key]

    def _keep(self, key: str, value: str) -> None:
        self._values[key] = value
        write_private(self._path, json.dumps(self._values, indent=1) + "\n")
