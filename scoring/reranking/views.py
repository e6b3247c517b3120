"""Rerankings of a desk: made from a selection of the list, read, deleted."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Func, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import perms, sessions
from companies import addresses, selection
from mainsite.lib import formatting
from scoring import language
from scoring.reranking import page, ranking
from scoring.reranking.forms import RerankingForm
from scoring.reranking.models import Reranking
from scoring.rules import wording
from scoring.rules.ruleset import COMPONENTS

UNPROCESSABLE = 422
MOST_SHOWN = 100


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    rows = _of_desk(request).select_related("author").defer("sirens", "points")
    counted = rows.annotate(count=Func("sirens", function="cardinality"))
    context = {
        "rerankings": [
            (row, ranking.label(row.preset))
            for row in counted.order_by("-made_at", "-pk")[:MOST_SHOWN]
        ]
    }
    return render(request, "scoring/rerankings.html", context)


@require_POST
def of_selection(request: HttpRequest) -> HttpResponse:
    """First POST: how many, and the form. Second, with weights: it is made."""
    user = sessions.signed_in_user(request)
    if not perms.can_write(user) or user.desk_id is None:
        raise PermissionDenied
    back = addresses.back(request.POST.get("requete", ""), desk_id=user.desk_id)
    try:
        chosen = selection.read(request.POST, desk_id=user.desk_id, most=ranking.MOST)
    except selection.SelectionRefused as error:
        messages.error(request, str(error))
        return redirect(back)
    except selection.SelectionIsTooLarge as error:
        messages.error(request, _too_many(error))
        return redirect(back)
    rules = ranking.rules()
    form = RerankingForm(request.POST if "poids" in request.POST else None, rules=rules)
    if not form.is_valid():
        context = {
            "form": form,
            "chosen": chosen,
            "back": back,
            "given": request.POST,
            "presets": [ranking.label(name) for name in rules.presets],
            "weights": [
                (
                    wording.component_label(name, language.current()),
                    [each[name] for each in rules.presets.values()],
                )
                for name in COMPONENTS
            ],
        }
        status = UNPROCESSABLE if form.is_bound else 200
        return render(request, "scoring/reranking_new.html", context, status=status)
    made = ranking.make(
        sirens=chosen.sirens,
        words=chosen.words,
        name=form.name,
        preset=form.cleaned_data["poids"],
        by=user,
        request=request,
    )
    return redirect("scoring:reranking", public_id=made.public_id)


def _too_many(error: selection.SelectionIsTooLarge) -> str:
    return _(
        "%(found)s sociétés choisies : une sélection se reclasse par %(most)s au plus."
    ) % {
        "found": formatting.number(error.found),
        "most": formatting.number(error.most),
    }


@require_safe
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    user = sessions.signed_in_user(request)
    row = _find(request, public_id)
    last = page.last_page(row)
    number = _page_number(request, last)
    context = {
        "reranking": row,
        "preset": ranking.label(row.preset),
        "count": len(row.sirens),
        "lines": page.read(row, number, desk_id=user.desk_id),
        "number": number,
        "last": last,
        "may_delete": perms.can_write(user),
    }
    return render(request, "scoring/reranking.html", context)


@require_POST
def delete(request: HttpRequest, public_id: str) -> HttpResponse:
    user = sessions.signed_in_user(request)
    if not perms.can_write(user):
        raise PermissionDenied
    ranking.delete(row=_find(request, public_id), by=user, request=request)
    messages.success(request, _("Reclassement supprimé."))
    return redirect("scoring:rerankings")


def _of_desk(request: HttpRequest) -> QuerySet[Reranking]:
    return Reranking.objects.visible_to(sessions.signed_in_user(request))


def _find(request: HttpRequest, public_id: str) -> Reranking:
    found: Reranking = get_object_or_404(_of_desk(request), public_id=public_id)
    return found


def _page_number(request: HttpRequest, last: int) -> int:
    given = request.GET.get("page", "1")
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:6]) <= last:
        raise Http404
    return int(given)
