"""Step 6, on: the refused rows mended on the screen, and tried by themselves."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from companies.imports import correcting
from companies.imports.forms import CorrectionsForm
from companies.imports.models import Import
from companies.imports.page import doubts, mending, steps
from companies.imports.page.titles import of_step
from companies.imports.services import ImportRefused
from companies.imports.views.finding import find_to_change

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, public_id: UUID) -> HttpResponse:
    imp, user = find_to_change(request, public_id)
    if not correcting.may_correct(imp):
        return redirect(steps.url(imp))
    rows = correcting.rows(imp, after=mending.after(request.GET))
    if request.method != "POST":
        return _page(request, imp, rows, CorrectionsForm(rows=rows))
    form = CorrectionsForm(request.POST, rows=rows)
    if not form.is_valid():
        return _page(request, imp, rows, form, status=UNPROCESSABLE)
    try:
        found = correcting.correct(
            imp=imp, changed=form.changed, by=user, request=request
        )
    except ImportRefused as error:
        return _page(request, imp, rows, form, refused=str(error), status=UNPROCESSABLE)
    messages.success(
        request,
        _("Les lignes changées sont un nouvel import\u00a0: voici son essai à blanc."),
    )
    return redirect(steps.url(found))


def _page(
    request: HttpRequest,
    imp: Import,
    rows: list[correcting.Row],
    form: CorrectionsForm,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "imp": imp,
        "sub": of_step(imp, "report"),
        "steps": steps.steps(imp, "report", has_matches=doubts.has_any(imp)),
        "refused": refused,
        "rows": mending.rows(rows, form),
        "next_url": mending.next_url(imp, rows),
        "most": correcting.ROWS,
    }
    return render(request, "companies/imports/correct.html", context, status=status)
