"""What is answered when something breaks: 503 when PostgreSQL is away, else 500."""

import sys

import psycopg
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template import loader

# Everything that may be different in a moment: a server that restarts, a pool that is
# empty, a lock or a statement that took too long.
AWAY = (
    OperationalError,
    InterfaceError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)
RETRY_AFTER_S = 5


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it inside its own ``except``, whichever layer the error rose from.

    The templates get no request: what puts the user on a page would ask the database.
    """
    context = {"request": {"reference": getattr(request, "reference", "")}}
    if not isinstance(sys.exc_info()[1], AWAY):
        page = loader.render_to_string("500.html", context)
        return HttpResponseServerError(page)
    page = loader.render_to_string("503.html", context)
    answer = HttpResponse(page, status=503)
    answer["Retry-After"] = str(RETRY_AFTER_S)
    answer["Cache-Control"] = "no-store"
    return answer
