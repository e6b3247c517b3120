"""Codes and words of a company: activity, legal form, headcount, place, status."""

import re
import unicodedata
from functools import cache
from typing import Final

from companies import nomenclature, pipeline
from companies.choices import Status
from companies.imports.cells.base import BLANK, CellRefused, Read
from companies.imports.codes import Reason, Repair
from companies.registry import places

_UNKNOWN: Final = frozenset({"", "-", "nc", "nd", "n/a", "nn", "[nd]"})
# An export that was careful puts one apostrophe before what a spreadsheet would run.
_NEUTRALISED: Final = re.compile("^'(?=[=+\\-@\t\r\n＝＋－＠])")
# Marks that reorder text, joiners and the byte-order mark: none is seen.
MARKS: Final = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u061c\u00ad]"
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_OLD_NAF: Final = re.compile(r"\d{2}\.?\d[A-Z]|\d{4}|\d{2}\.\d{2}")
_BETWEEN: Final = re.compile(r"(\d+)\s*(?:à|a|et|-|–)\s*(\d+)")
_LIMIT: Final = re.compile(r"(\d+)\s*(?:et plus|ou plus|\+)")
_PEOPLE: Final = re.compile(r"(\d+) ?(?:salari[ée]s?|personnes?|employ[ée]s?)")
_ZIP: Final = re.compile(r"\d{5}")
_ADDRESS: Final = re.compile(r"(https?://)?[^\s/@]+\.[^\s/@.]{2,}(/\S*)?", re.I)
MOST_HEADCOUNT: Final = 5_000_000
MAX_TEXT: Final = 1000


def text(cell: str) -> Read:
    """One line, composed; what is not seen and reorders text is taken out, and told."""
    found = _NEUTRALISED.sub("", cell.strip())
    found = unicodedata.normalize("NFC", found)
    plain = MARKS.sub("", found)
    repair = Repair.MARKS if plain != found else ""
    plain = " ".join(_CONTROL.sub(" ", plain).split())
    if plain == "[ND]":
        return BLANK
    if len(plain) > MAX_TEXT:
        raise CellRefused(Reason.CELL_TOO_LONG)
    return Read(plain or None, repair if plain else "")


def naf(cell: str) -> Read:
    """NAF rev. 2 with or without its dot; older nomenclatures are another thing."""
    given = MARKS.sub("", cell).strip().upper()
    if given.lower() in _UNKNOWN:
        return BLANK
    code = nomenclature.normal_naf(given.replace(" ", ""))
    if code:
        return Read(code)
    naf25 = given if "." in given else f"{given[:2]}.{given[2:]}"
    if _OLD_NAF.fullmatch(given) or naf25 in nomenclature.naf25_labels():
        raise CellRefused(Reason.OLD_NAF)
    raise CellRefused(Reason.NAF)


def naf_of_label(cell: str) -> Read:
    """The code whose label this is; a label of their own is left aside, and told."""
    folded = _folded(cell)
    if not folded:
        return BLANK
    code = _nafs_by_label().get(folded)
    return Read(code) if code else Read(None, Repair.LABEL_UNUSED)


@cache
def _nafs_by_label() -> dict[str, str]:
    return {
        _folded(each.label): each.code for each in nomenclature.naf_codes().values()
    }


def legal_form(cell: str) -> Read:
    """Four digits of INSEE, or the words and short names that mean only one of them."""
    given = MARKS.sub("", cell).strip()
    if given.lower() in _UNKNOWN:
        return BLANK
    digits = given.removesuffix(".0")
    if re.fullmatch(r"\d{4}", digits):
        if digits in nomenclature.legal_forms():
            return Read(digits)
        raise CellRefused(Reason.LEGAL_FORM)
    code = _forms_by_words().get(_folded(given))
    if code is None:
        raise CellRefused(Reason.LEGAL_FORM)
    return Read(code)


# Of the many codes of one word, the one that plain companies have.
_USUAL: Final = {"sa": "5599", "sas": "5710", "sasu": "5720", "sarl": "5499"}
_OTHER_WORDS: Final = {
    "societe par actions simplifiee": "5710",
    "societe par actions simplifiee unipersonnelle": "5720",
    "societe par actions simplifiee a associe unique": "5720",
    "societe a responsabilite limitee": "5499",
    "entreprise unipersonnelle a responsabilite limitee": "5498",
    "societe anonyme": "5599",
    "societe civile immobiliere": "6540",
    "societe en nom collectif": "5202",
    "sas societe par actions simplifiee": "5710",
    "sarl unipersonnelle": "5498",
}


@cache
def _forms_by_words() -> dict[str, str]:
    listed = {
        _folded(label): code for code, label in nomenclature.legal_forms().items()
    }
    short = {
        _folded(label): code for code, label in nomenclature.SHORT_LEGAL_FORMS.items()
    }
    return listed | short | _OTHER_WORDS | _USUAL


