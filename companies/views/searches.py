"""Searches kept under a name: opened as a tab of the list, changed by their owner."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts import perms, sessions
from accounts.models import User
from companies import addresses, saved_searches
from companies.addresses import ListAddress
from companies.forms import SearchNameForm
from companies.lists import NameIsTaken
from companies.models import SavedSearch
from companies.search.form import SearchForm
from companies.views import listing

UNPROCESSABLE = 422


@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The list with the search applied; what it names no longer is told there."""
    saved = _find(request, public_id)
    data = QueryDict(saved.query, mutable=True)
    data.setlist("colonnes", list(saved.columns))
    data["curseur"] = request.GET.get("curseur", "")
    return listing.show(request, data, saved=saved)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """What the list shows, under a new name; a colleague's search is copied so."""
    user = _writer(request)
    data = QueryDict(request.POST.get("requete", ""))
    form = SearchNameForm(request.POST, auto_id="save-%s")
    if not form.is_valid():
        return listing.show(request, data, name_form=form, status=UNPROCESSABLE)
    address = _address(user, data)
    if address is None:
        return listing.show(request, data, status=UNPROCESSABLE)
    try:
        saved = saved_searches.save(
            name=form.cleaned_data["nom"],
            address=address,
            by=user,
            is_shared=form.cleaned_data["partagee"],
            request=request,
        )
    except NameIsTaken:
        form.say(_("Une de vos recherches porte déjà ce nom."))
        return listing.show(request, data, name_form=form, status=UNPROCESSABLE)
    return redirect("companies:saved_search", saved.public_id)


@require_POST
def update(request: HttpRequest, public_id: UUID) -> HttpResponse:
    saved, user = _own(request, public_id)
    data = QueryDict(request.POST.get("requete", ""))
    address = _address(user, data)
    if address is None:
        return listing.show(request, data, saved=saved, status=UNPROCESSABLE)
    saved_searches.update(saved=saved, address=address, by=user, request=request)
    return redirect("companies:saved_search", saved.public_id)


@require_POST
def rename(request: HttpRequest, public_id: UUID) -> HttpResponse:
    saved, _user = _own(request, public_id)
    form = SearchNameForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["nom"])))
        return redirect("companies:saved_search", saved.public_id)
    try:
        saved_searches.rename(saved=saved, name=form.cleaned_data["nom"])
    except NameIsTaken:
        messages.error(request, _("Une de vos recherches porte déjà ce nom."))
    return redirect("companies:saved_search", saved.public_id)


@require_POST
def share(request: HttpRequest, public_id: UUID) -> HttpResponse:
    saved, user = _own(request, public_id)
    is_shared = bool(request.POST.get("partagee"))
    saved_searches.share(saved=saved, is_shared=is_shared, by=user, request=request)
    return redirect("companies:saved_search", saved.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Asked once more before it is done."""
    saved, user = _own(request, public_id)
    if request.method != "POST":
        return render(request, "companies/saved_delete.html", {"saved": saved})
    saved_searches.delete(saved=saved, by=user, request=request)
    sentence = _("La recherche « %(name)s » est supprimée.")
    messages.success(request, sentence % {"name": saved.name})
    return redirect("companies:list")


def _find(request: HttpRequest, public_id: UUID) -> SavedSearch:
    user = sessions.signed_in_user(request)
    rows = SavedSearch.objects.visible_to(user).select_related("owner")
    found: SavedSearch = get_object_or_404(rows, public_id=public_id)
    return found


def _own(request: HttpRequest, public_id: UUID) -> tuple[SavedSearch, User]:
    saved = _find(request, public_id)
    user = _writer(request)
    if not saved_searches.can_change(user, saved):
        raise PermissionDenied
    return saved, user


def _writer(request: HttpRequest) -> User:
    user = sessions.signed_in_user(request)
    if not perms.can_write(user) or user.desk_id is None:
        raise PermissionDenied
    return user


def _address(user: User, data: QueryDict) -> ListAddress | None:
    """None when a criterion is refused: what was understood alone finds more."""
    form = SearchForm(data, desk_id=user.desk_id)
    return addresses.of(data, form) if form.is_valid() else None
