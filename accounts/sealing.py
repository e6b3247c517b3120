"""Small secrets kept in the database, unreadable without FIELD_KEY.

FIELD_KEY is a list: the first entry seals, all of them open, so that a key is
changed by putting the new one in front. An entry is ``id:secret``; the id is stored
before what was sealed with it.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class CannotUnseal(Exception):
    """The key that sealed this is no longer among FIELD_KEY."""


def first_key_id() -> str:
    return next(iter(_keys()))


def seal(plain: bytes) -> str:
    key_id, fernet = next(iter(_keys().items()))
    return f"{key_id}${fernet.encrypt(plain).decode()}"


def unseal(sealed: str) -> bytes:
    key_id, _, token = sealed.partition("$")
    try:
        return _keys()[key_id].decrypt(token.encode())
    except (KeyError, InvalidToken) as error:
        raise CannotUnseal(f"no FIELD_KEY opens what key {key_id!r} sealed") from error


def _keys() -> dict[str, Fernet]:
    return dict(_named_key(entry) for entry in settings.FIELD_KEY)


def _named_key(entry: str) -> tuple[str, Fernet]:
    key_id, colon, secret = entry.partition(":")
    if not colon:
        key_id, secret = "0", entry
    derived = HKDF(SHA256(), 32, salt=None, info=b"accounts.sealing").derive(
        secret.encode()
    )
    return key_id, Fernet(urlsafe_b64encode(derived))
