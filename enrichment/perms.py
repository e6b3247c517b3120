from django.contrib.auth.models import AnonymousUser

from accounts import perms
from accounts.models import User


def can_enrich(user: User | AnonymousUser) -> bool:
    """Making, starting, stopping and retrying a batch: all of it may spend."""
    return perms.can_spend(user)
