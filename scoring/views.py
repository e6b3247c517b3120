"""The readings of a company: a piece of its page, and a page of its own."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import perms, sessions
from companies.models import Company
from mainsite.lib.flags import Flag, is_on
from mainsite.lib.http import render_page
from mainsite.lib.shedding import expensive
from scoring import language, overrides, panel, sector_comparison
from scoring.forms import OverrideForm
from scoring.registry import panel as model_panel

UNPROCESSABLE = 422
PARTIALS = ["score-panel", "override-panel"]


@require_safe
def show(request: HttpRequest, siren: str) -> HttpResponse:
    """``?vu=`` is the stamp of what an open page shows: nothing new is no content."""
    company, seen = _find(request, siren), request.GET.get("vu")
    if seen is None:
        return _page(request, company)
    if seen == panel.readings(siren, lang=language.current()).stamp:
        return HttpResponse(status=204)
    return _page(request, company, is_news=True)


@require_POST
def give_override(request: HttpRequest, siren: str) -> HttpResponse:
    company = _find(request, siren)
    _check_may_write(request)
    form = OverrideForm(request.POST)
    if not form.is_valid():
        return _page(
            request,
            company,
            override_form=form,
            is_form_open=True,
            status=UNPROCESSABLE,
        )
    user = sessions.signed_in_user(request)
    overrides.give(siren=siren, by=user, request=request, **form.cleaned_data)
    return _back(siren)


@require_POST
def withdraw_override(request: HttpRequest, siren: str) -> HttpResponse:
    _find(request, siren)
    _check_may_write(request)
    user = sessions.signed_in_user(request)
    overrides.withdraw(siren=siren, by=user, request=request)
    return _back(siren)


@expensive()
@require_safe
def sector(request: HttpRequest, siren: str) -> HttpResponse:
    company = _find(request, siren)
    context = {"company": company, "sector": sector_comparison.of(company)}
    return render_page(
        request, "scoring/sector.html", context, partials=["sector-panel"]
    )


def _find(request: HttpRequest, siren: str) -> Company:
    user = sessions.signed_in_user(request)
    found: Company = get_object_or_404(Company.objects.visible_to(user), siren=siren)
    return found


def _check_may_write(request: HttpRequest) -> None:
    if not perms.can_write(request.user):
        raise PermissionDenied


def _back(siren: str) -> HttpResponse:
    return HttpResponseRedirect(
        f"{reverse('scoring:panel', args=[siren])}#override-panel"
    )


def _page(
    request: HttpRequest, company: Company, *, status: int = 200, **more: Any
) -> HttpResponse:
    lang = language.current()
    user = sessions.signed_in_user(request)
    readings = panel.readings(company.siren, lang=lang)
    context = {
        "company": company,
        "new": readings.new,
        "old": readings.old,
        "history": readings.history,
        "stamp": readings.stamp,
        "model": model_panel.of(company.siren, lang, reader=user),
        "opens_on_old": not is_on(
            Flag.NEW_SCORING_ALGORITHM, key=company.siren, request=request
        ),
        "overrides": overrides.of_company(company.siren, reader=user),
        "override_form": OverrideForm(),
        "is_form_open": False,
        "may_write": perms.can_write(user) and user.desk_id is not None,
        **more,
    }
    return render_page(
        request, "scoring/panel.html", context, partials=PARTIALS, status=status
    )
