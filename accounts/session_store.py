"""Django's sessions in the database, in a table that says whose each one is.

Each request has its own copy of the session, read at its beginning. What it writes is
what it changed in that copy, upon the row as it is by then: a copy written whole would
put back what another request took away meanwhile.
"""

from copy import deepcopy
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import transaction
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import Session

ADDRESS, AGENT = "address", "agent"
BEGAN_AT, SEEN_AT = "began_at", "seen_at"


class SessionStore(db.SessionStore):
    # The row as this request knows it; None: it did not read it.
    _read: dict[str, Any] | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = super().create_model_instance(data)
        assert isinstance(session, Session)  # noqa: S101
        session.public_id = _public_id(session.session_key)
        session.user_id = data.get(SESSION_KEY)
        session.is_verified = DEVICE_ID_SESSION_KEY in data
        session.address = data.get(ADDRESS)
        session.agent = data.get(AGENT, "")
        session.began_at = _moment(data.get(BEGAN_AT))
        session.seen_at = _moment(data.get(SEEN_AT))
        return session

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] = super().load()
        self._read = deepcopy(data)
        return data

    def save(self, must_create: bool = False) -> None:
        if must_create or self.session_key is None:
            super().save(must_create)
            self._read = deepcopy(dict(self.items()))
            return
        with transaction.atomic():
            if not self._catch_up():
                raise UpdateError
            super().save()
        self._read = deepcopy(dict(self.items()))

    def cycle_key(self) -> None:
        with transaction.atomic():
            if self.session_key is not None and not self._catch_up():
                # Closed meanwhile: under a new key it would be open again.
                raise SessionInterrupted
            super().cycle_key()

    def take(self, key: str) -> Any:
        """What waits under this key; of two requests at once, one gets it."""
        with transaction.atomic():
            waiting = self.pop(key, None) if self._catch_up() else None
            if waiting is not None:
                self.save()
        return waiting

    def _catch_up(self) -> bool:
        """Take over what others wrote, and hold the row; False when it is gone."""
        ours = dict(self.items())
        row = (
            Session.objects.select_for_update()
            .filter(session_key=self.session_key)
            .first()
        )
        if row is None:
            return False
        now: dict[str, Any] = self.decode(row.session_data)
        read = now if self._read is None else self._read
        gone = read.keys() - ours.keys()
        kept = {key: value for key, value in now.items() if key not in gone}
        changed = {
            key: value
            for key, value in ours.items()
            if key not in read or read[key] != value
        }
        self._session_cache = kept | changed
        self._read = deepcopy(now)
        return True


def _public_id(key: str) -> UUID:
    """The same for the same key, and no way back to it."""
    return UUID(bytes=sha256(key.encode()).digest()[:16])


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
