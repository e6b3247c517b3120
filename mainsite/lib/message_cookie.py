"""Messages to the reader, in a cookie of this host alone.

Not in the session: a post that is refused would write its own copy of it back, and with
it what another post has just taken out (``accounts.sessions.take``).
"""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookie(CookieStorage):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cookie_name = f"{settings.COOKIE_PREFIX}messages"


class Messages(FallbackStorage):
    """In the session only what is too long for a cookie."""

    storage_classes = (HostCookie, SessionStorage)
