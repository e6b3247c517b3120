"""An import is taken back: told first, done in the background, followed."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from companies.imports import services
from companies.imports.kinds import is_undoable
from companies.imports.models import Import, ImportState
from companies.imports.page import steps
from companies.imports.page.notes import gives_back, leaves
from companies.imports.page.titles import of_step
from companies.imports.services import ImportRefused
from companies.imports.views import work
from companies.imports.views.finding import find_to_change

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    imp, user = find_to_change(request, public_id)
    if imp.state == ImportState.UNDOING:
        return work.undoing(request, imp)
    if not (imp.can_be_undone and is_undoable(imp.kind)):
        return redirect(steps.url(imp))
    if request.method != "POST":
        return _page(request, imp)
    try:
        services.ask_undo(imp=imp, by=user, request=request)
    except ImportRefused as error:
        return _page(request, imp, refused=str(error), status=UNPROCESSABLE)
    return redirect("companies:imports:undo", public_id)


def _page(
    request: HttpRequest, imp: Import, *, refused: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "imp": imp,
        "sub": of_step(imp, "report"),
        "refused": refused,
        "gives_back": gives_back(imp),
        "leaves": leaves(imp),
    }
    return render(request, "companies/imports/undo.html", context, status=status)
