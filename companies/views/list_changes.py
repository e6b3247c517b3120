"""A selection put into a list or taken out: shown first, done, followed, undone."""

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from redis.exceptions import RedisError

from accounts import sessions
from accounts.wall import does_not_renew
from companies import addresses, jobs, list_changes, selection
from companies.choices import ListChangeKind, ListChangeState
from companies.forms import NamedForm
from companies.models import ListChange, TargetList
from companies.search import phrase
from companies.selection import Chosen
from companies.views import lists
from mainsite.lib import queue
from mainsite.lib.http import render_page
from mainsite.lib.templatetags import dossier as say

logger = logging.getLogger(__name__)

UNPROCESSABLE = 422
NEW = "nouveau"
# A progress is looked at often for ten seconds, then less.
SOON_S, SOON_MS, LATER_MS = 10, 500, 2000
PARTIALS = ("list-change-state",)


@dataclass(frozen=True, slots=True)
class Option:
    """A list that may take the selection, or lose it; how many of it are there."""

    target_list: TargetList
    size: int
    there: int
    others: int
    is_chosen: bool


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    return _change(request, ListChangeKind.ADD)


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    return _change(request, ListChangeKind.REMOVE)


def _change(request: HttpRequest, kind: ListChangeKind) -> HttpResponse:
    """First POST: how many, and the lists. Second, with a list: it is done."""
    user = lists.writer(request)
    back = addresses.back(request.POST.get("requete", ""), desk_id=user.desk_id)
    try:
        chosen = selection.chosen(request.POST, desk_id=user.desk_id)
    except selection.SelectionRefused as error:
        messages.error(request, str(error))
        return redirect(back)
    choice = request.POST.get("vivier", "")
    form = NamedForm(request.POST if choice == NEW else None)
    if choice == NEW and kind == ListChangeKind.ADD and form.is_valid():
        target_list = lists.create(request, form, user)
    else:
        target_list = lists.pick(request, choice) if choice != NEW else None
    if target_list is None:
        return _choice(request, kind, chosen, form, back, is_refused=bool(choice))
    change = list_changes.ask(
        kind=kind, target_list=target_list, chosen=chosen, by=user
    )
    return _carry_out(request, change, back)


def _choice(
    request: HttpRequest,
    kind: ListChangeKind,
    chosen: Chosen,
    form: NamedForm,
    back: str,
    *,
    is_refused: bool,
) -> HttpResponse:
    options = [
        _option(each, each.size, chosen)
        for each in lists.visible(request).with_size().by_name()
    ]
    if kind == ListChangeKind.REMOVE:
        options = [option for option in options if option.there]
    context = {
        "kind": kind.value,
        "chosen": chosen,
        "given": request.POST,
        "sirens": chosen.search.criteria.siren,
        "options": options,
        "new": NEW,
        "is_new_chosen": request.POST.get("vivier") == NEW or not options,
        "form": form,
        "back": back,
        "is_refused": is_refused and not form.errors,
    }
    status = UNPROCESSABLE if is_refused else 200
    return render_page(request, "companies/lists_choice.html", context, status=status)


def _option(target_list: TargetList, size: int, chosen: Chosen) -> Option:
    there = chosen.count_in(target_list) if size else 0
    only = (str(target_list.public_id),)
    is_chosen = chosen.search.criteria.liste == only
    others = chosen.count - there
    return Option(target_list, size, there, others, is_chosen)


def _carry_out(request: HttpRequest, change: ListChange, back: str) -> HttpResponse:
    """At once when it is short; else in a job, whose page follows it."""
    if not list_changes.is_small(change):
        _ask_worker(change)
        return redirect("companies:list_change", change.public_id)
    list_changes.advance(change_id=change.pk, request=request)
    change.refresh_from_db()
    if change.state != ListChangeState.DONE:
        return redirect("companies:list_change", change.public_id)
    messages.success(request, _done(change))
    return redirect(back)


def _ask_worker(change: ListChange) -> None:
    try:
        queue.enqueue(jobs.change_list, queue=jobs.QUEUE, change_id=change.pk)
    except RedisError:
        # The row waits: the sweep asks again when the queue is back.
        logger.warning("list change %s waits for the queue", change.public_id)


def _done(change: ListChange) -> SafeString:
    url = reverse("companies:list_change", args=[change.public_id])
    details = _("Détail et annulation") if change.changed else _("Détail")
    return format_html(
        '<a href="{}">{}</a> : {} <a href="{}">{}</a>',
        lists.list_url(change.list),
        change.list.name,
        outcome(change),
        url,
        details,
    )


def outcome(change: ListChange) -> str:
    """« 1 180 ajoutées, 23 déjà présentes »."""
    if change.kind == ListChangeKind.ADD:
        done = _("société ajoutée,sociétés ajoutées")
        rest = _("déjà présente,déjà présentes")
    else:
        done = _("société retirée,sociétés retirées")
        rest = _("n’y était pas,n’y étaient pas")
    parts = [_counted(change.changed, done)]
    if change.unchanged:
        parts.append(_counted(change.unchanged, rest))
    return f"{', '.join(parts)}."


def _counted(number: int, forms: str) -> str:
    return f"{phrase.count(number)} {say.plural_fr(number, forms)}"


# One change


@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _page(request, _find(request, public_id))


@does_not_renew
@require_safe
def progress(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the page of a change asks by itself while it goes on."""
    return _page(request, _find(request, public_id))


@require_POST
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    change = _find(request, public_id)
    user = lists.writer(request)
    try:
        undoing = list_changes.undo(change=change, by=user)
    except list_changes.CannotBeUndone:
        messages.error(request, _("Cet ajout est déjà annulé, ou n’est pas fini."))
        return redirect("companies:list_change", public_id)
    return _carry_out(request, undoing, lists.list_url(change.list))


def _page(request: HttpRequest, change: ListChange) -> HttpResponse:
    context: dict[str, Any] = {
        "change": change,
        "target_list": change.list,
        "list_url": lists.list_url(change.list),
        "outcome": outcome(change),
        "search_url": addresses.back(change.query, desk_id=change.list.desk_id),
        "may_undo": lists.may_write(sessions.signed_in_user(request))
        and list_changes.can_be_undone(change),
        **_advance(change),
    }
    return render_page(
        request, "companies/lists_change.html", context, partials=PARTIALS
    )


def _advance(change: ListChange) -> dict[str, Any]:
    if not change.is_pending:
        return {}
    age_s = (timezone.now() - change.asked_at).total_seconds()
    seen = min(change.seen, change.expected)
    return {
        "seen": seen,
        "segments": [("done", seen), ("waiting", change.expected - seen)],
        "poll_ms": SOON_MS if age_s < SOON_S else LATER_MS,
    }


def _find(request: HttpRequest, public_id: UUID) -> ListChange:
    user = sessions.signed_in_user(request)
    rows = ListChange.objects.visible_to(user).select_related("list", "asked_by")
    found: ListChange = get_object_or_404(rows, public_id=public_id)
    return found
