"""Companies like one, or like a selection, inside the search they were seen in."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts import perms, sessions
from companies import addresses, grid, selection
from companies.grid import Head, Look
from companies.models import Company
from companies.search import engine, phrase
from companies.search.criteria import Criteria
from companies.search.fields import Sirens
from companies.search.form import SearchForm
from mainsite.lib.http import render_page
from mainsite.lib.shedding import expensive
from scoring.lookalikes import find
from scoring.lookalikes.find import MOST_SEEDS, Found

UNPROCESSABLE, UNAVAILABLE = 422, 503
PARTIALS = ("lookalikes",)
COLUMNS = (
    "siege",
    "attractivite",
    "cedabilite",
    "couverture",
    "ca",
    "effectif",
    "statut",
)


class SeedsForm(forms.Form):
    """One company or a few, by their SIREN."""

    comme = Sirens(label=gettext_lazy("sociétés de départ"))

    def clean_comme(self) -> list[str]:
        sirens: list[str] = self.cleaned_data["comme"]
        if not sirens:
            raise forms.ValidationError(_("Choisissez au moins une société."))
        if len(sirens) > MOST_SEEDS:
            raise forms.ValidationError(_too_many(len(sirens)))
        return sirens

    def sentences(self) -> list[str]:
        return [str(error) for errors in self.errors.values() for error in errors]


def _too_many(number: int) -> str:
    words = _(
        "%(n)d sociétés choisies\u00a0: la ressemblance se cherche avec %(most)d "
        "au plus."
    )
    return words % {"n": number, "most": MOST_SEEDS}


@expensive()
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """``comme`` repeated, with the criteria of a list."""
    form = SeedsForm(request.GET)
    data = request.GET.copy()
    data.pop("comme", None)
    if not form.is_valid():
        return _refused(request, form.sentences(), [], data)
    return _page(request, form.cleaned_data["comme"], data)


@expensive()
@require_safe
def of_company(request: HttpRequest, siren: str) -> HttpResponse:
    """``retour`` is the list that the company was opened from: its criteria hold."""
    visible = Company.objects.visible_to(sessions.signed_in_user(request))
    company = get_object_or_404(visible, siren=siren)
    query = _query_of(request.GET.get("retour", ""))
    return _page(request, [company.siren], QueryDict(query))


def _query_of(address: str) -> str:
    """Of the list; of any other address nothing."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    is_list = parts.path == reverse("companies:list") and not parts.netloc
    return parts.query if is_list else ""


@expensive()
@require_POST
def of_selection(request: HttpRequest) -> HttpResponse:
    """From the boxes of the list to an address that can be kept."""
    desk_id = sessions.signed_in_user(request).desk_id
    query = request.POST.get("requete", "")
    try:
        chosen = selection.read(request.POST, desk_id=desk_id, most=MOST_SEEDS)
    except selection.SelectionRefused as error:
        messages.error(request, str(error))
    except selection.SelectionIsTooLarge as error:
        messages.error(request, _too_many(error.found))
    else:
        form = SearchForm(QueryDict(query), desk_id=desk_id)
        form.is_valid()
        return redirect(_url(chosen.sirens, form.criteria))
    return redirect(addresses.back(query, desk_id=desk_id))


def _url(sirens: Sequence[str], criteria: Criteria) -> str:
    seeds = urlencode([("comme", siren) for siren in sirens])
    query = criteria.query()
    return f"{reverse('scoring:lookalikes')}?{seeds}{'&' if query else ''}{query}"


def _page(request: HttpRequest, sirens: list[str], data: QueryDict) -> HttpResponse:
    user = sessions.signed_in_user(request)
    form = SearchForm(data, desk_id=user.desk_id)
    if not form.is_valid():
        return _refused(request, form.in_words(), sirens, data)
    search = engine.search(form.criteria, sort=form.sort, desk_id=user.desk_id)
    try:
        found = find.lookalikes(sirens, search)
    except (find.SeedsAreUnknown, find.NothingToCompare) as error:
        return _refused(request, [str(error)], [], data)
    except find.SearchIsNotReady as error:
        return _refused(request, [str(error)], [], data, status=UNAVAILABLE)
    context = _asked(sirens, form.criteria) | _found(request, found, form.criteria)
    return render_page(request, "scoring/lookalikes.html", context, partials=PARTIALS)


def _refused(
    request: HttpRequest,
    sentences: list[str],
    sirens: list[str],
    data: QueryDict,
    *,
    status: int = UNPROCESSABLE,
) -> HttpResponse:
    """``sirens`` are the seeds when it is the criteria that were refused."""
    desk_id = sessions.signed_in_user(request).desk_id
    context = {
        "refused": sentences,
        "seeds": [],
        "way_back": addresses.back(data.urlencode(), desk_id=desk_id),
        "wider_url": _url(sirens, Criteria()) if sirens and data else "",
    }
    return render_page(
        request,
        "scoring/lookalikes.html",
        context,
        partials=PARTIALS,
        status=status,
    )


def _asked(sirens: list[str], criteria: Criteria) -> dict[str, Any]:
    return {
        "refused": [],
        "way_back": f"{reverse('companies:list')}?{criteria.query()}",
        "address": _url(sirens, criteria),
        "chips": [
            (chip.words, _url(sirens, chip.without)) for chip in phrase.chips(criteria)
        ],
        "wider_url": "" if criteria.is_empty else _url(sirens, Criteria()),
    }


def _found(request: HttpRequest, found: Found, criteria: Criteria) -> dict[str, Any]:
    user = sessions.signed_in_user(request)
    sirens = tuple(each.row.siren for each in found.lookalikes)
    same = replace(criteria, siren=sirens, collage="")
    year = timezone.localdate().year
    anywhere = reverse("companies:company", args=["0" * 9])
    look = Look(href=anywhere.replace("0" * 9, "{}"), year=year)
    cells = grid.rows([each.row for each in found.lookalikes], COLUMNS, look)
    return {
        "found": found,
        "seeds": found.seeds,
        "entries": list(zip(cells, found.lookalikes, strict=True)),
        "heads": _heads(),
        "widths": grid.widths(COLUMNS),
        "list_url": f"{reverse('companies:list')}?{same.query()}",
        "list_query": same.query(),
        "may_write": perms.can_write(user),
        "may_spend": perms.can_spend(user),
        "may_export": perms.can_export(user),
    }


def _heads() -> list[Head]:
    heads = [Head(_("Société"), "nm")]
    for column in map(grid.COLUMNS.__getitem__, COLUMNS):
        heads.append(Head(column.label, column.css))
        if column.tail:
            heads.append(Head("", column.tail[0]))
    return heads
