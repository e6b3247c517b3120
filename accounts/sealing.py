"""Small secrets kept in the database, unreadable without FIELD_KEY.

FIELD_KEY is a list: the first entry seals, all of them open, so that a key is
changed by putting the new one in front. An entry is ``id:secret``; the id is stored
before what was sealed with it, then how it was: AES-256-GCM, or Fernet as before.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

# No Fernet token begins so.
GCM = "gcm."
NONCE_BYTES = 12


class CannotUnseal(Exception):
    """The key that sealed this is no longer among FIELD_KEY."""


def first_key_id() -> str:
    return next(iter(_keys()))


def beginning() -> str:
    """How everything begins that is sealed now; the rest waits for ``reseal``."""
    return f"{first_key_id()}${GCM}"


def seal(plain: bytes) -> str:
    nonce = os.urandom(NONCE_BYTES)
    cipher = AESGCM(_derived(_keys()[first_key_id()], b"accounts.sealing.gcm"))
    token = urlsafe_b64encode(nonce + cipher.encrypt(nonce, plain, None))
    return beginning() + token.decode()


def unseal(sealed: str) -> bytes:
    key_id, _, token = sealed.partition("$")
    try:
        secret = _keys()[key_id]
        if token.startswith(GCM):
            return _unseal_gcm(secret, token.removeprefix(GCM))
        key = urlsafe_b64encode(_derived(secret, b"accounts.sealing"))
        return Fernet(key).decrypt(token.encode())
    except (KeyError, ValueError, InvalidTag, InvalidToken) as error:
        raise CannotUnseal(f"no FIELD_KEY opens what key {key_id!r} sealed") from error


def _unseal_gcm(secret: str, token: str) -> bytes:
    data = urlsafe_b64decode(token)
    cipher = AESGCM(_derived(secret, b"accounts.sealing.gcm"))
    return cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], None)


def _keys() -> dict[str, str]:
    return dict(_named_key(entry) for entry in settings.FIELD_KEY)


def _named_key(entry: str) -> tuple[str, str]:
    key_id, colon, secret = entry.partition(":")
    return (key_id, secret) if colon else ("0", entry)


def _derived(secret: str, use: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=use).derive(secret.encode())
