"""« Lettres mortes », a page of the admin: what was given up, why, and a way back."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from redis.exceptions import RedisError

from accounts import audit, sessions
from accounts.wall import needs_confirmation
from mainsite import dead_letters
from mainsite.actions import Action
from mainsite.dead_letters import Section


@admin.site.admin_view
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    context = admin.site.each_context(request) | {
        "title": _("Lettres mortes"),
        "subtitle": None,
        "sections": [_shown(section) for section in dead_letters.SECTIONS],
    }
    return render(request, "admin/dead_letters.html", context)


@needs_confirmation()
@admin.site.admin_view
@require_POST
def act(request: HttpRequest, section: str) -> HttpResponse:
    """One letter is asked for again, or dropped; both leave a trace."""
    chosen = _section(section)
    key, is_requeue = request.POST.get("key", ""), "requeue" in request.POST
    try:
        is_done = chosen.requeue(key) if is_requeue else chosen.drop(key)
    except (RedisError, KeyError):
        is_done = False
    if is_done:
        audit.record(
            actor=sessions.signed_in_user(request),
            action=(
                Action.DEAD_LETTER_REQUEUED
                if is_requeue
                else Action.DEAD_LETTER_DROPPED
            ),
            resource=f"dead_letter:{section}:{key}"[:200],
            request=request,
        )
        done = _("C’est relancé.") if is_requeue else _("C’est supprimé.")
        messages.success(request, done)
    else:
        messages.error(request, _("Elle n’est plus là, ou Redis ne répond pas."))
    return redirect("dead_letters")


def _shown(section: Section) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": section.name,
        "title": section.title,
        "help": section.help,
        "may_drop": section.may_drop,
    }
    try:
        return shown | {"letters": section.letters(), "is_away": False}
    except RedisError:
        return shown | {"letters": [], "is_away": True}


def _section(name: str) -> Section:
    for section in dead_letters.SECTIONS:
        if section.name == name:
            return section
    raise Http404(name)
