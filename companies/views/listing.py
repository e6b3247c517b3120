"""The list: what is looked for, how many there are, and fifty of them."""

import logging
from dataclasses import replace
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import perms, sessions
from companies.search import cursor, engine, phrase
from companies.search.criteria import Criteria
from companies.search.engine import Search, Summary
from companies.search.form import SearchForm
from companies.search.sorts import SORTS
from mainsite.lib.http import render_page

logger = logging.getLogger(__name__)

PARTIALS = ("univers",)


@require_safe
def companies(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    form.is_valid()
    user = sessions.signed_in_user(request)
    search = engine.search(form.criteria, sort=form.sort, desk_id=user.desk_id)
    context = _about(request, form, search)
    try:
        context |= _found(request, search)
    except OperationalError:
        logger.exception("the list could not be read")
        context |= {"is_unreadable": True, "at": timezone.now()}
        return render_page(
            request, "companies/list.html", context, partials=PARTIALS, status=503
        )
    return render_page(request, "companies/list.html", context, partials=PARTIALS)


def _about(request: HttpRequest, form: SearchForm, search: Search) -> dict[str, Any]:
    """What was asked, in fields and in words."""
    criteria = search.criteria
    return {
        "form": form,
        "criteria": criteria,
        "refused": form.in_words(),
        "chips": [
            (chip.words, _address(chip.without, search.sort))
            for chip in phrase.chips(criteria)
        ],
        "title": phrase.title(criteria),
        "corrected": search.corrected,
        "sort": search.sort,
        "sorts": SORTS,
        "columns": _columns(search),
        "query": criteria.query(tri=search.sort),
        "may_write": perms.can_write(request.user),
        "may_spend": perms.can_spend(request.user),
        "may_export": perms.can_export(request.user),
        # A last exercise closed more than two years ago is stale.
        "stale_year": timezone.localdate().year - 2,
    }


def _found(request: HttpRequest, search: Search) -> dict[str, Any]:
    summary: Summary = engine.summary(search)
    page = engine.page(search, cursor.parse(request.GET.get("curseur", "")))
    criteria = search.criteria
    return {
        "summary": summary,
        "page": page,
        "next_url": _address(criteria, search.sort, page.next),
        "previous_url": _address(criteria, search.sort, page.previous),
        "never_enriched_url": _address(criteria.register_only, search.sort),
        "ways_out": _ways_out(search) if not summary.total else [],
    }


def _address(
    criteria: Criteria, sort: str, position: cursor.Cursor | None | str = ""
) -> str:
    """Empty when there is no such page; without a position, the first one."""
    if position is None:
        return ""
    query = criteria.query(tri=sort, curseur=str(position))
    return f"{reverse('companies:list')}?{query}"


def _columns(search: Search) -> dict[str, dict[str, str]]:
    """For each sortable column, where its head leads and how it stands now."""
    columns = {}
    for name in SORTS:
        is_now = search.sort.lstrip("-") == name
        descending = search.sort.startswith("-")
        # Figures are first wanted from the greatest, words from A.
        first = (
            name if name in ("nom", "siege", "naf", "forme", "statut") else f"-{name}"
        )
        other = name if descending else f"-{name}"
        columns[name] = {
            "url": _address(search.criteria, other if is_now else first),
            "aria": ("descending" if descending else "ascending") if is_now else "",
        }
    return columns


def _ways_out(search: Search) -> list[dict[str, Any]]:
    """What each criterion's removal would return, the most helpful first."""
    ways = []
    for chip in phrase.chips(search.criteria)[:8]:
        wider = replace(search, criteria=chip.without)
        if chip.without.q != search.criteria.q:
            wider = engine.search(
                chip.without, sort=search.sort, desk_id=search.desk_id
            )
        count = engine.total(wider)
        if count:
            url = _address(chip.without, search.sort)
            ways.append({"words": chip.words, "url": url, "count": count})
    return sorted(ways, key=lambda way: -way["count"])
