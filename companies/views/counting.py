"""How many companies meet the filters being typed: one count, no rows."""

import logging

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import sessions
from companies.search import engine
from companies.search.form import SearchForm
from mainsite.lib.shedding import expensive

logger = logging.getLogger(__name__)

UNPROCESSABLE, UNAVAILABLE = 422, 503


@expensive()
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """The words of the rail's button: a total, or the sentence of what is wrong."""
    user = sessions.signed_in_user(request)
    form = SearchForm(request.GET, desk_id=user.desk_id)
    if not form.is_valid():
        return _answer(request, refused=form.in_words(), status=UNPROCESSABLE)
    try:
        search = engine.search(form.criteria, sort=form.sort, desk_id=user.desk_id)
        total = engine.total(search)
    except OperationalError:
        logger.exception("the filters could not be counted")
        return _answer(request)
    return _answer(request, total=total)


def _answer(
    request: HttpRequest,
    *,
    total: int | None = None,
    refused: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"total": total, "refused": refused}
    return render(request, "companies/_count.html", context, status=status)
