"""From a cell of a file to the text of a staging column; blank means unknown.

A function that fills several columns joins them with tabs, as COPY wants them.
Values that come back row after row are remembered.
"""

import re
from datetime import date
from functools import lru_cache

from companies import nomenclature
from companies.registry import places
from companies.registry.keys import is_siret

NOT_DIFFUSED = "[ND]"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_QUOTES_AND_STARS = " \"'*«»“”’`_.,;:-/\\#"
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_FRENCH_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_POST_CODE_AND_TOWN = re.compile(r" *\b(\d{5}) ([^\d]+)$")
_CATEGORIES = {"PME", "ETI", "GE"}
_YES = {"true", "1", "o", "oui", "vrai"}
_NO = {"false", "0", "n", "non", "faux"}
# Sirene's filler for "unknown day"; a company is not that old.
_FIRST_YEAR = 1800


def text(cell: str) -> str:
    """One line, no backslash (COPY would read it), nothing for what is not diffused."""
    if "[" in cell and NOT_DIFFUSED in cell:
        return ""
    cell = cell.strip()
    if cell.isprintable() and "\\" not in cell and "  " not in cell:
        return cell
    return " ".join(_CONTROL.sub(" ", cell).replace("\\", " ").split())


def trade_name(cell: str) -> str:
    """Without the quotes and stars that some files put around it."""
    name = text(cell).strip(_QUOTES_AND_STARS)
    return name if any(letter.isalnum() for letter in name) else ""


def before_parenthesis(cell: str) -> str:
    """``NORDEX FRANCE`` of ``NORDEX FRANCE (NORDEX FRANCE SAS)``."""
    name = text(cell)
    head, opening, _ = name.partition(" (")
    return head if opening and name.endswith(")") else name


def inside_parenthesis(cell: str) -> str:
    name = text(cell)
    _, opening, tail = name.partition(" (")
    inside = tail[:-1] if opening and name.endswith(")") else ""
    return "" if " - " in inside else trade_name(inside)


def first_trade_name(*offered: str) -> str:
    return next(filter(None, map(trade_name, offered)), "")


def name_of_unit(
    denomination: str, first_name: str, usage: str, surname: str, status: str
) -> str:
    """A legal person's name, or a sole trader's when it is diffused."""
    if name := text(denomination):
        return name
    if diffusion(status) == "P":
        return ""
    return text(f"{first_name} {usage or surname}")


def trade_name_of_unit(cell: str, form: str, status: str) -> str:
    is_hidden = form.startswith("1") and diffusion(status) == "P"
    return "" if is_hidden else trade_name(cell)


@lru_cache(maxsize=4096)
def legal_form(cell: str) -> str:
    return cell if len(cell) == 4 and cell.isdigit() else ""


@lru_cache(maxsize=65536)
def day(cell: str) -> str:
    """An ISO date, or blank for what is no day of the calendar."""
    if match := _DATE.match(cell):
        year, month, number = match.groups()
    elif match := _FRENCH_DATE.match(cell):
        number, month, year = match.groups()
    else:
        return ""
    try:
        found = date(int(year), int(month), int(number))
    except ValueError:
        return ""
    return found.isoformat() if found.year > _FIRST_YEAR else ""


def closing_day(state_of_unit: str, period_start: str) -> str:
    """A closed unit's last period starts on the day it stopped."""
    return day(period_start) if state_of_unit == "C" else ""


@lru_cache(maxsize=4096)
def year(cell: str) -> str:
    """``2022``, also from the ``2022.0`` of a spreadsheet."""
    number = cell.removesuffix(".0")
    return number if len(number) == 4 and number.isdigit() else ""


@lru_cache(maxsize=4096)
def naf(cell: str, vocabulary: str = "NAFRev2") -> str:
    """``naf_code``, ``naf``: only NAF rev. 2; an older code is unknown."""
    code = nomenclature.normal_naf(cell) if vocabulary == "NAFRev2" else None
    return f"{code}\t{nomenclature.naf_codes()[code].id}" if code else "\t"


