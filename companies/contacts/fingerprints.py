"""Keyed digests by which sealed data is found again and oppositions are known.

A telephone number is easily guessed: without PEPPER, which is outside the database, a
plain digest of it would give it away.
"""

import re
import unicodedata

from accounts import peppers
from companies.choices import ContactKind, OpposedThing

_EMAIL = re.compile(r"[^\s@,;<>\"\x00-\x1f\ud800-\udfff]{1,64}@[\w.\-]+\.\w{2,}")
_LONGEST_EMAIL = 254
_TRUNK = re.compile(r"\(0\)")
_NOT_DIGITS = re.compile(r"[\s.\-/()\u00a0\u202f]")
# Folded, as French registers and letters write them.
_TITLES = {
    *("m", "mr", "monsieur", "mme", "madame", "mlle", "mademoiselle"),
    *("me", "maitre", "dr", "docteur", "pr", "professeur"),
}
_PHONE = re.compile(r"\+[1-9][0-9]{5,14}")


def normalised(kind: str, value: str) -> str | None:
    """The one spelling of an address or number; None when it is not one."""
    if kind == ContactKind.EMAIL:
        return _email(value)
    return _phone(value)


def _email(value: str) -> str | None:
    text = unicodedata.normalize("NFC", value).strip().lower()
    is_one = len(text) <= _LONGEST_EMAIL and _EMAIL.fullmatch(text)
    return text if is_one else None


def _phone(value: str) -> str | None:
    """In the international form; without a country it is read as French."""
    digits = _NOT_DIGITS.sub("", _TRUNK.sub("", value))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = f"+33{digits[1:]}"
    elif digits.startswith("33") and len(digits) == 11:
        digits = f"+{digits}"
    return digits if _PHONE.fullmatch(digits) else None


def of_value(kind: str, normal: str) -> str:
    """Of a value in its one spelling: opposed once, it is opposed for every company."""
    return _digest(kind, normal)


def of_person(siren: str, name: str) -> str:
    """Of someone at a company, whatever the order and accents of their names.

    A title before them is none of their names: « Mme Anne X » is « Anne X ».
    """
    words = _folded(name).split()
    while len(words) > 1 and words[0] in _TITLES:
        del words[0]
    told = " ".join(sorted(words))
    return _digest(OpposedThing.PERSON, f"{siren}:{told}") if words else ""


def of_company(siren: str) -> str:
    return _digest(OpposedThing.COMPANY, siren)


def of_profile(profile: str) -> str:
    return _digest("profile", profile.casefold())


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    letters = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return "".join(letters).casefold()


def _digest(kind: str, text: str) -> str:
    return peppers.founding_digest(f"contact:{kind}:{text}")
