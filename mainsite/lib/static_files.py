"""Addresses of static files, each worked out once in the life of a process."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class RememberedAddresses(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """A page names forty of them, icons above all: 12 µs each, time and again.

    They change when files are collected, which running processes notice in no way.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str | None, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        if force or name not in self._addresses:
            self._addresses[name] = str(super().url(name, force))
        return self._addresses[name]
