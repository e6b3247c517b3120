"""Searches that someone keeps under a name: filters, sort and columns."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.choices import AuditWord
from accounts.models import User
from companies import grid
from companies.addresses import ListAddress
from companies.lists import NameIsMissing, NameIsTaken
from companies.models import SavedSearch
from companies.pipeline import PersonHasNoDesk


class Action(AuditWord):
    """What the audit trail tells of saved searches."""

    SEARCH_SAVED = "search_saved", _("recherche enregistrée")
    SEARCH_SHARED = "search_shared", _("recherche partagée")
    SEARCH_UNSHARED = "search_unshared", _("recherche plus partagée")
    SEARCH_DELETED = "search_deleted", _("recherche supprimée")


@transaction.atomic
def save(
    *,
    name: str,
    address: ListAddress,
    by: User,
    is_shared: bool = False,
    request: HttpRequest | None = None,
) -> SavedSearch:
    """Keep what the list shows under a name of one's own."""
    if by.desk_id is None:
        raise PersonHasNoDesk
    made = SavedSearch(
        desk_id=by.desk_id,
        owner=by,
        name=_tidy(name),
        query=address.search,
        columns=_columns(address),
        is_shared=is_shared,
    )
    _write(made)
    _record(made, Action.SEARCH_SAVED, by=by, request=request)
    if is_shared:
        _record(made, Action.SEARCH_SHARED, by=by, request=request)
    return made


@transaction.atomic
def update(
    *,
    saved: SavedSearch,
    address: ListAddress,
    by: User,
    request: HttpRequest | None = None,
) -> None:
    """Keep what the list shows now in place of what it was."""
    saved.query, saved.columns = address.search, _columns(address)
    saved.save(update_fields=["query", "columns", "updated_at"])
    _record(saved, Action.SEARCH_SAVED, by=by, request=request)


@transaction.atomic
def rename(*, saved: SavedSearch, name: str) -> None:
    saved.name = _tidy(name)
    _write(saved)


@transaction.atomic
def share(
    *,
    saved: SavedSearch,
    is_shared: bool,
    by: User,
    request: HttpRequest | None = None,
) -> None:
    """Let the desk see it, or keep it to oneself again."""
    if saved.is_shared == is_shared:
        return
    saved.is_shared = is_shared
    saved.save(update_fields=["is_shared", "updated_at"])
    action = Action.SEARCH_SHARED if is_shared else Action.SEARCH_UNSHARED
    _record(saved, action, by=by, request=request)


@transaction.atomic
def delete(*, saved: SavedSearch, by: User, request: HttpRequest | None = None) -> None:
    _record(saved, Action.SEARCH_DELETED, by=by, request=request)
    saved.delete()


def can_change(user: User, saved: SavedSearch) -> bool:
    """Colleagues read what is shared with them, and copy it."""
    return saved.owner_id == user.pk


def is_modified(saved: SavedSearch, address: ListAddress) -> bool:
    """The list shows something else: another filter, sort or choice of columns."""
    if sorted(parse_qsl(saved.query)) != sorted(parse_qsl(address.search)):
        return True
    return columns_of(saved) != address.columns


def columns_of(saved: SavedSearch) -> tuple[str, ...]:
    return grid.read(saved.columns)


def _columns(address: ListAddress) -> Sequence[str]:
    return [] if address.columns == grid.USUAL else list(address.columns)


def _tidy(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy:
        raise NameIsMissing
    return tidy


def _write(saved: SavedSearch) -> None:
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        raise NameIsTaken(saved.name) from error


def _record(
    saved: SavedSearch, action: Action, *, by: User, request: HttpRequest | None
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"search:{saved.public_id}",
        details={"query": saved.query, "shared": saved.is_shared},
        request=request,
    )
