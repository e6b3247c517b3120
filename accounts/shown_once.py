"""Secrets on their way to somebody's eyes: sealed in the session until noted."""

import json

from django.http import HttpRequest

from accounts import sealing

CODES = "recovery_codes"
LINKS = "shown_links"
API_TOKEN = "api_token"  # noqa: S105  a key of the session
TOKEN = "link_token"  # noqa: S105


def put(request: HttpRequest, key: str, values: tuple[str, ...]) -> None:
    request.session[key] = sealing.seal(json.dumps(values).encode())


def get(request: HttpRequest, key: str) -> tuple[str, ...]:
    sealed = request.session.get(key)
    return tuple(json.loads(sealing.unseal(sealed))) if sealed else ()


def forget(request: HttpRequest, key: str) -> None:
    request.session.pop(key, None)
