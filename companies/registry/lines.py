"""A stream of bytes given as whole lines of UTF-8, as far as it can be read."""

import codecs
import io
from typing import Any

Errors = tuple[type[Exception], ...]

_PIECE_BYTES = 1 << 20
_LONGEST_CHARACTER = 4


def _growth(decode: codecs.IncrementalDecoder | None) -> int:
    """How many bytes of UTF-8 a byte of the file may become."""
    return 1 if decode is None else _LONGEST_CHARACTER


class WholeLines(io.RawIOBase):
    """What stands before the first fault, without the line that the fault cuts.

    A reader that works ahead would otherwise lose good rows with the bad block;
    ``complain`` raises the fault once they have been taken.
    """

    def __init__(
        self, raw: "io.BufferedReader[Any]", encoding: str, header: str, faults: Errors
    ) -> None:
        self._raw = raw
        self._faults: Errors = (*faults, UnicodeDecodeError)
        self._fault: Exception | None = None
        self._rest = b""
        # Plain UTF-8 goes through untouched.
        is_plain = codecs.lookup(encoding).name == "utf-8"
        self._decode = None if is_plain else codecs.getincrementaldecoder(encoding)()
        self._header = header.encode()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes: Arrow has no room for more."""
        data = self._rest + self._next(size - len(self._rest))
        if len(data) == len(self._rest):
            self._rest = b""
            return b"" if self._fault else data
        # A line longer than a block is given in pieces.
        end = data.rfind(b"\n") + 1 or len(data)
        self._rest = data[end:]
        return data[:end]

    def complain(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _next(self, size: int) -> bytes:
        """Up to ``size`` more bytes, as far as they can be read; blank at the end."""
        parts: list[bytes] = []
        while self._fault is None and size >= _LONGEST_CHARACTER:
            try:
                data = self._raw.read1(min(size // _growth(self._decode), _PIECE_BYTES))
                text = self._without_header(self._decoded(data))
            except self._faults as error:
                self._fault = error
                break
            parts.append(text)
            size -= len(text)
            if not data:
                break
        return b"".join(parts)

    def _decoded(self, data: bytes) -> bytes:
        if self._decode is None:
            return data
        return self._decode.decode(data, final=not data).encode()

    def _without_header(self, data: bytes) -> bytes:
        if not self._header:
            return data
        skipped = min(len(self._header), len(data))
        self._header = self._header[skipped:]
        return data[skipped:]
