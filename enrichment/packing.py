"""Raw answers as they are kept: packed, and unpacked to the byte."""

import zlib

ZLIB = "zlib"
# Nothing is left of it but its digest: somebody opposed, or its time was over.
ERASED = "erased"
# JSON shrinks to a fifth at the quickest level, in a tenth of a millisecond.
LEVEL = 1
# Shorter bodies would not gain a page.
LEAST_BYTES = 200


def packed(body: bytes) -> tuple[bytes, str]:
    """The bytes to keep, and the name of their encoding ("" as they are)."""
    if len(body) < LEAST_BYTES:
        return body, ""
    return zlib.compress(body, LEVEL), ZLIB


def unpacked(raw: bytes, encoding: str) -> bytes:
    return zlib.decompress(raw) if encoding == ZLIB else raw
