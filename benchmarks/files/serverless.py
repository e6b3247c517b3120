"""What the product's settings want of a process that will open no connection."""

import os
from pathlib import Path

from deploy.local import environment

_NOBODY = "127.0.0.1:1"
_ADDRESSES = {
    "DATABASE_URL": f"postgres://nobody@{_NOBODY}/nothing",
    "REDIS_URL": f"redis://{_NOBODY}/0",
    "REDIS_CACHE_URL": f"redis://{_NOBODY}/0",
}


def environ(folder: str) -> dict[str, str]:
    """``folder`` is thrown away after; what the environment already says wins."""
    return {**_ADDRESSES, **environment.local(Path(folder)), **os.environ}
