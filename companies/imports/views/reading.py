"""Step 2: what was detected of the file, shown with its first rows, and corrected."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from companies.imports import services, sheet
from companies.imports.forms import ReadingForm
from companies.imports.models import Import
from companies.imports.page import preparing, steps
from companies.imports.page.facts import warnings
from companies.imports.services import ImportRefused
from companies.imports.views.finding import find_to_change

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def reading(request: HttpRequest, public_id: UUID) -> HttpResponse:
    imp, user = find_to_change(request, public_id)
    if "reading" not in steps.open_to(imp):
        return redirect(steps.url(imp))
    if request.method != "POST":
        return _page(request, imp, ReadingForm(imp=imp))
    form = ReadingForm(request.POST, imp=imp)
    if not form.is_valid():
        return _page(request, imp, form, status=UNPROCESSABLE)
    try:
        # What was tried stays when nothing is read otherwise.
        if form.has_changed():
            services.set_reading(
                imp=imp, reading=form.reading, by=user, request=request
            )
    except ImportRefused as error:
        return _page(request, imp, form, refused=str(error), status=UNPROCESSABLE)
    step = "reading" if request.POST.get("suite") == "relire" else "columns"
    return redirect(f"companies:imports:{step}", public_id)


def _page(
    request: HttpRequest,
    imp: Import,
    form: ReadingForm,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    first = sheet.first_rows(imp)
    shared = preparing.context(imp, "reading", first=first, form=form, refused=refused)
    context = shared | {
        "earlier": services.same_file(imp),
        "titles": sheet.titles(imp),
        "rows": first.lines,
        "warnings": warnings(imp),
    }
    return render(request, "companies/imports/reading.html", context, status=status)
