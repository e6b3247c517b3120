"""Ask for a file, follow it, take it: a desk sees its own exports only."""

import logging
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from redis.exceptions import RedisError

from accounts import sessions
from accounts.wall import does_not_renew
from exports import asked, files, jobs, manifest, perms, services
from exports.asked import Asked
from exports.formats import csv
from exports.forms import ProfileForm
from exports.models import Export, ExportState, Profile
from exports.profiles import TABLES
from mainsite.lib.http import render_page

logger = logging.getLogger(__name__)

PAGE_SIZE = 50
GONE, UNPROCESSABLE = 410, 422
# One line less than Excel's sheet: the first is the header.
EXCEL_ROWS = 1_048_575
# A progress is looked at often for ten seconds, then less.
SOON_S, SOON_MS, LATER_MS = 10, 500, 2000
PARTIALS = ("export-state",)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """The form for a query string or a selection; with a profile, the export."""
    if not perms.can_export(request.user):
        raise PermissionDenied
    try:
        wish = _wish(request)
    except asked.NothingChosen:
        messages.error(request, _("Aucune société n’est sélectionnée."))
        return redirect(_list_url(request, request.POST.get("requete", "")))
    except asked.NotUnderstood as error:
        messages.error(request, str(error))
        return redirect(_list_as_given(request))
    if "profil" not in request.POST:
        return _form_page(request, wish, ProfileForm())
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _form_page(request, wish, form, status=UNPROCESSABLE)
    return _create(request, wish, form.cleaned_data["profil"])


def _wish(request: HttpRequest) -> Asked:
    desk_id = sessions.signed_in_user(request).desk_id
    if request.method == "POST":
        return asked.of_selection(request.POST, desk_id=desk_id).checked()
    return asked.of_query(request.GET, desk_id=desk_id).checked()


def _form_page(
    request: HttpRequest, wish: Asked, form: ProfileForm, *, status: int = 200
) -> HttpResponse:
    total = wish.count()
    context = {
        "wish": wish,
        "form": form,
        "total": total,
        "at_once": total < services.AT_ONCE,
        "beyond_excel": total > EXCEL_ROWS,
        "excel_rows": EXCEL_ROWS,
        "profiles": [
            (Profile(profile), table.columns, _purpose(profile))
            for profile, table in TABLES.items()
        ],
        "chosen": form["profil"].value() or Profile.RAPIDE,
        "back": _list_url(request, wish.query),
    }
    return render_page(request, "exports/new.html", context, status=status)


def _purpose(profile: str) -> str:
    if profile == Profile.RAPIDE:
        return _("Une liste pour appeler : qui, où, quelle taille, quel score.")
    return _("Tous les chiffres pour comparer, avec les liens et vos notes.")


def _create(request: HttpRequest, wish: Asked, profile: str) -> HttpResponseBase:
    user = sessions.signed_in_user(request)
    try:
        export = services.ask(wish=wish, profile=profile, by=user, request=request)
    except services.NothingToExport:
        return _form_page(request, wish, ProfileForm(), status=UNPROCESSABLE)
    if export.rows_total < services.AT_ONCE:
        services.write(export_id=export.pk)
        export.refresh_from_db()
        if export.has_file:
            return _file(request, export)
    elif export.is_pending:
        _ask_worker(export)
    return redirect("exports:export", export.public_id)


def _ask_worker(export: Export) -> None:
    try:
        jobs.ask_for_worker(export_id=export.pk, rows=export.rows_total)
    except RedisError:
        # The row waits: the sweep asks again when the queue is back.
        logger.warning("export %s waits for the queue", export.public_id)


@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    user = sessions.signed_in_user(request)
    rows = Export.objects.visible_to(user).select_related("created_by").newest_first()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "previous_url": _page_url(page.number - 1) if page.has_previous() else "",
        "next_url": _page_url(page.number + 1) if page.has_next() else "",
        "may_export": perms.can_export(user),
    }
    return render_page(request, "exports/list.html", context)


def _page_url(number: int) -> str:
    return f"{reverse('exports:list')}?page={number}"


@require_safe
def export(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _export_page(request, _find(request, public_id))


@does_not_renew
@require_safe
def progress(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the page of an export asks by itself while it is being written."""
    return _export_page(request, _find(request, public_id))


def _export_page(
    request: HttpRequest, export: Export, *, status: int = 200
) -> HttpResponse:
    context = {
        "export": export,
        "wish": asked.of_query(export.query, desk_id=export.desk_id),
        "back": _list_url(request, export.query),
        "may_export": perms.can_export(request.user),
        "columns": export.columns,
        "manifest_name": manifest.file_name(export),
        **_advance(export),
    }
    return render_page(
        request, "exports/export.html", context, partials=PARTIALS, status=status
    )


def _advance(export: Export) -> dict[str, Any]:
    if not export.is_pending:
        return {}
    age_s = (timezone.now() - export.created_at).total_seconds()
    left = max(export.rows_total - export.rows_done, 0)
    return {
        "segments": [("done", export.rows_done), ("waiting", left)],
        "poll_ms": SOON_MS if age_s < SOON_S else LATER_MS,
    }


@require_safe
def download(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    export = _find(request, public_id)
    if not perms.can_export(request.user):
        raise PermissionDenied
    return _file(request, export)


@require_safe
def download_manifest(request: HttpRequest, public_id: UUID) -> HttpResponse:
    export = _find(request, public_id)
    if not perms.can_export(request.user):
        raise PermissionDenied
    name = manifest.file_name(export)
    # With its mark: the first tool to open a .txt on Windows is not sure without.
    return HttpResponse(
        csv.BOM + manifest.text(export),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _file(request: HttpRequest, export: Export) -> HttpResponseBase:
    """The file; a page that says why when it is not there (any more)."""
    if export.state != ExportState.DONE:
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
        content_type=csv.CONTENT_TYPE,
    )


def _find(request: HttpRequest, public_id: UUID) -> Export:
    user = sessions.signed_in_user(request)
    rows = Export.objects.visible_to(user).select_related("created_by", "desk")
    found: Export = get_object_or_404(rows, public_id=public_id)
    return found


def _list_url(request: HttpRequest, query: str) -> str:
    """The list as it was, read again by its own form: never an address as given."""
    desk_id = sessions.signed_in_user(request).desk_id
    wish = asked.of_query(query, desk_id=desk_id)
    return f"{reverse('companies:list')}?{wish.query}"


def _list_as_given(request: HttpRequest) -> str:
    """The list, which says beside each filter why it is refused."""
    given = request.GET
    if request.method == "POST":
        given = QueryDict(request.POST.get("requete", ""))
    return f"{reverse('companies:list')}?{given.urlencode()}"
