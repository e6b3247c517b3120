"""Follow an export, take it, stop it, make it again: a desk sees its own only."""

import logging
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import confirm_views, limits, sessions
from accounts.models import User
from accounts.wall import does_not_renew
from exports import asked, definition, files, manifest, perms, rights, services
from exports.choice import of as choice_of
from exports.formats import CONTENT_TYPES, csv
from exports.forms import HistoryForm, ScheduleForm
from exports.models import Export, ExportState
from exports.starting import start
from mainsite.lib.http import render_page
from mainsite.lib.shedding import expensive

logger = logging.getLogger(__name__)

PAGE_SIZE = 50
GONE = 410
# A progress is looked at often for ten seconds, then less.
SOON_S, SOON_MS, LATER_MS = 10, 500, 2000
PARTIALS = ("export-state",)
# The page of an export hands its file over: one comes from « C’est bien vous ? ».
TAKE = "prendre"


@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    user = sessions.signed_in_user(request)
    state = HistoryForm(request.GET).state
    rows = Export.objects.visible_to(user).select_related(
        "created_by", "destination", "schedule"
    )
    shown = rows.filter(state=state) if state else rows
    page = Paginator(shown.newest_first(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "previous_url": _page_url(state, page.number - 1, is_there=page.has_previous()),
        "next_url": _page_url(state, page.number + 1, is_there=page.has_next()),
        "state": state,
        "states": ExportState.choices,
        "may_export": perms.can_export(user),
        "may_contacts": perms.can_export_contacts(user),
    }
    return render_page(request, "exports/list.html", context)


def _page_url(state: str, number: int, *, is_there: bool) -> str:
    given = {"etat": state} if state else {}
    query = urlencode({**given, "page": number})
    return f"{reverse('exports:list')}?{query}" if is_there else ""


@require_safe
def export(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _export_page(request, find(request, public_id))


@does_not_renew
@require_safe
def progress(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the page of an export asks by itself while it is being written."""
    return _export_page(request, find(request, public_id))


def _export_page(
    request: HttpRequest, export: Export, *, status: int = 200
) -> HttpResponse:
    user = sessions.signed_in_user(request)
    context = {
        "export": export,
        "wish": asked.of_query(export.query, desk_id=export.desk_id),
        "back": asked.list_url(export.query, desk_id=export.desk_id),
        "may_export": perms.can_export(user),
        "may_take": perms.can_take(user, export),
        "hands_over": TAKE in request.GET and _may_have_now(request, export),
        "columns": export.columns,
        "sent": manifest.sent_counts(export),
        "schedule_form": ScheduleForm(),
        **_advance(export),
    }
    return render_page(
        request, "exports/export.html", context, partials=PARTIALS, status=status
    )


def _may_have_now(request: HttpRequest, export: Export) -> bool:
    user = sessions.signed_in_user(request)
    is_asked = export.with_contacts and not sessions.is_confirmed(request)
    return export.has_file and perms.can_take(user, export) and not is_asked


def _advance(export: Export) -> dict[str, Any]:
    if not export.is_pending:
        return {}
    age_s = (timezone.now() - export.created_at).total_seconds()
    left = max(export.rows_total - export.rows_done, 0)
    return {
        "segments": [("done", export.rows_done), ("waiting", left)],
        "poll_ms": SOON_MS if age_s < SOON_S else LATER_MS,
    }


@require_POST
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    export = find(request, public_id)
    user = _exporter(request)
    if not services.cancel(export=export, by=user, request=request):
        messages.info(request, _("Cet export était déjà fini."))
    return redirect("exports:export", public_id)


@expensive(queue="exports")
@require_POST
def redo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The same definition, with the data of today."""
    made = find(request, public_id)
    user = _exporter(request)
    if made.with_contacts and (question := confirm_views.asked_first(request)):
        return question
    limits.spend(limits.EXPORT, request, user=user)
    try:
        wish = asked.of_query(made.query, desk_id=made.desk_id).checked()
        choice = definition.still_there(choice_of(made))
        again = services.ask(wish=wish, choice=choice, by=user, request=request)
    except (asked.NotUnderstood, definition.ColumnsGone, rights.RightMissing) as error:
        messages.error(request, str(error))
        return redirect("exports:export", public_id)
    except services.NothingToExport:
        messages.error(request, _("Aucune société ne répond plus à ces critères."))
        return redirect("exports:export", public_id)
    start(again)
    return redirect("exports:export", again.public_id)


def _exporter(request: HttpRequest) -> User:
    if not perms.can_export(request.user):
        raise PermissionDenied
    return sessions.signed_in_user(request)


@require_safe
def download(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    export = find(request, public_id)
    if not perms.can_take(sessions.signed_in_user(request), export):
        raise PermissionDenied
    if export.with_contacts and export.has_file:
        # A file would leave the browser on the question: its page hands it over.
        page = reverse("exports:export", args=[public_id])
        if question := confirm_views.asked_first(request, back=f"{page}?{TAKE}=1"):
            return question
    return file_answer(request, export)


@require_safe
def download_manifest(
    request: HttpRequest, public_id: UUID, kind: str = "txt"
) -> HttpResponse:
    export = find(request, public_id)
    if not perms.can_export(request.user):
        raise PermissionDenied
    if export.is_trial:
        raise Http404
    name = manifest.file_name(export, kind)
    if kind == "json":
        text, content_type = manifest.as_json(export), "application/json"
    else:
        # With its mark: the first tool to open a .txt on Windows is not sure without.
        text, content_type = csv.BOM + manifest.text(export), "text/plain"
    return HttpResponse(
        text,
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def file_answer(request: HttpRequest, export: Export) -> HttpResponseBase:
    """The file; a page that says why when it is not there (any more)."""
    if export.state != ExportState.DONE or export.format not in CONTENT_TYPES:
        return _export_page(request, export, status=404)
    try:
        content = files.read(export.path) if export.has_file else None
    except FileNotFoundError:
        logger.exception("the file of export %s is not there", export.public_id)
        content = None
    if content is None:
        return _export_page(request, export, status=GONE)
    user = sessions.signed_in_user(request)
    services.record_download(export=export, by=user, request=request)
    return FileResponse(
        content,
        as_attachment=True,
        filename=export.file_name,
        content_type=CONTENT_TYPES[export.format],
    )


def find(request: HttpRequest, public_id: UUID) -> Export:
    user = sessions.signed_in_user(request)
    rows = Export.objects.visible_to(user).select_related(
        "created_by", "desk", "destination", "schedule"
    )
    found: Export = get_object_or_404(rows, public_id=public_id)
    return found
