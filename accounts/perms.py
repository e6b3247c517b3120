"""What a role may do; whose things they are is ``visible_to``'s business."""

from django.contrib.auth.models import AnonymousUser

from accounts.choices import Role
from accounts.models import User

WORKING_ROLES = frozenset({Role.ANALYST, Role.MANAGER, Role.OPS})


def can_write(user: User | AnonymousUser) -> bool:
    """Statuses, notes, lists, imports: whatever changes the desk's own things."""
    return _has_role(user, WORKING_ROLES)


def can_spend(user: User | AnonymousUser) -> bool:
    return _has_role(user, WORKING_ROLES)


def can_export(user: User | AnonymousUser) -> bool:
    return _has_role(user, WORKING_ROLES)


def can_administer(user: User | AnonymousUser) -> bool:
    return _has_role(user, {Role.OPS})


def _has_role(user: User | AnonymousUser, roles: frozenset[Role] | set[Role]) -> bool:
    return isinstance(user, User) and user.is_active and user.role in roles
