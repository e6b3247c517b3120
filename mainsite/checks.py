"""What ``check --deploy`` says of servers that are reached in clear."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

from mainsite.lib.addresses import LOOPBACK_NAMES


@register(Tags.security, deploy=True)
def servers_elsewhere_are_encrypted(**_: Any) -> list[CheckMessage]:
    return [
        Warning(f"{name} is reached in clear, or by an unchecked name.", hint, id=code)
        for name, hint, code in _in_clear()
    ]


def _in_clear() -> Iterator[tuple[str, str, str]]:
    database = settings.DATABASES["default"]
    # Anything less takes whoever answers for the server.
    is_checked = database["OPTIONS"].get("sslmode") == "verify-full"
    if _is_elsewhere(database["HOST"]) and not is_checked:
        hint = "End DATABASE_URL with ?sslmode=verify-full."
        yield "PostgreSQL", hint, "mainsite.W001"
    for name in ("REDIS_URL", "REDIS_CACHE_URL"):
        url = urlsplit(getattr(settings, name))
        if _is_elsewhere(url.hostname or "") and url.scheme != "rediss":
            yield name, "Let it begin with rediss://.", "mainsite.W002"
    is_encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    if settings.MAIL_IS_ON and _is_elsewhere(settings.EMAIL_HOST) and not is_encrypted:
        yield (
            "The mail server",
            "Let EMAIL_URL begin with smtp+tls://.",
            "mainsite.W003",
        )


def _is_elsewhere(host: str) -> bool:
    """Neither this machine by its name, nor a socket of it."""
    return bool(host) and not host.startswith("/") and host not in LOOPBACK_NAMES
