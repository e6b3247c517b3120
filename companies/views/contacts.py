"""The contacts of one company: counted for all, read by permission, never cached.

A value travels in the body of an answer to a POST only: no address, no log and no
cache ever holds it.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from accounts import perms, sessions
from accounts.models import User
from companies import contacts
from companies.choices import OppositionReason
from companies.contact_forms import ContactForm, InformForm, LeadForm, OpposeForm
from companies.contacts import ContactsRefused
from companies.contacts.refused import SENTENCES, WITHHELD
from companies.models import Company
from mainsite.lib.http import render_page

UNPROCESSABLE = 422


@require_safe
def show(request: HttpRequest, siren: str) -> HttpResponse:
    """How many there are of each kind; nothing of anybody."""
    return _panel(request, _company(request, siren))


@require_POST
def read(request: HttpRequest, siren: str) -> HttpResponse:
    return _read_panel(request, _company(request, siren))


@require_POST
def add_lead(request: HttpRequest, siren: str) -> HttpResponse:
    company, user = _company_to_change(request, siren)
    form = LeadForm(request.POST)
    if not form.is_valid():
        return _read_panel(request, company, lead_form=form, status=UNPROCESSABLE)
    try:
        contacts.add_lead(siren=siren, by=user, request=request, **form.cleaned_data)
    except ContactsRefused as error:
        form.add_error(None, error.sentence)
        return _read_panel(request, company, lead_form=form, status=UNPROCESSABLE)
    return _read_panel(request, company)


@require_POST
def forget_lead(request: HttpRequest, siren: str) -> HttpResponse:
    company, user = _company_to_change(request, siren)
    form = ContactForm(request.POST)
    if form.is_valid():
        lead_id = form.cleaned_data["contact"]
        contacts.forget_lead(siren=siren, lead_id=lead_id, by=user, request=request)
    return _read_panel(request, company)


@require_POST
def inform(request: HttpRequest, siren: str) -> HttpResponse:
    """The person was told who holds their data, from where, and how to object."""
    company, user = _company_to_change(request, siren)
    form = InformForm(request.POST)
    if not form.is_valid():
        return _read_panel(request, company, refused=form, status=UNPROCESSABLE)
    contacts.inform(
        siren=siren,
        contact_id=form.cleaned_data["contact"],
        document=form.cleaned_data["document"],
        by=user,
        request=request,
    )
    return _read_panel(request, company)


@require_POST
def note_interaction(request: HttpRequest, siren: str) -> HttpResponse:
    company, user = _company_to_change(request, siren)
    form = ContactForm(request.POST)
    if form.is_valid():
        contact_id = form.cleaned_data["contact"]
        contacts.note_interaction(
            siren=siren, contact_id=contact_id, by=user, request=request
        )
    return _read_panel(request, company)


@require_POST
def oppose(request: HttpRequest, siren: str) -> HttpResponse:
    """One action: the fingerprints stay, the person goes, and a receipt is shown."""
    company, user = _company_to_change(request, siren)
    form = OpposeForm(request.POST)
    if not form.is_valid():
        return _read_panel(request, company, refused=form, status=UNPROCESSABLE)
    try:
        receipt = contacts.oppose_contact(
            siren=siren,
            contact_id=form.cleaned_data["contact"],
            reason=OppositionReason(form.cleaned_data["reason"]),
            by=user,
            request=request,
        )
    except ContactsRefused as error:
        return _read_panel(
            request, company, sentence=error.sentence, status=UNPROCESSABLE
        )
    return _read_panel(request, company, receipt=receipt)


def _company(request: HttpRequest, siren: str) -> Company:
    user = sessions.signed_in_user(request)
    found: Company = get_object_or_404(Company.objects.visible_to(user), siren=siren)
    return found


def _company_to_change(request: HttpRequest, siren: str) -> tuple[Company, User]:
    company, user = _company(request, siren), sessions.signed_in_user(request)
    if not (perms.can_read_contacts(user) and perms.can_write(user)):
        raise PermissionDenied
    return company, user


def _read_panel(request: HttpRequest, company: Company, **more: Any) -> HttpResponse:
    """The panel with its values: each time it is shown is a read, and is traced."""
    user = sessions.signed_in_user(request)
    shown = contacts.read_contacts(user=user, siren=company.siren, request=request)
    lines = [
        {"contact": one, "withheld": WITHHELD.get(one.withheld, "")}
        for one in shown.contacts
    ]
    context = {"read": shown, "lines": lines, "lead_form": LeadForm(), **more}
    return _panel(request, company, **context)


def _panel(
    request: HttpRequest, company: Company, *, status: int = 200, **more: Any
) -> HttpResponse:
    user = sessions.signed_in_user(request)
    refusal = contacts.refusal(company.siren)
    context = {
        "company": company,
        "counts": contacts.counts(company.siren),
        "refusal": SENTENCES.get(refusal, ""),
        "may_read": perms.can_read_contacts(user),
        "may_see_assessments": perms.can_see_assessments(user),
        "may_search": perms.can_read_contacts(user) and perms.can_spend(user),
        "reasons": OpposeForm.base_fields["reason"],
        **more,
    }
    response = render_page(
        request,
        "companies/contacts.html",
        context,
        partials=["contacts-panel"],
        status=status,
    )
    response["Cache-Control"] = "no-store"
    return response
