"""Step 6: what became of every row, the refused ones as a file, the companies."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from companies import addresses, pasting
from companies.imports import correcting, refused_file
from companies.imports.kinds import is_undoable
from companies.imports.models import ImportState
from companies.imports.page import doubts, figures, refused, steps, touched
from companies.imports.page.facts import detected
from companies.imports.page.notes import of_report, what_is_kept, what_was_undone
from companies.imports.page.titles import of_step
from companies.imports.views.finding import find_to_change

RESUMED = (ImportState.STOPPED, ImportState.FAILED)


@require_safe
def report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    imp, user = find_to_change(request, public_id)
    if "report" not in steps.open_to(imp):
        return redirect(steps.url(imp))
    context = {
        "imp": imp,
        "sub": of_step(imp, "report"),
        "steps": steps.steps(imp, "report", has_matches=doubts.has_any(imp)),
        "tally": figures.tally(imp),
        "touched": touched.words(imp, by=user),
        "may_resume": imp.state in RESUMED and bool(imp.path),
        "may_undo": imp.can_be_undone and is_undoable(imp.kind),
        "refusals": refused.read(imp, at=request.GET),
        "may_correct": correcting.may_correct(imp),
        "changes": figures.changes(imp),
        "modifications": figures.modifications(imp),
        "detected": detected(imp),
        "repairs": figures.repairs(imp),
        "notes": of_report(imp),
        "kept_words": what_is_kept(imp),
        "undone_words": what_was_undone(imp),
    }
    return render(request, "companies/imports/report.html", context)


@require_safe
def refused_rows(request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    imp, _user = find_to_change(request, public_id)
    return StreamingHttpResponse(
        refused_file.lines(imp),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{refused_file.name(imp)}"',
            "Cache-Control": "no-store",
        },
    )


@require_POST
def companies(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The companies it created or changed, in the list: kept under a short address."""
    imp, user = find_to_change(request, public_id)
    sirens = touched.sirens(imp)
    if not sirens:
        return redirect(steps.url(imp))
    kept = pasting.keep(sirens=sirens, by=user)
    query = f"collage={kept.public_id}&cessees=1"
    return redirect(addresses.back(query, desk_id=user.desk_id))
