"""The named lists of a desk (viviers): made, renamed, followed, deleted.

One company at a time goes in and out here; a whole selection in ``list_changes``.
"""

import time
from collections.abc import Mapping
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.choices import AuditWord
from accounts.models import User
from companies import targets
from companies.models import Company, ListEntry, TargetList
from companies.pipeline import PersonHasNoDesk

# How many entries of a deleted list leave in one statement.
BATCH = 10_000


class Action(AuditWord):
    """What the audit trail tells of lists."""

    LIST_CREATED = "list_created", _("vivier créé")
    LIST_RENAMED = "list_renamed", _("vivier renommé")
    LIST_FOLLOWED = "list_followed", _("vivier suivi")
    LIST_UNFOLLOWED = "list_unfollowed", _("vivier plus suivi")
    LIST_DELETED = "list_deleted", _("vivier supprimé")
    LISTED = "listed", _("sociétés ajoutées à un vivier")
    UNLISTED = "unlisted", _("sociétés retirées d’un vivier")


class NameIsMissing(ValueError):
    pass


class NameIsTaken(ValueError):
    """A list of the desk has this name, capitals or not."""


@transaction.atomic
def create(*, name: str, by: User, request: HttpRequest | None = None) -> TargetList:
    if by.desk_id is None:
        raise PersonHasNoDesk
    made = TargetList(desk_id=by.desk_id, name=_tidy(name), created_by=by)
    _save(made)
    record(made, Action.LIST_CREATED, by=by, request=request)
    return made


@transaction.atomic
def rename(
    *, target_list: TargetList, name: str, by: User, request: HttpRequest | None = None
) -> None:
    wanted = _tidy(name)
    if wanted == target_list.name:
        return
    target_list.name = wanted
    _save(target_list)
    record(target_list, Action.LIST_RENAMED, by=by, request=request)


@transaction.atomic
def follow(
    *,
    target_list: TargetList,
    is_followed: bool,
    by: User,
    request: HttpRequest | None = None,
) -> None:
    """The desk keeps it before its eyes, or lets it rest."""
    if target_list.is_followed == is_followed:
        return
    target_list.is_followed = is_followed
    target_list.save(update_fields=["is_followed"])
    action = Action.LIST_FOLLOWED if is_followed else Action.LIST_UNFOLLOWED
    record(target_list, action, by=by, request=request)


@transaction.atomic
def delete(
    *, target_list: TargetList, by: User, request: HttpRequest | None = None
) -> None:
    """Gone for everybody at once; ``purge_deleted`` takes away what it held."""
    target_list.deleted_at = timezone.now()
    target_list.save(update_fields=["deleted_at"])
    record(target_list, Action.LIST_DELETED, by=by, request=request)


def purge_deleted(*, within: timedelta = timedelta(seconds=30)) -> None:
    """Take away deleted lists, however much they held; what is left waits its turn."""
    until = time.monotonic() + within.total_seconds()
    for target_list in TargetList.objects.deleted():
        while _purge_batch(target_list):
            if time.monotonic() > until:
                return
        target_list.delete()


@transaction.atomic
def _purge_batch(target_list: TargetList) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM list_entry WHERE id IN"
            " (SELECT id FROM list_entry WHERE list_id = %s ORDER BY siren LIMIT %s)",
            [target_list.pk, BATCH],
        )
        return int(cursor.rowcount)


# One company


@transaction.atomic
def add_company(
    *,
    target_list: TargetList,
    siren: str,
    by: User,
    request: HttpRequest | None = None,
) -> bool:
    """Whether it was not there yet."""
    company = Company.objects.only("siren").get(siren=siren)
    targets.ensure([company.siren])
    added = insert([company.siren], target_list=target_list, by=by)
    if added:
        details = {"siren": siren}
        record(target_list, Action.LISTED, by=by, request=request, details=details)
    return bool(added)


@transaction.atomic
def remove_company(
    *,
    target_list: TargetList,
    siren: str,
    by: User,
    request: HttpRequest | None = None,
) -> bool:
    """Whether it was there."""
    removed, _rows = ListEntry.objects.filter(list=target_list, siren=siren).delete()
    if removed:
        details = {"siren": siren}
        record(target_list, Action.UNLISTED, by=by, request=request, details=details)
    return bool(removed)


# Shared with the changes of whole selections

_INSERT = """
    INSERT INTO list_entry (list_id, siren, added_by_id, added_at, change_id)
    SELECT %s, c.siren, %s, now(), %s
    FROM unnest(%s::int[]) AS wanted (siren) JOIN company c USING (siren)
    ORDER BY c.siren
    ON CONFLICT (list_id, siren) DO NOTHING
"""


def insert(
    sirens: list[str],
    *,
    target_list: TargetList,
    by: User | None,
    change_id: int | None = None,
) -> int:
    """How many were not there yet; each needs its target first."""
    numbers = [int(siren) for siren in sirens]
    actor = by.pk if by else None
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [target_list.pk, actor, change_id, numbers])
        return int(cursor.rowcount)


def record(
    target_list: TargetList,
    action: Action,
    *,
    by: User | None,
    request: HttpRequest | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    audit.record(
        actor=by,
        action=action,
        resource=f"list:{target_list.public_id}",
        details={"name": target_list.name, **(details or {})},
        request=request,
    )


def _tidy(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy:
        raise NameIsMissing
    return tidy


def _save(target_list: TargetList) -> None:
    try:
        with transaction.atomic():
            target_list.save()
    except IntegrityError as error:
        raise NameIsTaken(target_list.name) from error
