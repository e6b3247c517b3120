"""Variables, or files that variables name: Docker's secrets, systemd's credentials.

NAME_FILE=/run/credentials/… stands for NAME, and wins over it.
"""

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping


class Variables(FileAwareMapping):  # type: ignore[misc]
    def __getitem__(self, key: str) -> str:
        path = self.env.get(f"{key}_FILE")
        if not path:
            return str(self.env[key])
        try:
            value: str = super().__getitem__(key)
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(
                f"{key}_FILE désigne {path}, qui ne se lit pas : {error}."
            ) from error
        # An editor ends its file with a line.
        return value.rstrip("\r\n")


class Env(environ.Env):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.ENVIRON = Variables()


def secret(name: str) -> str:
    """One that settings do not know by name; empty: not given."""
    return str(Variables().get(name, ""))
