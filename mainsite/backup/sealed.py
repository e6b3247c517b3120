"""Streams that nobody reads or changes without BACKUP_KEY.

AES-256-GCM of `cryptography`, piece by piece, so that a dump larger than the memory is
read and refused as early as it differs. The construction is STREAM, as in age and Tink:
a key of its own for each file (HKDF-SHA-256 over a random salt), a nonce that counts
the pieces and tells the last one, the header as associated data. A piece that was
changed, moved, left out or taken from another file does not open.
"""

import json
import struct
from collections.abc import Iterator
from hmac import compare_digest
from secrets import token_bytes
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

ALGORITHM = "AES-256-GCM (STREAM), HKDF-SHA-256"
_MAGIC = b"MASEAL1\n"
_PIECE = 1 << 20
_TAG = 16
# 256 bits in base64 have 43 signs.
_SHORTEST_KEY = 40
_ALTERED = "Cette sauvegarde a été altérée, ou la clé n’est pas celle qui l’a scellée."


class CannotOpen(Exception):
    """``str()`` is a sentence for whoever restores."""


class NoKey(Exception):
    """``str()`` is a sentence for whoever runs the command."""


def sealing_key() -> tuple[str, str]:
    """The id and the secret of the first key."""
    return next(iter(_keys().items()))


def _keys() -> dict[str, str]:
    found = {}
    for entry in settings.BACKUP_KEY:
        key_id, colon, secret = entry.partition(":")
        key_id, secret = (key_id, secret) if colon else ("0", entry)
        if len(secret) < _SHORTEST_KEY:
            raise NoKey(
                "BACKUP_KEY est trop courte : il faut 256 bits tirés au sort "
                "(openssl rand -base64 32)."
            )
        found[key_id] = secret
    if not found:
        raise NoKey(
            "BACKUP_KEY manque : une sauvegarde n’est écrite que chiffrée. "
            "Donnez une clé (openssl rand -base64 32) et gardez-la ailleurs que "
            "les sauvegardes."
        )
    return found


def _secret(key_id: str) -> str:
    try:
        return _keys()[key_id]
    except KeyError:
        raise CannotOpen(
            f"Aucune BACKUP_KEY ne porte le nom « {key_id} », celui de la clé qui a "
            "scellé cette sauvegarde."
        ) from None


def _derived(secret: str, salt: bytes | None, purpose: str) -> bytes:
    info = f"mainsite.backup:{purpose}".encode()
    return HKDF(SHA256(), 32, salt=salt, info=info).derive(secret.encode())


def sign(data: bytes, key_id: str) -> str:
    signing = hmac.HMAC(_derived(_secret(key_id), None, "manifest"), SHA256())
    signing.update(data)
    return signing.finalize().hex()


def is_signed(data: bytes, key_id: str, signature: str) -> bool:
    return compare_digest(sign(data, key_id), signature)


class Writer:
    """What is written comes out sealed; only ``close`` makes it whole."""

    def __init__(self, target: IO[bytes], *, purpose: str) -> None:
        key_id, secret = sealing_key()
        salt = token_bytes(16)
        head = {"key": key_id, "salt": salt.hex(), "purpose": purpose}
        self._header = json.dumps(head).encode() + b"\n"
        self._cipher = AESGCM(_derived(secret, salt, purpose))
        self._target = target
        self._waiting = bytearray()
        self._number = 0
        target.write(_MAGIC + self._header)

    def write(self, data: bytes) -> int:
        self._waiting += data
        # The last piece is told apart: one at least is kept back.
        while len(self._waiting) > _PIECE:
            self._put(bytes(self._waiting[:_PIECE]), is_last=False)
            del self._waiting[:_PIECE]
        return len(data)

    def close(self) -> None:
        self._put(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _put(self, plain: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        piece = self._cipher.encrypt(nonce, plain, self._header)
        self._target.write(struct.pack(">I?", len(piece), is_last) + piece)
        self._number += 1


class Reader:
    """The plain text of a sealed file; CannotOpen as soon as it differs."""

    def __init__(self, source: IO[bytes], *, purpose: str) -> None:
        self._pieces = _pieces(source, purpose)
        self._rest = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        found = bytearray()
        while size < 0 or len(found) < size:
            if not self._rest:
                self._rest = memoryview(next(self._pieces, b""))
                if not self._rest:
                    break
            wanted = len(self._rest) if size < 0 else size - len(found)
            found += self._rest[:wanted]
            self._rest = self._rest[wanted:]
        return bytes(found)

    def pieces(self) -> Iterator[bytes]:
        return self._pieces


def _pieces(source: IO[bytes], purpose: str) -> Iterator[bytes]:
    header, cipher = _opened(source, purpose)
    number, is_last = 0, False
    while not is_last:
        length, is_last = struct.unpack(">I?", _exactly(source, 5))
        if not _TAG <= length <= _PIECE + _TAG:
            raise CannotOpen(_ALTERED)
        try:
            nonce = _nonce(number, is_last=is_last)
            yield cipher.decrypt(nonce, _exactly(source, length), header)
        except InvalidTag:
            raise CannotOpen(_ALTERED) from None
        number += 1
    if source.read(1):
        raise CannotOpen(_ALTERED)


def _opened(source: IO[bytes], purpose: str) -> tuple[bytes, AESGCM]:
    if source.read(len(_MAGIC)) != _MAGIC:
        raise CannotOpen(_ALTERED)
    header = source.readline(1000)
    try:
        head = json.loads(header)
        key_id, salt = str(head["key"]), bytes.fromhex(head["salt"])
    except (ValueError, KeyError, TypeError):
        raise CannotOpen(_ALTERED) from None
    if head.get("purpose") != purpose:
        raise CannotOpen(_ALTERED)
    return header, AESGCM(_derived(_secret(key_id), salt, purpose))


def _exactly(source: IO[bytes], size: int) -> bytes:
    found = source.read(size)
    if len(found) < size:
        raise CannotOpen(_ALTERED)
    return found


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
