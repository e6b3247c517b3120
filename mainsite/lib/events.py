"""Facts that one app states and another follows, delivered after commit.

An event is a hint, never a guarantee: whoever follows one also has a sweep that
finds what a lost event would have told.
"""

import logging
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.db import transaction

logger = logging.getLogger(__name__)


class Event:
    """A past-tense fact: identifiers and plain values in a frozen dataclass."""


E = TypeVar("E", bound=Event)
_subscribers: dict[type[Event], list[Callable[..., None]]] = defaultdict(list)


def subscribe(
    kind: type[E],
) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    def register(subscriber: Callable[[E], None]) -> Callable[[E], None]:
        if subscriber not in _subscribers[kind]:
            _subscribers[kind].append(subscriber)
        return subscriber

    return register


def publish(event: Event) -> None:
    """Tell the subscribers once the surrounding transaction is committed."""
    for subscriber in _subscribers[type(event)]:
        transaction.on_commit(partial(_deliver, subscriber, event), robust=True)


def _deliver(subscriber: Callable[..., None], event: Event) -> None:
    # One of the three walls: a follower's trouble never reaches the publisher.
    try:
        subscriber(event)
    except Exception:
        logger.exception("%s failed on %s", subscriber.__qualname__, type(event))
