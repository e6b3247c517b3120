"""Step 2: what was detected of the file, shown with its first rows, and corrected."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from companies.imports import services, wording
from companies.imports.forms import ReadingForm
from companies.imports.models import Import
from companies.imports.page import doubts, sheet, steps
from companies.imports.page.facts import detected, warnings
from companies.imports.page.titles import of_step
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
    if first.fault and not refused:
        refused = wording.file_fault(first.fault, line=first.fault_line)
    context = {
        "imp": imp,
        "sub": of_step(imp, "reading"),
        "steps": steps.steps(imp, "reading", has_matches=doubts.has_any(imp)),
        "earlier": services.same_file(imp),
        "form": form,
        "refused": refused,
        "titles": sheet.titles(imp),
        "rows": first.lines,
        "detected": detected(imp),
        "warnings": warnings(imp),
    }
    return render(request, "companies/imports/reading.html", context, status=status)
