"""Rows known by their name alone: the doubtful ones are decided, page by page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from companies.imports.forms import ChoicesForm
from companies.imports.matching import services, wording
from companies.imports.matching.models import ImportMatch
from companies.imports.matching.services import MatchRefused
from companies.imports.models import Import
from companies.imports.page import doubts, steps
from companies.imports.page.titles import of_step
from companies.imports.views.finding import find_to_change

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def matching(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A page of doubts; what is left without a choice stays one."""
    imp, user = find_to_change(request, public_id)
    if "matching" not in steps.open_to(imp) or not doubts.has_any(imp):
        return redirect(steps.url(imp))
    after = _after(request)
    if request.method != "POST":
        return _page(request, imp, after)
    shown, _has_more = doubts.page(imp, after=after)
    form = ChoicesForm(request.POST, matches=shown)
    if not form.is_valid():
        return _page(request, imp, after, refused=form.sentence, status=UNPROCESSABLE)
    try:
        count = services.decide(imp=imp, choices=form.choices, by=user, request=request)
    except MatchRefused as error:
        return _page(request, imp, after, refused=str(error), status=UNPROCESSABLE)
    messages.success(request, _said(count))
    return redirect(_next(request, imp, after, shown))


def _said(count: int) -> str:
    sentence = ngettext(
        "%(count)d rapprochement décidé.", "%(count)d rapprochements décidés.", count
    )
    return sentence % {"count": count} if count else _("Aucun choix n’a été fait.")


def _next(
    request: HttpRequest, imp: Import, after: int, shown: list[ImportMatch]
) -> str:
    """The doubts that follow on this page's; when there are none, the first left."""
    last = shown[-1].line if shown else after
    if doubts.page(imp, after=last)[0]:
        return f"{request.path}?apres={last}"
    return request.path


def _page(
    request: HttpRequest,
    imp: Import,
    after: int,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    matches, has_more = doubts.page(imp, after=after)
    counts = doubts.counts(imp)
    context = {
        "imp": imp,
        "sub": of_step(imp, "matching"),
        "steps": steps.steps(imp, "matching", has_matches=True),
        "refused": refused,
        "counts": counts,
        "segments": counts.segments,
        "matches": [_shown(match) for match in matches],
        "page": after,
        "next_url": f"?apres={matches[-1].line}" if has_more else "",
    }
    return render(request, "companies/imports/matching.html", context, status=status)


def _after(request: HttpRequest) -> int:
    text = request.GET.get("apres", "")
    return int(text[:12]) if text.isascii() and text.isdigit() else 0


def _shown(match: ImportMatch) -> dict[str, Any]:
    return {
        "line": match.line,
        "name": match.name,
        "place": match.place,
        "field": ChoicesForm.name_of(match),
        "none": ChoicesForm.NONE,
        "options": [
            {**each, "likeness": wording.likeness(each)} for each in match.candidates
        ],
    }
