"""Weekly exports of a desk: made from an earlier one, listed, suspended, deleted."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import confirm_views, sessions
from accounts.models import User
from exports import asked, definition, perms, rights, schedules, views
from exports.choice import of as choice_of
from exports.forms import DAYS, ScheduleForm
from exports.models import ExportSchedule
from mainsite.lib.http import render_page


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = sessions.signed_in_user(request)
    rows = ExportSchedule.objects.visible_to(user).order_by(
        "-is_active", "next_at", "pk"
    )
    context = {
        "schedules": [
            (row, DAYS[row.weekday], asked.of_query(row.query, desk_id=row.desk_id))
            for row in rows.select_related("created_by", "destination")
        ],
        "may_export": perms.can_export(user),
    }
    return render_page(request, "exports/schedules.html", context)


@require_POST
def make_from(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The definition of an earlier export, each week."""
    export = views.find(request, public_id)
    user = _exporter(request)
    if export.is_trial:
        raise Http404
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choisissez un jour et une heure."))
        return redirect("exports:export", public_id)
    if export.with_contacts and (question := confirm_views.asked_first(request)):
        return question
    told = form.cleaned_data
    try:
        schedules.make(
            wish=asked.of_query(export.query, desk_id=export.desk_id).checked(),
            choice=definition.still_there(choice_of(export)),
            name=told["nom"].strip(),
            weekday=told["jour"],
            hour=told["heure"],
            by=user,
            request=request,
        )
    except (asked.NotUnderstood, definition.ColumnsGone, rights.RightMissing) as error:
        messages.error(request, str(error))
        return redirect("exports:export", public_id)
    messages.success(request, _("Export programmé chaque semaine."))
    return redirect("exports:schedules")


@require_POST
def suspend(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row, user = _find(request, public_id), _exporter(request)
    schedules.suspend(schedule=row, by=user, request=request)
    return redirect("exports:schedules")


@require_POST
def resume(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row, user = _find(request, public_id), _exporter(request)
    if row.with_contacts and (question := confirm_views.asked_first(request)):
        return question
    try:
        schedules.resume(schedule=row, by=user, request=request)
    except schedules.CannotRun as error:
        messages.error(request, str(error))
    return redirect("exports:schedules")


@require_POST
def delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row, user = _find(request, public_id), _exporter(request)
    schedules.delete(schedule=row, by=user, request=request)
    messages.success(request, _("Programmation supprimée. Ses exports restent."))
    return redirect("exports:schedules")


def _find(request: HttpRequest, public_id: UUID) -> ExportSchedule:
    user = sessions.signed_in_user(request)
    rows = ExportSchedule.objects.visible_to(user)
    found: ExportSchedule = get_object_or_404(
        rows.select_related("created_by", "destination"), public_id=public_id
    )
    return found


def _exporter(request: HttpRequest) -> User:
    if not perms.can_export(request.user):
        raise PermissionDenied
    return sessions.signed_in_user(request)
