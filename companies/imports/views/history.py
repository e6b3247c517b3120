"""The imports of the desk, and the way to the step where one of them stands."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import sessions
from companies.imports.models import Import
from companies.imports.page import figures, steps
from companies.imports.views.finding import (
    find_to_change,
    may_bring,
    may_import,
)

IMPORTS_PER_PAGE = 50


@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """Newest first; ``avant`` continues below a number."""
    user = sessions.signed_in_user(request)
    rows = Import.objects.visible_to(user).select_related("created_by")
    before = request.GET.get("avant", "")
    if before.isascii() and before.isdigit():
        rows = rows.filter(pk__lt=int(before[:18]))
    found = list(rows.order_by("-pk")[: IMPORTS_PER_PAGE + 1])
    shown = found[:IMPORTS_PER_PAGE]
    context = {
        "lines": [
            {
                "imp": imp,
                "tally": figures.tally(imp),
                "is_open": may_bring(user, imp.kind),
            }
            for imp in shown
        ],
        "next_url": f"?avant={shown[-1].pk}" if len(found) > len(shown) else "",
        "previous_url": request.path if before else "",
        "may_import": may_import(request),
    }
    return render(request, "companies/imports/list.html", context)


@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    imp, _user = find_to_change(request, public_id)
    return redirect(steps.url(imp))
