"""Amounts as people write them: whole euros, or a reason why they cannot be read."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from companies.imports.cells.base import BLANK, CellRefused, Read
from companies.imports.codes import Reason, Repair

# No French company earns that: beyond, a cell is something else.
MOST: Final = 10**13
_BLANKS: Final = re.compile("[\\s\u00a0\u202f\u2009\u2007'’]+")
_MINUS: Final = re.compile("^[-\u2212\u2010\u2013]|[-\u2212]$")
_UNITS: Final = (
    (re.compile(r"(milliards?|mds?)(d'?€|euros?|eur|€)?$", re.I), 10**9),
    (re.compile(r"(millions?|m)(d'?€|deuros?|euros?|eur|€|e)?$", re.I), 10**6),
    (re.compile(r"(milliers?|k)(d'?€|deuros?|euros?|eur|€|e)?$", re.I), 10**3),
    (re.compile(r"(euros?|eur|€)$", re.I), 1),
)
_CURRENCY_FIRST: Final = re.compile(r"^(eur|€)", re.I)
_PLAIN: Final = re.compile(r"[0-9]+")
_NOT_NUMBERS: Final = frozenset(
    {"nan", "inf", "infinity", "#n/a", "#div/0!", "#value!"}
)
_UNKNOWN: Final = frozenset(
    {"", "-", "—", "–", "n/a", "na", "nc", "nd", "n.c.", "n.d."}
)
_EXPONENT: Final = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?e[+-]?[0-9]+", re.I)
# 1.234.567 or 1,234,567: the same sign twice only groups.
_GROUPED: Final = {
    sign: re.compile(rf"[0-9]{{1,3}}(?:\{sign}[0-9]{{3}})+") for sign in ".,"
}


def euros(cell: str, decimal: str = ",") -> Read:
    """``1 234 567,89 €``, ``1.234.567,89``, ``1,2 M€``, ``(1 200)``…

    ``decimal`` is the file's sign: the other one only groups. Three digits behind it
    are refused, for both readings are right.
    """
    if cell.strip().lower() in _UNKNOWN:
        return BLANK
    value = _value(cell, decimal)
    if abs(value) > MOST:
        raise CellRefused(Reason.TOO_LARGE)
    rounded = value.quantize(Decimal(1), ROUND_HALF_UP)
    return Read(int(rounded), Repair.ROUNDED if rounded != value else "")


def positive_euros(cell: str, decimal: str = ",") -> Read:
    found = euros(cell, decimal)
    if found.value is not None and found.value < 0:
        raise CellRefused(Reason.NEGATIVE)
    return found


def _value(cell: str, decimal: str) -> Decimal:
    text = _BLANKS.sub("", cell)
    if "%" in text or "\u2030" in text:
        raise CellRefused(Reason.PERCENT)
    if text.lstrip("+-").lower() in _NOT_NUMBERS:
        raise CellRefused(Reason.NOT_A_NUMBER)
    if _EXPONENT.fullmatch(text):
        raise CellRefused(Reason.TOO_LARGE if _is_huge(text) else Reason.SCIENTIFIC)
    text, is_negative = _without_sign(text)
    text, unit = _without_unit(text)
    text, is_minus_inside = _without_sign(text)
    if is_negative and is_minus_inside:
        raise CellRefused(Reason.AMOUNT)
    if unit == 1 and _is_ambiguous(text, decimal):
        raise CellRefused(Reason.AMOUNT_AMBIGUOUS)
    value = _digits(text, decimal) * unit
    return -value if is_negative or is_minus_inside else value


def _is_huge(text: str) -> bool:
    exponent = re.split("e", text, flags=re.I)[1]
    return len(exponent.lstrip("+0")) > 2 or int(exponent) > 12


def _without_sign(text: str) -> tuple[str, bool]:
    """Accountants put losses between brackets."""
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1], True
    if _MINUS.search(text):
        return _MINUS.sub("", text, count=1), True
    return text.removeprefix("+"), False


def _without_unit(text: str) -> tuple[str, int]:
    text = _CURRENCY_FIRST.sub("", text)
    for pattern, unit in _UNITS:
        if match := pattern.search(text):
            return text[: match.start()], unit
    return text, 1


def _is_ambiguous(text: str, decimal: str) -> bool:
    """``1,234`` in a file of decimal commas: nobody counts thousandths of a euro."""
    is_one = text.count(decimal) == 1 and not text.startswith("0")
    return is_one and bool(_GROUPED[decimal].fullmatch(text))


def _digits(text: str, decimal: str) -> Decimal:
    points, commas = text.count("."), text.count(",")
    if points and commas:
        last = "." if text.rindex(".") > text.rindex(",") else ","
        return _split(text, last)
    for sign, count in ((".", points), (",", commas)):
        if count > 1 and _GROUPED[sign].fullmatch(text):
            return Decimal(text.replace(sign, ""))
        if count == 1 and _GROUPED[sign].fullmatch(text) and sign != decimal:
            # 1.234 in a file of decimal commas.
            return Decimal(text.replace(sign, ""))
        if count == 1:
            return _split(text, sign)
    if not _PLAIN.fullmatch(text):
        raise CellRefused(Reason.AMOUNT)
    return Decimal(text)


def _split(text: str, sign: str) -> Decimal:
    whole, _, cents = text.rpartition(sign)
    other = "," if sign == "." else "."
    if other in whole:
        if not _GROUPED[other].fullmatch(whole):
            raise CellRefused(Reason.AMOUNT)
        whole = whole.replace(other, "")
    if not (_PLAIN.fullmatch(whole) and (not cents or _PLAIN.fullmatch(cents))):
        raise CellRefused(Reason.AMOUNT)
    return Decimal(f"{whole}.{cents or 0}")
