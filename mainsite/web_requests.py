"""Requests as this site reads them: forms are UTF-8, whatever a client claims.

Django decodes by the charset of the Content-Type, and reads the query string to do so
before any handler is there to turn a refusal into an answer: five thousand parameters,
a codec that decodes no text or a header too long would be a 500.
"""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class Request(WSGIRequest):
    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            content_type, params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            content_type, params = "", {}
        self.content_type, self.content_params = content_type, params


class Handler(WSGIHandler):
    request_class = Request
