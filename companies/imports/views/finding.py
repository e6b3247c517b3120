"""Whose import it is, and who may see what is in it."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts import perms, sessions
from accounts.models import User
from companies.imports.kinds import KINDS
from companies.imports.models import Import, ImportKind


def find_to_change(request: HttpRequest, public_id: UUID) -> tuple[Import, User]:
    """The import, for whoever may bring such a file: its rows are in all its pages.

    Another desk's does not exist.
    """
    user = sessions.signed_in_user(request)
    rows = Import.objects.visible_to(user).select_related("created_by", "desk")
    found: Import = get_object_or_404(rows, public_id=public_id)
    if not may_bring(user, found.kind):
        raise PermissionDenied
    return found, user


def writer(request: HttpRequest) -> User:
    if not may_import(request):
        raise PermissionDenied
    return sessions.signed_in_user(request)


def may_import(request: HttpRequest) -> bool:
    """An import belongs to a desk: someone without one cannot have any."""
    return may_bring(sessions.signed_in_user(request), ImportKind.COMPANIES)


def may_bring(user: User, kind: str) -> bool:
    if user.desk_id is None or not perms.can_write(user):
        return False
    return kind not in KINDS or KINDS[kind].may(user)
