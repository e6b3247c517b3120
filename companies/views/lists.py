"""Lists of the desk (viviers): all of them, one of them, what goes in and out."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts import perms, sessions
from accounts.models import User
from companies import lists
from companies.forms import NamedForm
from companies.models import ListChange, TargetList
from companies.querysets import TargetListQuerySet
from companies.search import engine
from companies.selection import of_query
from mainsite.lib.http import render_page

UNPROCESSABLE = 422
CHANGES_SHOWN = 30


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """All the lists; a name posted makes one more."""
    if request.method != "POST":
        return _index(request, NamedForm())
    user = writer(request)
    form = NamedForm(request.POST)
    if not form.is_valid():
        return _index(request, form, status=UNPROCESSABLE)
    made = create(request, form, user)
    if made is None:
        return _index(request, form, status=UNPROCESSABLE)
    sentence = _("Le vivier « %(name)s » est créé.")
    messages.success(request, sentence % {"name": made.name})
    return redirect("companies:target_lists")


def _index(request: HttpRequest, form: NamedForm, *, status: int = 200) -> HttpResponse:
    user = sessions.signed_in_user(request)
    rows = TargetList.objects.visible_to(user).select_related("created_by")
    found = [(each, each.size - _shown(each)) for each in rows.with_size().by_name()]
    form.fields["nom"].label = _("Nouveau vivier")
    context = {"lists": found, "form": form, "may_write": may_write(user)}
    return render_page(request, "companies/lists.html", context, status=status)


def _shown(target_list: TargetList) -> int:
    """How many its page shows: closed companies are there, and hidden by default."""
    query = f"liste={target_list.public_id}"
    return engine.total(of_query(query, desk_id=target_list.desk_id).search)


@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A list is a search: its page is the list's, filtered."""
    target_list = find(request, public_id)
    return redirect(list_url(target_list))


@require_safe
def manage(request: HttpRequest, public_id: UUID) -> HttpResponse:
    target_list = find(request, public_id)
    return _manage(request, target_list, NamedForm({"nom": target_list.name}))


def _manage(
    request: HttpRequest, target_list: TargetList, form: NamedForm, *, status: int = 200
) -> HttpResponse:
    changes = ListChange.objects.filter(list=target_list).newest_first()
    context = {
        "target_list": target_list,
        "size": target_list.entries.count(),
        "list_url": list_url(target_list),
        "form": form,
        "changes": changes.select_related("asked_by", "undone_by")[:CHANGES_SHOWN],
        "may_write": may_write(sessions.signed_in_user(request)),
    }
    return render_page(request, "companies/lists_manage.html", context, status=status)


@require_POST
def rename(request: HttpRequest, public_id: UUID) -> HttpResponse:
    target_list = find(request, public_id)
    user = writer(request)
    form = NamedForm(request.POST)
    if not form.is_valid():
        return _manage(request, target_list, form, status=UNPROCESSABLE)
    name = form.cleaned_data["nom"]
    try:
        lists.rename(target_list=target_list, name=name, by=user, request=request)
    except lists.NameIsTaken:
        form.say(_taken())
        target_list.refresh_from_db()
        return _manage(request, target_list, form, status=UNPROCESSABLE)
    return redirect("companies:manage_list", public_id)


@require_POST
def follow(request: HttpRequest, public_id: UUID) -> HttpResponse:
    target_list = find(request, public_id)
    user = writer(request)
    is_followed = bool(request.POST.get("suivi"))
    lists.follow(
        target_list=target_list, is_followed=is_followed, by=user, request=request
    )
    if request.POST.get("retour") == "vivier":
        return redirect(list_url(target_list))
    return redirect("companies:target_lists")


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Asked once more before it is done."""
    target_list = find(request, public_id)
    user = writer(request)
    if request.method != "POST":
        context = {"target_list": target_list, "size": target_list.entries.count()}
        return render_page(request, "companies/lists_delete.html", context)
    lists.delete(target_list=target_list, by=user, request=request)
    sentence = _("Le vivier « %(name)s » est supprimé.")
    messages.success(request, sentence % {"name": target_list.name})
    return redirect("companies:target_lists")


# Shared with what goes in and out of lists


def may_write(user: User) -> bool:
    return perms.can_write(user) and user.desk_id is not None


def writer(request: HttpRequest) -> User:
    user = sessions.signed_in_user(request)
    if not may_write(user):
        raise PermissionDenied
    return user


def visible(request: HttpRequest) -> TargetListQuerySet:
    return TargetList.objects.visible_to(sessions.signed_in_user(request))


def find(request: HttpRequest, public_id: UUID) -> TargetList:
    found: TargetList = get_object_or_404(
        visible(request).select_related("created_by"), public_id=public_id
    )
    return found


def pick(request: HttpRequest, public_id: str) -> TargetList | None:
    """The list that a form names, if it is one of the desk's."""
    try:
        return visible(request).filter(public_id=public_id).first()
    except ValidationError:
        return None


def create(request: HttpRequest, form: NamedForm, user: User) -> TargetList | None:
    """A new list, or the sentence in the form that says why not."""
    name = form.cleaned_data["nom"]
    try:
        return lists.create(name=name, by=user, request=request)
    except lists.NameIsTaken:
        form.say(_taken())
        return None


def _taken() -> str:
    return _("Un vivier de l’équipe porte déjà ce nom.")


def list_url(target_list: TargetList) -> str:
    return f"{reverse('companies:list')}?liste={target_list.public_id}"
