"""Steps 4 and 5: the dry run, the run, and how far either is."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.wall import does_not_renew
from companies.imports import services
from companies.imports.forms import SeenForm
from companies.imports.models import Import
from companies.imports.page import doubts, figures, refused, steps, work
from companies.imports.page.facts import detected
from companies.imports.page.notes import of_trial, of_work
from companies.imports.page.titles import of_step
from companies.imports.services import ImportRefused
from companies.imports.views.finding import find_to_change, may_import
from mainsite.lib.http import render_page

PARTIALS = ("import-progress",)


@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the dry run found; a POST asks for it, or for another one."""
    imp, user = find_to_change(request, public_id)
    if request.method == "POST":
        try:
            services.ask_trial(imp=imp, by=user, request=request)
        except ImportRefused as error:
            messages.error(request, str(error))
            return redirect(steps.url(imp))
        return redirect("companies:imports:trial", public_id)
    if "trial" not in steps.open_to(imp):
        return redirect(steps.url(imp))
    if imp.is_working:
        return _working(request, imp, work.look(imp))
    return _trial(request, imp)


def _trial(request: HttpRequest, imp: Import) -> HttpResponse:
    tally = figures.tally(imp)
    context = {
        "imp": imp,
        "sub": of_step(imp, "trial"),
        "steps": steps.steps(imp, "trial", has_matches=doubts.has_any(imp)),
        "tally": tally,
        "doubtful": doubts.count(imp),
        "is_stale": doubts.is_trial_stale(imp),
        "changes": figures.changes(imp),
        "samples": figures.samples(imp),
        "refusals": refused.read(imp, at=request.GET),
        "detected": detected(imp),
        "repairs": figures.repairs(imp),
        "notes": of_trial(imp),
        "may_import": may_import(request),
    }
    return render(request, "companies/imports/trial.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def running(request: HttpRequest, public_id: UUID) -> HttpResponse:
    imp, user = find_to_change(request, public_id)
    if request.method == "POST":
        try:
            services.ask_run(imp=imp, by=user, request=request)
        except ImportRefused as error:
            messages.error(request, str(error))
            return redirect(steps.url(imp))
        return redirect("companies:imports:running", public_id)
    if "running" not in steps.open_to(imp):
        return redirect(steps.url(imp))
    return _working(request, imp, work.look(imp))


@does_not_renew
@require_safe
def watch(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What a page asks by itself; when the work is over it leaves for its outcome."""
    imp, _user = find_to_change(request, public_id)
    if not imp.is_working:
        answer = redirect(steps.url(imp))
        if getattr(request, "htmx", None):
            return HttpResponse(headers={"HX-Redirect": answer.url})
        return answer
    return _working(request, imp, work.look(imp, SeenForm(request.GET).seen()))


def _working(request: HttpRequest, imp: Import, now: work.Work) -> HttpResponse:
    step = steps.stands_at(imp)
    context = {
        "imp": imp,
        "sub": of_step(imp, step),
        "steps": steps.steps(imp, step) if step != "undo" else [],
        "work": now,
        "notes": of_work(imp),
        "may_import": may_import(request),
    }
    return render_page(
        request, "companies/imports/working.html", context, partials=PARTIALS
    )


def undoing(request: HttpRequest, imp: Import) -> HttpResponse:
    """The page of an undo while it goes on, at its own address."""
    return _working(request, imp, work.look(imp))


@require_POST
def stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    imp, user = find_to_change(request, public_id)
    try:
        services.stop(imp=imp, by=user)
    except ImportRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Arrêt demandé\u00a0: le lot en cours se termine."))
    imp.refresh_from_db()
    return redirect(steps.url(imp))
