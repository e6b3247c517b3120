"""Recovery codes on their way to paper: sealed in the session until noted."""

import json

from django.http import HttpRequest

from accounts import sealing

KEY = "recovery_codes"


def put(request: HttpRequest, codes: tuple[str, ...]) -> None:
    request.session[KEY] = sealing.seal(json.dumps(codes).encode())


def get(request: HttpRequest) -> tuple[str, ...]:
    sealed = request.session.get(KEY)
    return tuple(json.loads(sealing.unseal(sealed))) if sealed else ()


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
