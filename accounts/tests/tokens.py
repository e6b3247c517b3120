"""Tokens for tests, made as their owner makes them."""

from datetime import timedelta

from django.utils import timezone

from accounts import tokens
from accounts.choices import Scope
from accounts.models import ApiToken


def make_token(owner, rf, *, scopes=(Scope.READ,), networks=(), **changes):
    """The row and the secret; ``changes`` are made to the row afterwards."""
    request = rf.post("/")
    owner.is_verified = lambda: True
    request.user = owner
    wish = tokens.Wish(
        owner=owner, name="Tableur", scopes=scopes, days=90, networks=networks
    )
    token, secret = tokens.create(wish, request=request)
    if changes:
        ApiToken.objects.filter(pk=token.pk).update(**changes)
        token.refresh_from_db()
    return token, secret


def bearing(secret):
    return {"Authorization": f"Bearer {secret}"}


def expired():
    return {"expires_at": timezone.now() - timedelta(seconds=1)}
