"""SIREN and SIRET keys. Both are text: one in thirty starts with a zero."""

import re

from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

_NINE_DIGITS = re.compile(r"[0-9]{9}")
_FOURTEEN_DIGITS = re.compile(r"[0-9]{14}")
_EIGHT_DIGITS = re.compile(r"[0-9]{8}")

# Its key is right and it is the usual filler of empty columns: no company has it.
_NOBODY = "000000000"


def is_valid_siren(text: str) -> bool:
    """Exactly nine ASCII digits with a right Luhn key; no space is forgiven."""
    if not _NINE_DIGITS.fullmatch(text) or text == _NOBODY:
        return False
    return stdnum_siren.is_valid(text)


def is_valid_siret(text: str) -> bool:
    """Fourteen digits with a right key; La Poste's sites follow their own rule."""
    if not _FOURTEEN_DIGITS.fullmatch(text) or text.startswith(_NOBODY):
        return False
    return stdnum_siret.is_valid(text)


def siren_of_siret(siret: str) -> str | None:
    """The company of an establishment, or None when the SIRET's key is wrong."""
    return siret[:9] if is_valid_siret(siret) else None


def repair_lost_zero(text: str) -> str | None:
    """The SIREN a spreadsheet took the leading zero from, when it is certain.

    Only eight digits whose padded form has a right key are repaired. A chance
    number passes one time in ten, so the caller reports each repair.
    """
    if not _EIGHT_DIGITS.fullmatch(text):
        return None
    padded = f"0{text}"
    return padded if is_valid_siren(padded) else None
