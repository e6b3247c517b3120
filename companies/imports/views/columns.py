"""Step 3: what each column becomes, and by which rule it may change what is known."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from companies.imports import services, sheet, wording
from companies.imports.forms import FIELD, RULE, ColumnsForm
from companies.imports.models import Import
from companies.imports.page import lacking, preparing, steps
from companies.imports.services import ImportRefused
from companies.imports.views.finding import find_to_change

UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Column:
    place: int
    title: str
    samples: list[str]
    field: Any
    rule: Any
    errors: Any


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Posted, it is tried at once: what would change is the next thing to read."""
    imp, user = find_to_change(request, public_id)
    if "columns" not in steps.open_to(imp):
        return redirect(steps.url(imp))
    if request.method != "POST":
        return _page(request, imp, ColumnsForm(imp=imp))
    form = ColumnsForm(request.POST, imp=imp)
    if not form.is_valid():
        return _page(request, imp, form, status=UNPROCESSABLE)
    try:
        services.set_mapping(
            imp=imp,
            mapping=form.mapping,
            policies=form.policies,
            options=form.options,
            by=user,
            request=request,
        )
        services.ask_trial(imp=imp, by=user, request=request)
    except ImportRefused as error:
        return _page(request, imp, form, refused=str(error), status=UNPROCESSABLE)
    return redirect("companies:imports:trial", public_id)


def _page(
    request: HttpRequest,
    imp: Import,
    form: ColumnsForm,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    first = sheet.first_rows(imp)
    titles = sheet.titles(imp)
    shared = preparing.context(imp, "columns", first=first, form=form, refused=refused)
    context = shared | {
        "columns": [
            Column(
                place=place,
                title=title,
                samples=first.samples(place),
                field=form[f"{FIELD}_{place}"],
                rule=form[f"{RULE}_{place}"] if form.has_rules else None,
                errors=form[f"{FIELD}_{place}"].errors,
            )
            for place, title in enumerate(titles)
        ],
        "options": form.extras,
        "used": len(imp.mapping),
        "ignored": len(titles) - len(imp.mapping),
        "is_remembered": lacking.is_remembered(imp),
        "missing": lacking.sentences(imp),
        "rules": [
            {"label": wording.RULES[rule], "meaning": wording.RULES_MEAN[rule]}
            for rule in wording.RULES
            if form.has_rules
        ],
    }
    return render(request, "companies/imports/columns.html", context, status=status)
