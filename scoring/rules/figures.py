"""Numbers as sentences show them, in French or English typography."""

import math
from typing import Literal

Lang = Literal["fr", "en"]

NBSP = "\u00a0"
NARROW_NBSP = "\u202f"
MINUS = "\u2212"


def decimal(value: float, lang: Lang, places: int = 1) -> str:
    """No trailing zeros: 15 rather than 15.0; a true minus sign."""
    text = f"{abs(value):,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if lang == "fr":
        text = text.replace(",", NARROW_NBSP).replace(".", ",")
    is_negative = value < 0 and any(c in "123456789" for c in text)
    return f"{MINUS}{text}" if is_negative else text


def percent(value: float, lang: Lang) -> str:
    gap = NBSP if lang == "fr" else ""
    return f"{decimal(value, lang)}{gap}%"


def euros(value: float, lang: Lang) -> str:
    """In thousands or millions: 850 k€, 12,4 M€."""
    for scale, unit in ((1e9, "Md€" if lang == "fr" else "bn€"), (1e6, "M€")):
        if abs(value) >= scale:
            return f"{decimal(value / scale, lang)}{NBSP}{unit}"
    return f"{decimal(value / 1e3, lang, 0)}{NBSP}k€"


def counted(value: float, one: str, many: str, lang: Lang) -> str:
    """A whole number and its noun; French takes the plural from two on."""
    whole = math.floor(value)
    is_plural = whole >= 2 if lang == "fr" else whole != 1
    return f"{decimal(whole, lang, 0)}{NBSP}{many if is_plural else one}"


def signed(value: float, lang: Lang) -> str:
    return ("+" if value > 0 else "") + decimal(value, lang)


def ordinal(value: float, lang: Lang) -> str:
    whole = math.floor(value + 0.5)
    if lang == "fr":
        return f"{whole}{'er' if whole == 1 else 'ᵉ'}"
    if whole % 100 in (11, 12, 13):
        return f"{whole}th"
    return f"{whole}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(whole % 10, 'th') }"
