"""Who may take files out: the role's answer, and a desk to have them in."""

from django.contrib.auth.models import AnonymousUser

from accounts import perms
from accounts.models import User
from exports.models import Export


def can_export(user: User | AnonymousUser) -> bool:
    return (
        isinstance(user, User) and user.desk_id is not None and perms.can_export(user)
    )


def can_export_contacts(user: User | AnonymousUser) -> bool:
    return can_export(user) and perms.can_read_contacts(user)


def can_take(user: User, export: Export) -> bool:
    """The file, once it is made: one with contacts is for who may read them."""
    return can_export_contacts(user) if export.with_contacts else can_export(user)
