"""Django's sessions in the database, in a table that says whose each one is."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import Session

ADDRESS, AGENT = "address", "agent"
BEGAN_AT, SEEN_AT = "began_at", "seen_at"


class SessionStore(db.SessionStore):
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


def _public_id(key: str) -> UUID:
    """The same for the same key, and no way back to it."""
    return UUID(bytes=sha256(key.encode()).digest()[:16])


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
