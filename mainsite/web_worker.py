"""gunicorn's worker, which says in words that an address is too long.

Such a request never reaches Django: what gunicorn answers by itself is a line of
English.
"""

import socket
import time
from typing import Any

from csp.utils import build_policy
from django.conf import settings
from django.template import loader
from django.utils import translation
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker

# What is left of the request is read first: a connection closed on unread bytes is
# reset, and the browser shows that instead of the page.
_MOST_READ = 4 * 1024 * 1024
_READ_FOR_S = 1.0


class Worker(ThreadWorker):  # type: ignore[misc]
    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        if not isinstance(exc, LimitRequestLine | LimitRequestHeaders):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("a request was too long: %s", exc)
        try:
            _read_the_rest(client)
            client.sendall(_answer())
        except OSError:
            self.log.debug("nobody waited for the answer to a request too long")


def _read_the_rest(client: socket.socket) -> None:
    until = time.monotonic() + _READ_FOR_S
    client.settimeout(0.1)
    read = 0
    while read < _MOST_READ and time.monotonic() < until:
        try:
            block = client.recv(65_536)
        except TimeoutError:
            break
        if not block:
            break
        read += len(block)
    client.settimeout(_READ_FOR_S)


def _answer() -> bytes:
    with translation.override(settings.LANGUAGE_CODE):
        page = loader.render_to_string("414.html", {"request": {"reference": ""}})
    body = page.encode()
    head: tuple[str, ...] = (
        "HTTP/1.1 414 URI Too Long",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        f"Content-Security-Policy: {build_policy()}",
        "Connection: close",
    )
    if settings.SECURE_HSTS_SECONDS:
        seconds = settings.SECURE_HSTS_SECONDS
        head += (f"Strict-Transport-Security: max-age={seconds}; includeSubDomains",)
    return "\r\n".join((*head, "", "")).encode() + body
