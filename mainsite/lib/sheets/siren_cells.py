"""What one cell says of a company: a SIREN, a SIREN to repair, or why not."""

import re
from dataclasses import dataclass
from enum import StrEnum

from mainsite.lib.siren import (
    is_valid_siren,
    is_valid_siret,
    repair_lost_zero,
    siren_of_siret,
)


class Repair(StrEnum):
    LOST_ZERO = "lost_zero"
    SEPARATORS = "separators"
    DECIMAL = "decimal"
    FROM_SIRET = "from_siret"


class Refusal(StrEnum):
    EMPTY = "empty"
    RAGGED = "ragged"
    FORMULA = "formula"
    SCIENTIFIC = "scientific"
    LETTERS = "letters"
    EIGHT_DIGITS = "eight_digits"
    TEN_DIGITS = "ten_digits"
    WRONG_LENGTH = "wrong_length"
    KEY = "key"
    SIRET_KEY = "siret_key"
    NOBODY = "nobody"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A company to enrich; ``repair`` says what was mended to read it."""

    number: int
    siren: str
    read: str
    repair: Repair | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """``hint`` is a SIREN to propose, a line number or a count, by the reason."""

    number: int
    read: str
    reason: Refusal
    hint: str = ""
    cells: tuple[str, ...] = ()


Line = Accepted | Refused

_SCIENTIFIC = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
_DECIMAL = re.compile(r"([0-9]{8,9})[.,]0+")
_DIGITS = re.compile(r"[0-9]+")
# People group digits with these; spreadsheets add the apostrophe and the quotes.
_SEPARATORS = re.compile("[\\s\u00a0\u202f\u2009\ufeff'’\"]+")
_POINTED = re.compile(r"[0-9]{2,3}([.-])[0-9]{3}\1[0-9]{3}(\1[0-9]{5})?")
_FORMULA = tuple("=+@＝＋＠－-")
_NOBODY = "000000000"


def read_cell(text: str, number: int) -> Line:
    """One cell of the SIREN column, without looking at the other lines."""
    read = text.strip()
    if not read:
        return Refused(number, "", Refusal.EMPTY)
    # One apostrophe in front of a formula is how a careful export neutralised it.
    if read.removeprefix("'").startswith(_FORMULA):
        return Refused(number, read, Refusal.FORMULA)
    if _SCIENTIFIC.fullmatch(read):
        return Refused(number, read, Refusal.SCIENTIFIC)
    decimal = _DECIMAL.fullmatch(read)
    digits = decimal[1] if decimal else _bare(read)
    if not _DIGITS.fullmatch(digits):
        return Refused(number, read, Refusal.LETTERS)
    repair = None
    if digits != read:
        repair = Repair.DECIMAL if decimal else Repair.SEPARATORS
    return _of_digits(digits, number, read, repair)


def _of_digits(digits: str, number: int, read: str, repair: Repair | None) -> Line:
    if len(digits) == 9:
        if is_valid_siren(digits):
            return Accepted(number, digits, read, repair)
        wrong = Refusal.NOBODY if digits == _NOBODY else Refusal.KEY
        return Refused(number, read, wrong)
    if len(digits) == 8:
        siren = repair_lost_zero(digits)
        if siren:
            return Accepted(number, siren, read, Repair.LOST_ZERO)
        return Refused(number, read, Refusal.EIGHT_DIGITS)
    if len(digits) in {13, 14}:
        return _of_siret(digits.zfill(14), number, read)
    wrong = Refusal.TEN_DIGITS if len(digits) == 10 else Refusal.WRONG_LENGTH
    return Refused(number, read, wrong, str(len(digits)))


def _of_siret(siret: str, number: int, read: str) -> Line:
    if is_valid_siret(siret):
        return Accepted(number, siren_of_siret(siret) or "", read, Repair.FROM_SIRET)
    hint = siret[:9] if is_valid_siren(siret[:9]) else ""
    return Refused(number, read, Refusal.SIRET_KEY, hint)


def _bare(text: str) -> str:
    digits = _SEPARATORS.sub("", text)
    return re.sub("[.-]", "", digits) if _POINTED.fullmatch(digits) else digits


def looks_like_one(text: str) -> bool:
    """Whether a cell is meant as a SIREN or SIRET, right or wrong."""
    digits = _bare(text)
    return bool(_DIGITS.fullmatch(digits)) and 8 <= len(digits) <= 14


def marked(read: str, reason: str) -> tuple[tuple[str, bool], ...]:
    """The value in pieces, each with whether it is what was refused."""
    if reason == Refusal.DUPLICATE:
        return ((read, False),)
    if reason in {Refusal.KEY, Refusal.SIRET_KEY}:
        return ((read[:-2], False), (read[-2:], True))
    if reason == Refusal.LETTERS:
        pieces = re.findall("[0-9\\s.\u00a0]+|[^0-9\\s.\u00a0]+", read)
        return tuple((piece, not piece[0].isdigit()) for piece in pieces)
    return ((read, True),)
