"""Who reads experiments: those who answer for the choice of an algorithm."""

from django.contrib.auth.models import AnonymousUser

from accounts.choices import Role
from accounts.models import User

READING_ROLES = frozenset({Role.MANAGER, Role.OPS})


def can_see_experiments(user: User | AnonymousUser) -> bool:
    return isinstance(user, User) and user.is_active and user.role in READING_ROLES
