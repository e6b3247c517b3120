"""Numbers, dates and identifiers as they are read on screen, in French or English.

Every function is pure and takes the language; U+00A0 is the only thin space both
typefaces have, and the minus is U+2212.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

NBSP = "\u00a0"
MINUS = "\u2212"
PARIS = ZoneInfo("Europe/Paris")
MONTHS = {
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
SHORT_MONTHS = {
    "fr": (
        *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
        *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
    ),
    "en": (
        *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
        *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ),
}

Number = int | float | Decimal


def is_english(language: str | None) -> bool:
    return (language or "fr").startswith("en")


@lru_cache(maxsize=4096)
def number(
    value: Number, *, decimals: int = 0, signed: bool = False, language: str = "fr"
) -> str:
    """The value rounded half up, grouped in threes; a signed zero carries no sign."""
    step = Decimal(1).scaleb(-decimals)
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    rounded = exact.quantize(step, ROUND_HALF_UP)
    text = f"{abs(rounded):,.{decimals}f}"
    if not is_english(language):
        text = text.replace(",", NBSP).replace(".", ",")
    if rounded < 0:
        return MINUS + text
    return "+" + text if signed and rounded else text


def euros(
    value: Number, *, cents: bool = False, signed: bool = False, language: str = "fr"
) -> str:
    """« 1 234 567 € », in English « €1,234,567 »."""
    text = number(value, decimals=2 if cents else 0, signed=signed, language=language)
    if not is_english(language):
        return f"{text}{NBSP}€"
    sign = text[0] if text[0] in f"+{MINUS}" else ""
    return f"{sign}€{text[len(sign) :]}"


def meuros(
    value: Number, *, decimals: int = 1, signed: bool = False, language: str = "fr"
) -> str:
    """Euros told in millions, without the unit: a column head or a sentence says it."""
    millions = Decimal(str(value)) / 1_000_000
    return number(millions, decimals=decimals, signed=signed, language=language)


def percent(
    ratio: Number, *, decimals: int = 1, signed: bool = False, language: str = "fr"
) -> str:
    """A ratio as a percentage: 0.076 is « 7,6 % »."""
    hundredths = Decimal(str(ratio)) * 100
    text = number(hundredths, decimals=decimals, signed=signed, language=language)
    return f"{text}%" if is_english(language) else f"{text}{NBSP}%"


def siren(value: str | int) -> str:
    """Nine digits in threes; anything else is shown exactly as it was read."""
    text = f"{value:09d}" if isinstance(value, int) else value
    if len(text) != 9 or not text.isdecimal():
        return text
    return f"{text[:3]}{NBSP}{text[3:6]}{NBSP}{text[6:]}"


def _in_paris(value: date) -> date:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(PARIS)
    return value


def _date(value: date, months: Mapping[str, Sequence[str]], language: str) -> str:
    value = _in_paris(value)
    if is_english(language):
        return f"{value.day}{NBSP}{months['en'][value.month - 1]} {value.year}"
    day = "1er" if value.day == 1 else str(value.day)
    return f"{day}{NBSP}{months['fr'][value.month - 1]} {value.year}"


def long_date(value: date, *, language: str = "fr") -> str:
    """« 22 novembre 2026 »; an aware moment is told in Paris time."""
    return _date(value, MONTHS, language)


def short_date(value: date, *, language: str = "fr") -> str:
    """« 22 nov. 2026 », for dated lists."""
    return _date(value, SHORT_MONTHS, language)


def clock_time(value: datetime, *, language: str = "fr") -> str:
    """« 18 h 04 », in English « 18:04 »."""
    moment = value.astimezone(PARIS) if value.tzinfo is not None else value
    if is_english(language):
        return f"{moment:%H:%M}"
    return f"{moment.hour}{NBSP}h{NBSP}{moment:%M}"


def moment(value: datetime, *, language: str = "fr") -> str:
    """« 22 novembre 2026 à 18 h 04 »."""
    joint = "at" if is_english(language) else "à"
    day = long_date(value, language=language)
    return f"{day} {joint}{NBSP}{clock_time(value, language=language)}"


def years(count: int, *, language: str = "fr") -> str:
    """« 64 ans », « 1 an »."""
    if is_english(language):
        word = "year" if abs(count) == 1 else "years"
    else:
        word = plural(count, "an", "ans")
    return f"{number(count, language=language)}{NBSP}{word}"


def plural(count: Number, one: str, many: str) -> str:
    """The French rule: 0, 1 and 1,9 are singular."""
    return one if -2 < count < 2 else many
