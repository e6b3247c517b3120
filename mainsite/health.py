"""Is the process up; can it work: database, queues, cache, age of the oldest job."""

import logging
from collections.abc import Callable

import django_rq
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked, so that a probe costs nothing."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, queues and cache, each ``ok`` or ``down``: no detail for strangers."""
    parts = {
        "database": _answers(_ask_database),
        "queues": _answers(_ask_queues),
        "cache": _answers(_ask_cache),
    }
    # Without its cache the product is slower, not down.
    ready = parts["database"] and parts["queues"]
    states = {name: "ok" if up else "down" for name, up in parts.items()}
    return JsonResponse(states, status=200 if ready else 503)


def _answers(question: Callable[[], object]) -> bool:
    # One of the three walls: whatever happens here means "down".
    try:
        question()
    except Exception:
        logger.exception("not ready")
        return False
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_queues() -> None:
    django_rq.get_connection("default").ping()


def _ask_cache() -> None:
    cache.client.get_client().ping()  # type: ignore[attr-defined]
