"""Who may take files out: the role's answer, and a desk to have them in."""

from django.contrib.auth.models import AnonymousUser

from accounts import perms
from accounts.models import User


def can_export(user: User | AnonymousUser) -> bool:
    return (
        isinstance(user, User) and user.desk_id is not None and perms.can_export(user)
    )
