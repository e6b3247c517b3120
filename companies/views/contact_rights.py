"""Someone writes in about their data: ops note an opposition, or make a package."""

import json

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts import perms, sessions
from accounts.models import User
from accounts.wall import needs_confirmation
from companies import contacts
from companies.choices import OppositionReason
from companies.contact_forms import RightsForm
from companies.contacts import ContactsRefused, Receipt

UNPROCESSABLE = 422


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    _ops(request)
    return _page(request, RightsForm())


@needs_confirmation()
@require_POST
def oppose(request: HttpRequest) -> HttpResponse:
    user, form = _ops(request), RightsForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=UNPROCESSABLE)
    given = dict(form.cleaned_data)
    reason = OppositionReason(given.pop("reason") or OppositionReason.OBJECTION)
    try:
        receipt = contacts.oppose(
            by=user, source="ops", reason=reason, request=request, **given
        )
    except ContactsRefused as error:
        form.add_error(None, error.sentence)
        return _page(request, form, status=UNPROCESSABLE)
    return _page(request, RightsForm(), receipt=receipt)


@needs_confirmation()
@require_POST
def access(request: HttpRequest) -> HttpResponse:
    """Everything held on one person, as a file to send them."""
    user, form = _ops(request), RightsForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=UNPROCESSABLE)
    given = {k: v for k, v in form.cleaned_data.items() if k != "reason"}
    try:
        package = contacts.access_package(by=user, request=request, **given)
    except ContactsRefused as error:
        form.add_error(None, error.sentence)
        return _page(request, form, status=UNPROCESSABLE)
    return HttpResponse(
        json.dumps(package, ensure_ascii=False, indent=2),
        content_type="application/json; charset=utf-8",
        headers={
            # No name of a person in the name of a file either.
            "Content-Disposition": 'attachment; filename="dossier-acces.json"',
            "Cache-Control": "no-store",
        },
    )


def _ops(request: HttpRequest) -> User:
    user = sessions.signed_in_user(request)
    if not perms.can_administer(user):
        raise PermissionDenied
    return user


def _page(
    request: HttpRequest,
    form: RightsForm,
    *,
    receipt: Receipt | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "receipt": receipt,
        "may_read": perms.can_read_contacts(request.user),
    }
    return render(request, "companies/contact_rights.html", context, status=status)
