"""One company: its page, and the three things a desk changes there."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import perms, sessions
from companies import company_lists, company_page, lists, pipeline
from companies.choices import Status
from companies.forms import NoteForm, StatusForm
from companies.models import Company, PursuitChange
from companies.views.lists import pick
from mainsite.lib.http import render_page
from mainsite.lib.siren import is_valid_siren

CONFLICT, UNPROCESSABLE = 409, 422
PARTIALS = ["pursuit-panel", "notes-panel", "lists-panel"]


@require_safe
def show(request: HttpRequest, siren: str) -> HttpResponse:
    company = _find(request, siren)
    if company is None:
        return _not_here(request, siren)
    wanted = request.GET.get("statut", "")
    if wanted not in Status.values:
        return _page(request, company)
    return _page(request, company, wanted=wanted, is_form_open=True)


@require_POST
def set_status(request: HttpRequest, siren: str) -> HttpResponse:
    company = _find(request, siren)
    if company is None:
        return _not_here(request, siren)
    _check_may_write(request)
    form = StatusForm(request.POST)
    if not form.is_valid():
        return _page(
            request,
            company,
            status_form=form,
            is_form_open=True,
            status=UNPROCESSABLE,
        )
    user = sessions.signed_in_user(request)
    try:
        pipeline.set_status(siren=siren, by=user, request=request, **form.cleaned_data)
    except pipeline.ChangedMeanwhile as conflict:
        return _conflict(request, company, form, conflict.change)
    return _back_to(request, company, "suivi")


def _conflict(
    request: HttpRequest,
    company: Company,
    form: StatusForm,
    change: PursuitChange | None,
) -> HttpResponse:
    """The page as it is now, with what was wanted still in the form."""
    wanted = form.cleaned_data | {"seen": change.pk if change else 0}
    return _page(
        request,
        company,
        status_form=StatusForm(initial=wanted),
        is_form_open=True,
        changed_meanwhile=change,
        status=CONFLICT,
    )


@require_POST
def add_note(request: HttpRequest, siren: str) -> HttpResponse:
    company = _find(request, siren)
    if company is None:
        return _not_here(request, siren)
    _check_may_write(request)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, company, note_form=form, status=UNPROCESSABLE)
    user = sessions.signed_in_user(request)
    pipeline.add_note(siren=siren, by=user, request=request, **form.cleaned_data)
    return _back_to(request, company, "notes-panel")


@require_POST
def change_lists(request: HttpRequest, siren: str) -> HttpResponse:
    """Put the company into a list of the desk, or take it out."""
    company = _find(request, siren)
    if company is None:
        return _not_here(request, siren)
    _check_may_write(request)
    target_list = pick(request, request.POST.get("vivier", ""))
    if target_list is None:
        raise Http404
    is_removal = bool(request.POST.get("retirer"))
    change = lists.remove_company if is_removal else lists.add_company
    user = sessions.signed_in_user(request)
    change(target_list=target_list, siren=siren, by=user, request=request)
    return _back_to(request, company, "lists-panel")


def _find(request: HttpRequest, siren: str) -> Company | None:
    user = sessions.signed_in_user(request)
    found: Company | None = Company.objects.visible_to(user).filter(siren=siren).first()
    return found


def _not_here(request: HttpRequest, siren: str) -> HttpResponse:
    context = {
        "siren": siren,
        "is_valid": is_valid_siren(siren),
        "may_spend": perms.can_spend(request.user),
    }
    return render(request, "companies/not_here.html", context, status=404)


def _check_may_write(request: HttpRequest) -> None:
    if not perms.can_write(request.user):
        raise PermissionDenied


def _page(
    request: HttpRequest,
    company: Company,
    *,
    wanted: str = "",
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    account_type = request.GET.get("comptes", "")
    user = sessions.signed_in_user(request)
    page = company_page.assemble(company, reader=user, account_type=account_type)
    way_back = _way_back(request)
    context = {
        "company": company,
        "page": page,
        "lists": company_lists.of(company.siren, reader=user),
        "way_back": way_back,
        "retour": "" if way_back == reverse("companies:list") else way_back,
        "status_form": StatusForm(
            initial={"status": wanted or page.follow.status, "seen": page.follow.seen}
        ),
        "note_form": NoteForm(),
        "is_form_open": False,
        "changed_meanwhile": None,
        "may_write": perms.can_write(user),
        "may_spend": perms.can_spend(user),
        "may_export": perms.can_export(user),
        # The chronology lives elsewhere on the page: it travels with the panel.
        "swaps_chronology": _names_target(request, "pursuit-panel"),
        **more,
    }
    return render_page(
        request, "companies/company.html", context, partials=PARTIALS, status=status
    )


def _names_target(request: HttpRequest, target: str) -> bool:
    htmx = getattr(request, "htmx", None)
    return bool(htmx and htmx.target == target and not htmx.history_restore_request)


def _way_back(request: HttpRequest) -> str:
    """The list as the reader left it: said by the address, else by the referrer."""
    said = request.POST.get("retour") or request.GET.get("retour", "")
    own = request.build_absolute_uri("/").rstrip("/")
    referrer = request.headers.get("Referer", "").removeprefix(own)
    home = reverse("companies:list")
    for url in (said, referrer):
        parts = urlsplit(sessions.safe_url(request, url))
        if not parts.netloc and parts.path == home and parts.query:
            return f"{home}?{parts.query}"
    return home


def _back_to(request: HttpRequest, company: Company, place: str) -> HttpResponse:
    way_back = _way_back(request)
    url = reverse("companies:company", args=[company.siren])
    if way_back != reverse("companies:list"):
        url = f"{url}?{urlencode({'retour': way_back})}"
    return HttpResponseRedirect(f"{url}#{place}")
