"""The list: what is looked for, how many there are, and fifty of them."""

import logging
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import limits, perms, sessions
from accounts.models import User
from companies import addresses, grid, tabs
from companies.addresses import ListAddress
from companies.forms import SearchNameForm
from companies.grid import Head, Look
from companies.models import SavedSearch, TargetList
from companies.search import cursor, engine, phrase
from companies.search.criteria import Criteria
from companies.search.cursor import Cursor
from companies.search.engine import Page, Search, Summary
from companies.search.form import NOT_CRITERIA, SearchForm
from companies.search.sorts import SORTS
from companies.views import rail
from mainsite.lib.http import render_page
from mainsite.lib.shedding import expensive

logger = logging.getLogger(__name__)

PARTIALS = ("univers",)
# Words are first wanted from A, figures from the greatest.
WORDS = ("nom", "siege", "naf", "forme", "statut")


class ColumnChoice(NamedTuple):
    name: str
    label: str
    is_shown: bool


def _is_search(request: HttpRequest) -> bool:
    """The first page of a search; going on from a key costs next to nothing."""
    asked = set(request.GET) - NOT_CRITERIA - {"tri"}
    return bool(asked) and "curseur" not in request.GET


@expensive(when=_is_search)
@require_safe
def companies(request: HttpRequest) -> HttpResponse:
    return show(request, request.GET)


def show(
    request: HttpRequest,
    data: QueryDict,
    *,
    saved: SavedSearch | None = None,
    name_form: SearchNameForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The list that ``data`` asks for, in the tab of ``saved`` or of the one it names.

    ``name_form`` is the name refused to a search that someone wanted to keep.
    """
    user = sessions.signed_in_user(request)
    form = SearchForm(data, desk_id=user.desk_id)
    form.is_valid()
    searches = tabs.searches_of(user)
    saved = saved or tabs.named(searches, addresses.saved_in(data))
    address = addresses.of(data, form, saved=str(saved.public_id) if saved else "")
    if not form.errors and not data.get("curseur") and not address.criteria.is_empty:
        limits.read(limits.SEARCH, request, user=user)
    search = engine.search(address.criteria, sort=address.sort, desk_id=user.desk_id)
    context = _about(request, form, search, address)
    context |= tabs.context(user, searches, form.lists, saved, address, name_form)
    try:
        if form.errors:
            context |= rail.refused(form, search, address)
            status = 422
        else:
            context |= _found(request, data, search, address)
            context |= rail.context(form, address, context["summary"].facets)
    except OperationalError:
        logger.exception("the list could not be read")
        context |= rail.context(form, address)
        context |= {"is_unreadable": True, "at": timezone.now()}
        status = 503
    return render_page(
        request, "companies/list.html", context, partials=PARTIALS, status=status
    )


def _about(
    request: HttpRequest, form: SearchForm, search: Search, address: ListAddress
) -> dict[str, Any]:
    """What was asked, in fields and in words."""
    criteria = search.criteria
    user = sessions.signed_in_user(request)
    target_list = _only_list(user, criteria)
    return {
        "form": form,
        "criteria": criteria,
        "refused": form.in_words(),
        "chips": [
            (chip.words, address.but(criteria=chip.without).url)
            for chip in phrase.chips(criteria)
        ],
        "target_list": target_list,
        "title": _title(criteria, target_list),
        "corrected": search.corrected,
        "sort": search.sort,
        "sorts": SORTS,
        "sorted_by": _sorted_by(search.sort),
        "query": address.query,
        "search_query": address.search,
        "address": address,
        "column_choices": _column_choices(address),
        "column_fields": parse_qsl(address.but(columns=grid.USUAL).query),
        "usual_columns_url": address.but(columns=grid.USUAL).url,
        "may_write": perms.can_write(user),
        "may_spend": perms.can_spend(user),
        "may_export": perms.can_export(user),
    }


def _only_list(user: User, criteria: Criteria) -> TargetList | None:
    """The list whose companies these are, when one alone is chosen."""
    if len(criteria.liste) != 1:
        return None
    lists = TargetList.objects.visible_to(user).select_related("created_by")
    found: TargetList | None = lists.filter(public_id=criteria.liste[0]).first()
    return found


def _title(criteria: Criteria, target_list: TargetList | None) -> str:
    """A list by its name, as long as nothing else says what these companies are."""
    if target_list and replace(criteria, liste=(), fermees=False).is_empty:
        return str(target_list.name)
    return phrase.title(criteria)


def _sorted_by(sort: str) -> dict[str, Any]:
    return {"label": SORTS[sort.lstrip("-")].label, "is_down": sort.startswith("-")}


def _column_choices(address: ListAddress) -> tuple[ColumnChoice, ...]:
    return tuple(
        ColumnChoice(name, str(column.label), name in address.columns)
        for name, column in grid.COLUMNS.items()
    )


def _found(
    request: HttpRequest, data: QueryDict, search: Search, address: ListAddress
) -> dict[str, Any]:
    position, is_lost = _position(data, search)
    result = engine.find(search, position)
    summary, page = result.summary, result.page
    return {
        "summary": summary,
        "page": page,
        "is_position_lost": is_lost,
        **_table(page, address),
        "next_url": address.url_at(page.next),
        "previous_url": address.url_at(page.previous),
        "never_enriched_url": _never_enriched_url(address, summary),
        "ways_out": [] if summary.total else _ways_out(search, address),
    }


def _never_enriched_url(address: ListAddress, summary: Summary) -> str:
    if not summary.never_enriched:
        return ""
    return address.but(criteria=address.criteria.register_only).url


def _position(data: QueryDict, search: Search) -> tuple[Cursor | None, bool]:
    """Where the page begins, and whether the address told it wrong."""
    try:
        return cursor.parse(data.get("curseur", ""), sort=search.sort), False
    except cursor.WrongCursor:
        return None, True


def _table(page: Page, address: ListAddress) -> dict[str, Any]:
    """The heads, the widths, the cells of each row."""
    anywhere = reverse("companies:company", args=["0" * 9])
    look = Look(
        href=f"{anywhere.replace('0' * 9, '{}')}?{urlencode({'retour': address.url})}",
        year=timezone.localdate().year,
    )
    return {
        "heads": (_head("nom", _("Société"), "nm", address), *_heads(address)),
        "widths": tuple(grid.widths(address.columns)),
        "has_usual_columns": address.columns == grid.USUAL,
        "rows": grid.rows(page.rows, address.columns, look),
    }


def _heads(address: ListAddress) -> list[Head]:
    heads = []
    for column in map(grid.COLUMNS.__getitem__, address.columns):
        label = str(column.label)
        if column.sort:
            heads.append(_head(column.sort, label, column.css, address))
        else:
            heads.append(Head(label, column.css))
        if column.tail:
            heads.append(Head("", column.tail[0]))
    return heads


def _head(name: str, label: str, css: str, address: ListAddress) -> Head:
    """Where the head of a sortable column leads, and how it stands now."""
    is_now = address.sort.lstrip("-") == name
    descending = address.sort.startswith("-")
    if is_now:
        sort = name if descending else f"-{name}"
        aria = "descending" if descending else "ascending"
    else:
        sort, aria = name if name in WORDS else f"-{name}", ""
    return Head(label, css, address.but(sort=sort).url, aria)


def _ways_out(search: Search, address: ListAddress) -> list[dict[str, Any]]:
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
            url = address.but(criteria=chip.without).url
            ways.append({"words": chip.words, "url": url, "count": count})
    return sorted(ways, key=lambda way: -way["count"])
