"""The trail for those who answer for it: ops read all, a manager their own desk's."""

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, limits, perms, sessions, trail_file, trail_search
from accounts.choices import Action
from accounts.models import User
from accounts.trail import TRAIL_CHECK
from accounts.trail_forms import TrailForm
from accounts.trail_lines import lines
from accounts.trail_search import Cursor, Wish

UNPROCESSABLE = 422
DAY = timedelta(days=1)


@never_cache
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    reader = _reader(request)
    form = TrailForm(request.GET, reader=reader)
    context: dict[str, Any] = {"form": form, "check": cache.get(TRAIL_CHECK)}
    if not form.is_valid():
        return render(request, "accounts/trail.html", context, status=UNPROCESSABLE)
    after = Cursor.read(request.GET.get("suite", ""))
    found = trail_search.page(form.wish, after)
    context |= {
        "lines": lines(found.entries, with_origin=form.sees_everybody),
        "is_first": after is None,
        "next": found.next,
        "floor": found.floor,
        "scanned": trail_search.SCANNED,
        "wish": form.wish,
    }
    if after is None:
        count = trail_search.count(form.wish)
        context |= {
            "count": min(count, trail_search.COUNTED),
            "is_capped": count > trail_search.COUNTED,
            "most": trail_file.MOST,
        }
    _record(request, reader, Action.TRAIL_READ, form.wish)
    return render(request, "accounts/trail.html", context)


@never_cache
@require_POST
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The entries of the page's address, in a file; what is asked is traced first."""
    reader = _reader(request)
    form = TrailForm(request.GET, reader=reader)
    if not form.is_valid():
        context = {"form": form}
        return render(request, "accounts/trail.html", context, status=UNPROCESSABLE)
    limits.spend(limits.EXPORT, request, user=reader)
    wish = form.wish
    _record(request, reader, Action.TRAIL_EXPORTED, wish)
    since, until = form.cleaned_data["du"], form.cleaned_data["au"]
    entries = trail_search.every(wish, trail_file.MOST)
    return StreamingHttpResponse(
        trail_file.rows(entries, with_origin=form.sees_everybody),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="audit-{since}-{until}.csv"'
        },
    )


def _reader(request: HttpRequest) -> User:
    reader = sessions.signed_in_user(request)
    if not perms.can_read_trail(reader):
        raise PermissionDenied
    return reader


def _record(request: HttpRequest, reader: User, action: Action, wish: Wish) -> None:
    """Which filters were set, and the values of those that tell of nobody."""
    audit.record(
        actor=reader,
        action=action,
        resource=f"user:{wish.actor_id}" if wish.actor_id else "",
        details={
            "filters": wish.names,
            "action": wish.action,
            "since": timezone.localdate(wish.since).isoformat(),
            "until": timezone.localdate(wish.until - DAY).isoformat(),
        },
        request=request,
    )
