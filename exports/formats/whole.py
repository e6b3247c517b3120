"""A file is whole or not there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[None]:
    """Whatever goes wrong inside, no part of the file stays."""
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise
