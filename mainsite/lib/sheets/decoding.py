"""From bytes to text and columns, saying what was found rather than guessing twice."""

import codecs
import csv
import io
import re
from collections import Counter
from typing import BinaryIO, Final

SAMPLE_BYTES: Final = 64 * 1024
SEPARATORS: Final = (";", ",", "\t", "|")
_MAGIC: Final = {
    b"PK\x03\x04": "workbook",
    b"\xd0\xcf\x11\xe0": "workbook",
    b"%PDF": "binary",
    b"\x1f\x8b": "binary",
    b"\x89PNG": "binary",
    b"\xff\xd8\xff": "binary",
}
# An accented letter or a quotation mark in UTF-8 where the rest is not: two files were
# glued together. Half a surrogate pair is neither UTF-8 nor anything else.
_GLUED: Final = re.compile(
    rb"\xc3[\xa0-\xbf]|\xe2\x80[\x90-\xa6]|\xed[\xa0-\xbf][\x80-\xbf]"
)
# What CP1252 prints there, French does not write: they are Latin-9's €, Œ and œ.
_ONLY_LATIN_9: Final = re.compile(rb"[\xa4\xbc\xbd]")
_ONLY_CP1252: Final = re.compile(rb"[\x80-\x9f]")
_PIECE: Final = 1 << 20


class SheetError(Exception):
    """The whole file is refused; whoever shows it has a sentence for each ``code``."""

    def __init__(self, code: str, *, line: int = 0) -> None:
        super().__init__(f"{code} (line {line})" if line else code)
        self.code = code
        self.line = line


def encoding_of(stream: BinaryIO) -> str:
    """The encoding of the whole stream, which is left at its beginning."""
    sample = stream.read(SAMPLE_BYTES)
    stream.seek(0)
    if not sample.strip():
        raise SheetError("empty")
    for magic, code in _MAGIC.items():
        if sample.startswith(magic):
            raise SheetError(code)
    if sample.startswith(codecs.BOM_UTF8):
        return checked(stream, "utf-8-sig")
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return checked(stream, "utf-16")
    if b"\x00" in sample:
        return checked(stream, _utf16_without_mark(sample))
    return _eight_bits(stream)


def _utf16_without_mark(sample: bytes) -> str:
    half = len(sample) // 2 or 1
    if sample[1::2].count(0) > 0.7 * half and not sample[0::2].count(0):
        return "utf-16-le"
    if sample[0::2].count(0) > 0.7 * half and not sample[1::2].count(0):
        return "utf-16-be"
    raise SheetError("binary")


def _eight_bits(stream: BinaryIO) -> str:
    line = _first_bad_line(stream, "utf-8")
    if not line:
        return "utf-8"
    if _has(stream, _GLUED):
        raise SheetError("mixed_encoding", line=line)
    bad = _first_bad_line(stream, "cp1252")
    if not bad:
        is_latin_9 = _has(stream, _ONLY_LATIN_9) and not _has(stream, _ONLY_CP1252)
        return "iso8859-15" if is_latin_9 else "cp1252"
    if b"\x81" in stream.read(SAMPLE_BYTES) or bad == 1:
        raise SheetError("binary")
    raise SheetError("unknown_encoding", line=bad)


def checked(stream: BinaryIO, encoding: str) -> str:
    """The encoding, when every byte of the stream is right in it."""
    line = _first_bad_line(stream, encoding)
    if line:
        raise SheetError("unknown_encoding", line=line)
    return encoding


def _first_bad_line(stream: BinaryIO, encoding: str) -> int:
    """0 when every byte is right; reads by pieces, whatever the size."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    try:
        while piece := stream.read(_PIECE):
            try:
                line += decoder.decode(piece).count("\n")
            except UnicodeDecodeError as error:
                return line + piece[: error.start].count(b"\n")
            except UnicodeError:  # UTF-16 whose first bytes are no mark.
                return line
        try:
            decoder.decode(b"", final=True)
        except UnicodeError:
            return line
        return 0
    finally:
        stream.seek(0)


def line_of_nul(stream: BinaryIO) -> int:
    """0 when there is none; text has no NUL, and PostgreSQL takes none."""
    line = 1
    try:
        while piece := stream.read(_PIECE):
            place = piece.find(b"\x00")
            if place >= 0:
                return line + piece[:place].count(b"\n")
            line += piece.count(b"\n")
        return 0
    finally:
        stream.seek(0)


def _has(stream: BinaryIO, what: re.Pattern[bytes]) -> bool:
    try:
        return any(
            what.search(piece) for piece in iter(lambda: stream.read(_PIECE), b"")
        )
    finally:
        stream.seek(0)


def first_rows(stream: BinaryIO, encoding: str) -> list[str]:
    """The first whole lines, to look for a separator and a header row."""
    raw = stream.read(SAMPLE_BYTES)
    is_whole = not stream.read(1)
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    text = decoder.decode(raw).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if not is_whole and len(lines) > 1:
        lines.pop()
    return [line for line in lines if line.strip()][:50]


def separator_of(lines: list[str]) -> str:
    """The one that cuts most lines into the same number of columns; "" when none."""
    best, best_weight = "", (0, 0)
    for separator in SEPARATORS:
        widths = Counter(len(row) for row in split(lines, separator) if row)
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        if width > 1 and (count, width) > best_weight:
            best, best_weight = separator, (count, width)
    return best


def split(lines: list[str], separator: str) -> list[list[str]]:
    text = io.StringIO("\n".join(lines), newline="")
    try:
        return list(csv.reader(text, delimiter=separator or ";"))
    except csv.Error:
        return [line.split(separator or ";") for line in lines]
