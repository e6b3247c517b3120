"""API tokens: made, shown once, found again by a digest, counted, taken back."""

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit, peppers, perms, sessions, token_calls
from accounts.choices import Action, Plan, Scope
from accounts.models import ApiToken, User

# Secret scanners know what begins so.
MARK = "mai_"
SHAPE = re.compile(r"mai_[A-Za-z0-9_-]{43}")
PREFIX_LENGTH = len(MARK) + 6
# A leaked list of them is long enough to be noticed, and read through in one look.
MOST_LIVE = 20
# Not one write per call.
USE_STEP = timedelta(minutes=1)

_NEEDS: dict[str, Callable[[User], bool]] = {
    Scope.CONTACTS: perms.can_read_contacts,
    Scope.ENRICH: perms.can_spend,
    Scope.EXPORT: perms.can_export,
}


class TooManyTokens(Exception):
    """This owner has ``MOST_LIVE`` that live: one must be taken back first."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants a token for."""

    owner: User
    name: str
    scopes: Iterable[str]
    days: int
    networks: Iterable[str] = ()


def may_grant(user: User, scope: str) -> bool:
    """Whether a token of this person can have it: never more than they may."""
    needs = _NEEDS.get(scope)
    return user.is_active and (needs is None or needs(user))


def scopes_of(token: ApiToken) -> list[str]:
    """What it was made for and its owner still may."""
    return [scope for scope in token.scopes if may_grant(token.owner, scope)]


@transaction.atomic
def create(wish: Wish, *, request: HttpRequest) -> tuple[ApiToken, str]:
    """The token's row and the token itself, which nothing can tell again.

    The only way to one is a session with its second factor: neither a password alone
    nor another token makes any.
    """
    if not sessions.is_verified(request):
        raise PermissionDenied
    by = sessions.signed_in_user(request)
    # Two forms at once are counted one after the other.
    owner = User.objects.select_for_update(of=("self",)).get(pk=wish.owner.pk)
    if not may_make_for(by, owner):
        raise PermissionDenied
    if ApiToken.objects.live().filter(owner=owner).count() >= MOST_LIVE:
        raise TooManyTokens
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        owner=owner,
        created_by=by,
        name=wish.name,
        prefix=secret[:PREFIX_LENGTH],
        digest=_digest(secret),
        scopes=[scope for scope in wish.scopes if may_grant(owner, scope)],
        networks=list(wish.networks),
        expires_at=timezone.now() + timedelta(days=wish.days),
    )
    audit.record(
        actor=by,
        action=Action.TOKEN_MADE,
        resource=token.resource,
        details={"owner": owner.pk, "scopes": token.scopes, "days": wish.days},
        request=request,
    )
    return token, secret


def may_make_for(by: User, owner: User) -> bool:
    """One's own; ops those of API clients too, who cannot sign in."""
    if by.pk == owner.pk:
        return by.may_sign_in
    return perms.can_administer(by) and owner.is_active and not owner.may_sign_in


def find(secret: str) -> ApiToken | None:
    """Whatever its state; with its owner."""
    if not SHAPE.fullmatch(secret):
        return None
    return (
        ApiToken.objects.select_related("owner")
        .filter(digest__in=peppers.digests(_message(secret)))
        .first()
    )


@transaction.atomic
def revoke(
    tokens: Iterable[ApiToken], *, by: User, request: HttpRequest | None = None
) -> int:
    """From the next request on they open nothing; how many lived until now."""
    count = 0
    for token in tokens:
        taken = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        if taken:
            count += 1
            audit.record(
                actor=by,
                action=Action.TOKEN_REVOKED,
                resource=token.resource,
                details={"owner": token.owner_id},
                request=request,
            )
    return count


def revoke_all_of(user: User, *, by: User, request: HttpRequest | None = None) -> int:
    return revoke(ApiToken.objects.filter(owner=user), by=by, request=request)


def change_plan(token: ApiToken, plan: Plan, *, by: User, request: HttpRequest) -> None:
    with transaction.atomic():
        before = ApiToken.objects.select_for_update().get(pk=token.pk).plan
        ApiToken.objects.filter(pk=token.pk).update(plan=plan)
        audit.record(
            actor=by,
            action=Action.TOKEN_PLAN_CHANGED,
            resource=token.resource,
            details={"before": before, "after": str(plan)},
            request=request,
        )


def note_use(token: ApiToken, *, request: HttpRequest) -> None:
    """One entry of the trail for the first call of a day; the others are counted."""
    now = timezone.now()
    token_calls.count(token.pk, now)
    before = token.last_used_at
    if before is not None and now - before < USE_STEP:
        return
    with transaction.atomic():
        is_ours = (
            ApiToken.objects.filter(pk=token.pk)
            .filter(Q(last_used_at=None) | Q(last_used_at__lte=now - USE_STEP))
            .update(last_used_at=now)
        )
        if is_ours and (before is None or _day(before) < _day(now)):
            audit.record(
                actor=token.owner,
                action=Action.TOKEN_USED,
                resource=token.resource,
                details={"first": before is None},
                request=request,
            )


def record_calls() -> int:
    """Every night: one entry for each token and day before today; how many."""
    return token_calls.take(timezone.now(), _record_calls)


@transaction.atomic
def _record_calls(day: str, calls: dict[int, int]) -> None:
    for token in ApiToken.objects.select_related("owner").filter(pk__in=calls):
        audit.record(
            actor=token.owner,
            action=Action.TOKEN_COUNTED,
            resource=token.resource,
            details={"day": day, "calls": calls[token.pk]},
        )


def _day(moment: datetime) -> str:
    return token_calls.day_of(moment)


def _digest(secret: str) -> str:
    return peppers.digest(_message(secret))


def _message(secret: str) -> str:
    return f"api-token:{secret}"
