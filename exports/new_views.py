"""The page on which an export is chosen, previewed, tried, asked for or programmed."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import confirm_views, limits, sessions
from accounts.models import User
from exports import (
    asked,
    delivering,
    perms,
    preview,
    rights,
    schedules,
    services,
    trail,
    wording,
)
from exports.asked import Asked
from exports.forms import ExportForm, ScheduleForm
from exports.models import Format, Profile
from exports.starting import start
from exports.trail import Action
from exports.views import file_answer
from mainsite.lib.http import render_page
from mainsite.lib.shedding import expensive

UNPROCESSABLE = 422
# One line less than Excel's sheet: the first is the header.
EXCEL_ROWS = 1_048_575
# A dry run reads all that it would write: up to so many while the person waits.
MOST_TRIED = 20_000
PARTIALS = ("export-choice",)


@dataclass(kw_only=True)
class _Page:
    """What one request says, and what came of it."""

    request: HttpRequest
    user: User
    wish: Asked
    form: ExportForm
    schedule_form: ScheduleForm = field(default_factory=ScheduleForm)
    plan: delivering.Plan | None = None
    refused: str = ""

    @property
    def is_valid(self) -> bool:
        return self.form.is_valid() and not self.refused

    def refuse(self, sentence: str) -> HttpResponse:
        self.refused = sentence
        return _answer(self)


@expensive(queue="exports")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """The form for a query string or a selection; with ``faire``, what it asks."""
    if not perms.can_export(request.user):
        raise PermissionDenied
    user = sessions.signed_in_user(request)
    try:
        wish = _wish(request, user)
    except asked.NothingChosen:
        messages.error(request, _("Aucune société n’est sélectionnée."))
        listed = request.POST.get("requete", "")
        return redirect(asked.list_url(listed, desk_id=user.desk_id))
    except asked.NotUnderstood as error:
        messages.error(request, str(error))
        return redirect(_list_as_given(request))
    form = ExportForm(request.POST, user=user)
    page = _Page(request=request, user=user, wish=wish, form=form)
    act = {"exporter": _export, "essai": _try, "programmer": _program}
    return act.get(request.POST.get("faire", ""), _answer)(page)


def _wish(request: HttpRequest, user: User) -> Asked:
    if request.method == "POST":
        return asked.of_selection(request.POST, desk_id=user.desk_id).checked()
    return asked.of_query(request.GET, desk_id=user.desk_id).checked()


def _export(page: _Page) -> HttpResponseBase:
    if not page.is_valid:
        return _answer(page)
    choice = page.form.choice
    if choice.format == Format.XLSX and page.wish.count() > EXCEL_ROWS:
        return page.refuse(_("Une feuille Excel ne tient pas tant de lignes."))
    if question := _question(page):
        return question
    limits.spend(limits.EXPORT, page.request, user=page.user)
    try:
        export = services.ask(
            wish=page.wish, choice=choice, by=page.user, request=page.request
        )
    except services.NothingToExport:
        return page.refuse(_("Aucune société ne répond à ces critères."))
    except rights.RightMissing as error:
        return page.refuse(str(error))
    start(export)
    if export.has_file and not confirm_views.comes_from_question(page.request):
        return file_answer(page.request, export)
    return redirect("exports:export", export.public_id)


def _try(page: _Page) -> HttpResponseBase:
    """What a delivery would create, change and leave: nothing is written."""
    if not page.is_valid or not page.form.choice.is_delivery:
        return _answer(page)
    count = page.wish.count()
    if not count:
        return _answer(page)
    try:
        if count > MOST_TRIED:
            return _try_later(page)
        page.plan = _plan(page, count)
    except delivering.TooLong:
        return _try_later(page)
    except (rights.RightMissing, delivering.DeliveryRefused) as error:
        return page.refuse(str(error))
    return _answer(page)


def _plan(page: _Page, count: int) -> delivering.Plan:
    choice, desk_id = page.form.choice.tried, page.user.desk_id
    if desk_id is None:
        raise PermissionDenied
    rights.check(by=page.user, desk_id=desk_id, choice=choice)
    draft = services.draft(
        page.wish, choice, by=page.user, desk_id=desk_id, count=count
    )
    trail.record(draft, Action.EXPORT_TRIED, by=page.user, request=page.request)
    return delivering.plan(draft)


def _try_later(page: _Page) -> HttpResponse:
    """By a worker, who has the time; it counts as an export."""
    limits.spend(limits.EXPORT, page.request, user=page.user)
    choice = page.form.choice.tried
    try:
        export = services.ask(
            wish=page.wish, choice=choice, by=page.user, request=page.request
        )
    except services.NothingToExport:
        return _answer(page)
    except rights.RightMissing as error:
        return page.refuse(str(error))
    start(export)
    return redirect("exports:export", export.public_id)


def _program(page: _Page) -> HttpResponseBase:
    page.schedule_form = ScheduleForm(page.request.POST)
    if not page.schedule_form.is_valid() or not page.is_valid:
        return _answer(page)
    if question := _question(page):
        return question
    told = page.schedule_form.cleaned_data
    try:
        schedules.make(
            wish=page.wish,
            choice=page.form.choice,
            name=told["nom"].strip(),
            weekday=told["jour"],
            hour=told["heure"],
            by=page.user,
            request=page.request,
        )
    except rights.RightMissing as error:
        return page.refuse(str(error))
    messages.success(page.request, _("Export programmé chaque semaine."))
    return redirect("exports:schedules")


def _question(page: _Page) -> HttpResponse | None:
    """Both factors again, before contacts leave."""
    if not page.form.choice.with_contacts:
        return None
    return confirm_views.asked_first(page.request)


def _answer(page: _Page) -> HttpResponse:
    total = page.wish.count()
    has_acted = "faire" in page.request.POST
    failed = has_acted and (not page.is_valid or page.schedule_form.errors or not total)
    context = {
        "wish": page.wish,
        "total": total,
        "back": asked.list_url(page.wish.query, desk_id=page.user.desk_id),
        "form": page.form,
        "has_acted": has_acted,
        "refused": page.refused,
        **(_choice(page, total) if total else {}),
    }
    return render_page(
        page.request,
        "exports/new.html",
        context,
        partials=PARTIALS,
        status=UNPROCESSABLE if failed else 200,
    )


def _choice(page: _Page, total: int) -> dict[str, Any]:
    form = page.form
    told: dict[str, Any] = {
        "profiles": [(each, wording.PURPOSES[each]) for each in Profile],
        "schedule_form": page.schedule_form,
        "plan": page.plan,
        "opened": not {"monter", "descendre", "toutes"}.isdisjoint(page.request.POST),
        "excel_rows": EXCEL_ROWS,
    }
    if form.output is None:
        return told
    choice = form.choice
    shown = None
    if form.kept:
        shown = preview.of(page.wish, choice, count=total, desk_id=page.user.desk_id)
    return {
        **told,
        "choice": choice,
        "note": wording.NOTES[Format(choice.format)],
        "shown": shown,
        "takes": wording.duration(shown.seconds) if shown and shown.seconds else "",
        "at_once": services.is_at_once(count=total, kind=choice.format),
        "beyond_excel": total > EXCEL_ROWS and choice.format in _OF_SHEETS,
        "tried_at_once": choice.is_delivery and total <= MOST_TRIED,
        "most_tried": MOST_TRIED,
    }


_OF_SHEETS = (Format.CSV, Format.XLSX)


def _list_as_given(request: HttpRequest) -> str:
    """The list, which says beside each filter why it is refused."""
    given = request.GET
    if request.method == "POST":
        given = QueryDict(request.POST.get("requete", ""))
    return f"{reverse('companies:list')}?{given.urlencode()}"
