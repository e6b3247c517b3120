"""How often a person may do what costs somebody something.

Three keepers, by what is at stake:

- sign-in, reset, second factor: sliding windows in PostgreSQL (``accounts.throttle``),
  which are there whenever somebody can sign in at all;
- paid work, exports, uploads: sliding windows in Redis, one count for all processes.
  Without Redis they are refused: nothing could be queued either;
- reads: fixed windows of django-ratelimit, open without Redis. At the edge of two
  windows twice the figure may pass: accepted, since a page costs milliseconds.
"""

import math
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django_ratelimit.core import get_usage
from redis.exceptions import RedisError

from accounts.models import ApiToken, User
from mainsite.lib import windows
from mainsite.lib.client_ip import client_group

# An office is one address: its people together may do several times what one may.
PEOPLE_AT_AN_ADDRESS = 10


@dataclass(frozen=True, slots=True)
class Limit:
    """``name`` is its key in ``settings.RATE_LIMITS``: how many, in what time."""

    name: str

    @property
    def most(self) -> int:
        count: int = settings.RATE_LIMITS[self.name][0]
        scale: float = settings.RATE_LIMIT_SCALE
        return max(1, round(count * scale))

    @property
    def period_s(self) -> int:
        period_s: int = settings.RATE_LIMITS[self.name][1]
        return period_s


# The start of a batch or of one company: a batch's companies are its budget's business.
ENRICHMENT = Limit("enrichment")
# The creation of a file, of a delivery, or of a dry run that a worker makes; taking a
# file again is free, and so is a dry run that is made at once.
EXPORT = Limit("export")
# An accepted file.
UPLOAD = Limit("upload")
# A submitted first page.
SEARCH = Limit("search")
# Everything that is read: pages, counts while typing, facets, what a page asks itself.
READS = Limit("reads")


@dataclass(frozen=True, slots=True)
class Left:
    """How many more now; None: nobody can say without Redis."""

    limit: Limit
    count: int | None


class TooMany(Exception):
    """Once more would be above ``limit``; ``retry_after_s`` is when it is not."""

    def __init__(self, limit: Limit, retry_after_s: float) -> None:
        super().__init__(f"{limit.name}: again in {retry_after_s:.0f} s")
        self.limit = limit
        self.retry_after_s = max(1, math.ceil(retry_after_s))


class CannotCount(Exception):
    """Redis is away: what costs waits for it."""


def spend(limit: Limit, request: HttpRequest, *, user: User) -> None:
    """Count one act of a person, by their account and by their address.

    Raises TooMany, or CannotCount without Redis: nothing was counted then.
    """
    address = client_group(request)
    try:
        wait_s = windows.take(
            [
                windows.Window(
                    f"{limit.name}:user:{user.pk}", limit.most, limit.period_s
                ),
                windows.Window(
                    f"{limit.name}:address:{address}",
                    limit.most * PEOPLE_AT_AN_ADDRESS,
                    limit.period_s,
                ),
            ]
        )
    except RedisError as error:
        raise CannotCount from error
    if wait_s:
        raise TooMany(limit, wait_s)


def call(request: HttpRequest, *, token: ApiToken) -> None:
    """Count one call of a program: by its plan, its address, and among all reads of
    its owner, whose pages count with them. Without Redis calls pass uncounted.
    """
    limit = plan_of(token)
    address = f"{limit.name}:address:{client_group(request)}"
    many = limit.most * PEOPLE_AT_AN_ADDRESS
    try:
        wait_s = windows.take(
            [
                windows.Window(_token_key(limit, token), limit.most, limit.period_s),
                windows.Window(address, many, limit.period_s),
            ]
        )
    except RedisError:
        return
    if wait_s:
        raise TooMany(limit, wait_s)
    read(READS, request, user=token.owner)


def plan_of(token: ApiToken) -> Limit:
    return Limit(f"api_{token.plan}")


def left_for(token: ApiToken) -> list[Left]:
    """Of its own plan, and of what it shares with its owner's pages."""
    plan = plan_of(token)
    shared = (SEARCH, ENRICHMENT, EXPORT, UPLOAD)
    counted = [(plan, _token_key(plan, token))]
    counted += [(limit, f"{limit.name}:user:{token.owner_id}") for limit in shared]
    try:
        used = windows.used(
            [windows.Window(key, limit.most, limit.period_s) for limit, key in counted]
        )
    except RedisError:
        return [Left(limit, None) for limit, _key in counted]
    return [
        Left(limit, max(0, limit.most - count))
        for (limit, _key), count in zip(counted, used, strict=True)
    ]


def _token_key(limit: Limit, token: ApiToken) -> str:
    return f"{limit.name}:token:{token.pk}"


def read(limit: Limit, request: HttpRequest, *, user: User) -> None:
    """Count one read; raises TooMany, and nothing at all without Redis."""
    usage = get_usage(
        request,
        group=limit.name,
        key=lambda _group, _request: f"user:{user.pk}",
        rate=f"{limit.most}/{limit.period_s}s",
        increment=True,
    )
    if usage and usage["should_limit"]:
        raise TooMany(limit, usage["time_left"])