def _folded(words: str) -> str:
    decomposed = unicodedata.normalize("NFKD", words).casefold()
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters.replace(".", "")).split())


def headcount(cell: str) -> Read:
    """``"12/25"``: band and number; a band has no number, ``"12/"``.

    INSEE's codes are taken for bands when they are written with their zero or come
    from a column of codes: ``columns`` decides, for ``12`` may be twelve people.
    """
    given = re.sub("[\u00a0\u202f]", " ", MARKS.sub("", cell)).strip().lower()
    if given in _UNKNOWN:
        return BLANK
    joined = re.sub(r"(?<=\d) (?=\d{3}\b)", "", given)
    if re.fullmatch(r"\d+([.,]0+)?", joined):
        return Read(_of_count(int(re.split("[.,]", joined)[0])))
    if re.fullmatch(r"[-\u2212(]\s*\d+\)?", joined):
        raise CellRefused(Reason.NEGATIVE)
    if match := _BETWEEN.search(joined):
        return Read(_of_bounds(int(match[1]), int(match[2])))
    if match := _LIMIT.search(joined):
        return Read(_of_bounds(int(match[1]), None))
    if match := re.fullmatch(
        r"(\d+) ?(?:salari[ée]s?|personnes?|employ[ée]s?)", joined
    ):
        return Read(_of_count(int(match[1])))
    if re.fullmatch(r"(0|aucun|pas de|sans) ?salari[ée]s?", joined):
        return Read("00/0")
    raise CellRefused(Reason.HEADCOUNT)


def headcount_code(cell: str) -> Read:
    """Of a column of INSEE's codes."""
    given = cell.strip()
    if given.lower() in _UNKNOWN:
        return BLANK
    code = given.zfill(2)
    if code in nomenclature.HEADCOUNT_BANDS:
        return Read(f"{code}/")
    raise CellRefused(Reason.HEADCOUNT)


def is_headcount_code(cell: str) -> bool:
    """Written as only a code is: with its zero, or NN."""
    given = cell.strip()
    return given in {"NN", "00", "01", "02", "03"}


def _of_count(count: int) -> str:
    if count > MOST_HEADCOUNT:
        raise CellRefused(Reason.TOO_LARGE)
    for band in nomenclature.HEADCOUNT_BANDS.values():
        if band.lower <= count and (band.upper is None or count <= band.upper):
            return f"{band.code}/{count}"
    raise CellRefused(Reason.HEADCOUNT)


def _of_bounds(lower: int, upper: int | None) -> str:
    """A band of others is the one of INSEE that holds its lower bound, if it fits."""
    for band in nomenclature.HEADCOUNT_BANDS.values():
        fits_below = band.lower <= lower
        fits_above = band.upper is None or (upper is not None and upper <= band.upper)
        if fits_below and fits_above and (band.upper is None or lower <= band.upper):
            return f"{band.code}/"
    raise CellRefused(Reason.HEADCOUNT)


def postal_code(cell: str) -> Read:
    given = re.sub(r"\s", "", MARKS.sub("", cell)).removesuffix(".0")
    if given.lower() in _UNKNOWN:
        return BLANK
    if _ZIP.fullmatch(given):
        return Read(given)
    if re.fullmatch(r"[1-9]\d{3}", given):
        return Read(f"0{given}", Repair.POSTAL_ZERO)
    raise CellRefused(Reason.POSTAL_CODE)


def place(postal: str, name: str) -> tuple[str, str, str, str]:
    """Code, name and id of the commune; its name as written when it is not found."""
    found = places.find("", postal, name) if postal or name else None
    if found is None:
        return "", name, "", Repair.COMMUNE_UNKNOWN if name else ""
    return found.code, found.name, str(found.id), ""


def website(cell: str) -> Read:
    found = text(cell)
    if found.value is None or found.value.lower() in _UNKNOWN:
        return BLANK
    if not _ADDRESS.fullmatch(found.value):
        raise CellRefused(Reason.WEBSITE)
    return found


def status(cell: str) -> Read:
    given = MARKS.sub("", cell).strip()
    if not given:
        return BLANK
    try:
        found = pipeline.status_of(given)
    except pipeline.UnknownStatus as error:
        raise CellRefused(Reason.STATUS) from error
    alias = "" if given in Status.values else f"{given} → {found.value}"
    return Read(found.value, alias=alias)


def person(name: str) -> tuple[str, str]:
    """First name and surname; of ``Jean DUPONT`` and ``DUPONT Jean``, the capitals."""
    parts = re.sub(r"^(?:M\.|Mme|Mlle|MM\.|Mr)\s+", "", name).split()
    loud = [part for part in parts if len(part) > 1 and part.isupper()]
    if loud and len(loud) < len(parts):
        return " ".join(part for part in parts if part not in loud), " ".join(loud)
    if len(parts) in {2, 3} and not loud:
        return " ".join(parts[:-1]), parts[-1]
    return "", " ".join(parts) or name
