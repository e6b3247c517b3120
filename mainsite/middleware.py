"""The request's reference, and the promise that private pages are not kept."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from mainsite.lib import logs, shedding, slow_queries
from mainsite.lib.problems import NotNow, not_now

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestId:
    """Gives each request a reference, shown on error pages and in the logs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reference = uuid4().hex[:12]
        request.reference = reference  # type: ignore[attr-defined]
        token = logs.request_id.set(reference)
        try:
            response = self.get_response(request)
        finally:
            logs.request_id.reset(token)
        response["X-Request-Id"] = reference
        return response


class Timing:
    """Says in `Server-Timing` what a page took, and its queries: browsers show it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        token = slow_queries.spent_ms.set([])
        try:
            response = self.get_response(request)
            queries = slow_queries.spent_ms.get() or []
        finally:
            slow_queries.spent_ms.reset(token)
        sql = f'sql;dur={sum(queries):.1f};desc="{len(queries)}"'
        total = f"total;dur={(time.perf_counter() - began) * 1000:.1f}"
        response["Server-Timing"] = f"{sql}, {total}"
        return response


class PrivatePages:
    """Nothing a signed-in person reads is left in a shared or disk cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response


class LoadShedding:
    """503 for what costs much at a bad moment: ``mainsite.lib.shedding`` says when."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_: Any
    ) -> HttpResponse | None:
        try:
            shedding.check(view, request)
        except shedding.Overloaded as error:
            return _refused(request, error)
        return None

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        if isinstance(error, shedding.Overloaded):
            return _refused(request, error)
        return None


def _refused(request: HttpRequest, error: shedding.Overloaded) -> HttpResponse:
    match = request.resolver_match
    shedding.count(match.view_name if match else "", error.reason)
    refused = NotNow(
        status=503,
        code=f"overloaded_{error.reason}",
        page="503_busy.html",
        what=error.what,
        retry_after_s=error.retry_after_s,
    )
    return not_now(request, refused)
