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


def can_read_contacts(user: User | AnonymousUser) -> bool:
    """Personal data: granted by ops to one person at a time, never to a program."""
    return (
        isinstance(user, User)
        and user.may_read_contacts
        and _has_role(user, WORKING_ROLES)
    )


def can_sign_assessments(user: User | AnonymousUser) -> bool:
    """Who answers for the installation: not whoever runs it."""
    return _has_role(user, {Role.MANAGER})


def can_see_assessments(user: User | AnonymousUser) -> bool:
    return _has_role(user, {Role.MANAGER, Role.OPS})


def can_read_trail(user: User | AnonymousUser) -> bool:
    """Ops read what everybody did, a manager what the people of their desk did."""
    return _has_role(user, {Role.MANAGER, Role.OPS})


def can_administer(user: User | AnonymousUser) -> bool:
    return _has_role(user, {Role.OPS})


def _has_role(user: User | AnonymousUser, roles: frozenset[Role] | set[Role]) -> bool:
    return isinstance(user, User) and user.is_active and user.role in roles
