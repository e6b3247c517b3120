"""What the product's real processes need on the test database, to be killed there."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

PROJECT = Path(__file__).resolve().parents[3]


def environment(sandbox_url, module):
    """Theirs is this test's database, whatever DATABASE_URL says."""
    given = connection.settings_dict
    user = f"{given['USER']}:{given['PASSWORD']}"
    url = f"postgres://{user}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
    return os.environ | {
        "DATABASE_URL": url,
        "DATABASE_OWNER_URL": url,
        "REDIS_URL": settings.REDIS_URL,
        "SANDBOX_URL": sandbox_url,
        "DJANGO_SETTINGS_MODULE": module,
        "PYTHONWARNINGS": "default",
    }


def wait_until(
    condition: Callable[[], bool], *, seconds: float, every: float = 0.1
) -> bool:
    """Whether it came true in time; the wait is short when it does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(every)
    return False