@lru_cache(maxsize=4096)
def naf25(cell: str) -> str:
    code = cell.strip().upper()
    if len(code) == 5 and "." not in code:
        code = f"{code[:2]}.{code[2:]}"
    return code if code in nomenclature.naf25_labels() else ""


@lru_cache(maxsize=1024)
def band(cell: str) -> str:
    """``headcount_band``, ``headcount``: nothing for NN, which may mean unknown."""
    found = nomenclature.HEADCOUNT_BANDS.get(cell)
    return f"{cell}\t{found.lower}" if found else "\t"


@lru_cache(maxsize=4096)
def band_of_count(cell: str) -> str:
    """The band around a number of employees: ``70``, or ``50 à 99 salariés``."""
    match = re.match(r"\d+", cell.replace(" ", "").replace("\u00a0", ""))
    if match is None:
        return "\t"
    count = int(match.group())
    for found in nomenclature.HEADCOUNT_BANDS.values():
        if found.lower <= count and (found.upper is None or count <= found.upper):
            return f"{found.code}\t{found.lower}"
    return "\t"


def category(cell: str) -> str:
    return cell if cell in _CATEGORIES else ""


def diffusion(cell: str) -> str:
    """``P`` for partial; ``N``, its name before 2023, is read as the same."""
    return "P" if cell in {"P", "N"} else "O"


def state(cell: str) -> str:
    """Active ``A`` against closed ``C`` (company) or ``F`` (establishment)."""
    return {"A": "t", "C": "f", "F": "f"}.get(cell, "")


@lru_cache(maxsize=64)
def yes_no(cell: str) -> str:
    word = cell.strip().lower()
    if word in _YES:
        return "t"
    return "f" if word in _NO else ""


def head_office(cell: str) -> str:
    """``Etablissement siège``, as the 2017 layout puts it."""
    return "t" if cell.startswith("Etablissement siège") else "f"


def always(cell: str) -> str:
    return "t"


def is_given(cell: str) -> str:
    return "t" if cell else ""


def siret(cell: str) -> str:
    return cell if is_siret(cell) else ""


def siret_of_nic(siren: str, nic: str) -> str:
    return siret(siren + nic)


@lru_cache(maxsize=65536)
def place(postal_code: str, name: str, commune_code: str = "") -> str:
    """``postal_code``, ``commune_code``, ``commune``, ``geo``."""
    code = text(postal_code)
    code = code if len(code) == 5 and code.isdigit() else ""
    said = text(name)
    found = places.find(text(commune_code), code, said)
    if found is None:
        return f"{code}\t\t{said}\t"
    return f"{code}\t{found.code}\t{found.name}\t{found.id}"


def commune_alone(name: str) -> str:
    return place("", name)


def place_of_code(postal_code: str, commune_code: str) -> str:
    return place(postal_code, "", commune_code)


def address(*parts: str) -> str:
    """Its parts in their order; nothing when one of them is not diffused."""
    return text(" ".join(filter(None, parts)))


def street_of_address(cell: str) -> str:
    """What stands before the post code: ``35 Avenue Givaudan 05000 Gap``."""
    return _POST_CODE_AND_TOWN.sub("", text(cell))


def place_of_address(cell: str) -> str:
    match = _POST_CODE_AND_TOWN.search(text(cell))
    return place(*match.groups()) if match else "\t\t\t"


def longitude(cell: str) -> str:
    return _degrees(cell, most=180)


def latitude(cell: str) -> str:
    return _degrees(cell, most=90)


def _degrees(cell: str, *, most: int) -> str:
    """Blank for what is no place on Earth."""
    try:
        degrees = float(cell)
    except ValueError:
        return ""
    return f"{degrees:.6f}" if abs(degrees) <= most else ""


def diffused_longitude(cell: str, status: str) -> str:
    """Nothing of a place that is diffused in part."""
    return "" if diffusion(status) == "P" else longitude(cell)


def diffused_latitude(cell: str, status: str) -> str:
    return "" if diffusion(status) == "P" else latitude(cell)


def latitude_longitude(cell: str) -> str:
    """``latitude``, ``longitude`` of ``43.653507, 5.262001``."""
    north, _, east = cell.partition(",")
    return f"{latitude(north)}\t{longitude(east)}"
