"""Strict reading of the values of a JSON object: the error names the key."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

Raw = Mapping[str, Any]

SIREN = re.compile(r"[0-9]{9}")
# NAF rev. 2 and NAF 2025 share this shape; the codes of 1993 and 2003 do not.
NAF = re.compile(r"[0-9]{2}\.?[0-9]{2}[A-Z]")
POSTAL_CODE = re.compile(r"[0-9]{5}")
# No French company comes near: beyond it the amount is a unit error.
AMOUNT_LIMIT = 1e13


class FactError(ValueError):
    """The message begins with the key at fault and quotes the value."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key = key


def refuse_unknown_keys(raw: Raw, allowed: frozenset[str], prefix: str = "") -> None:
    for key in raw:
        if key not in allowed:
            raise FactError(f"{prefix}{key}", "unknown key")


def text(raw: Raw, key: str, where: str = "") -> str | None:
    value = raw.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise FactError(where + key, f"{value!r} is not text")
    return value.strip() or None


def matching(raw: Raw, key: str, pattern: re.Pattern[str], what: str) -> str | None:
    value = text(raw, key)
    if value is not None and not pattern.fullmatch(value):
        raise FactError(key, f"{value!r} is not {what}")
    return value


def number(
    raw: Raw,
    key: str,
    *,
    low: float = -AMOUNT_LIMIT,
    high: float = AMOUNT_LIMIT,
    where: str = "",
) -> float | None:
    value = raw.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FactError(where + key, f"{value!r} is not a number")
    if not math.isfinite(value):
        raise FactError(where + key, f"{value!r} is not a finite number")
    if not low <= value <= high:
        raise FactError(where + key, f"{value!r} is not between {low:g} and {high:g}")
    return value


def whole(raw: Raw, key: str, *, low: int, high: int, where: str = "") -> int | None:
    value = number(raw, key, low=low, high=high, where=where)
    if value is None:
        return None
    if value != int(value):
        raise FactError(where + key, f"{value!r} is not a whole number")
    return int(value)


def flag(raw: Raw, key: str) -> bool | None:
    value = raw.get(key)
    if value is None or isinstance(value, bool):
        return value
    raise FactError(key, f"{value!r} is neither true nor false")


def day(raw: Raw, key: str, where: str = "") -> date | None:
    value = text(raw, key, where)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        problem = f"{value!r} is not an ISO date (YYYY-MM-DD)"
        raise FactError(where + key, problem) from None


def day_or_year(raw: Raw, key: str, where: str = "") -> date | None:
    """A date; registers that publish a year or a month mean its first day."""
    value = raw.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}(-[0-9]{2})?", value):
        value = f"{value}-01" if len(value) == 7 else f"{value}-01-01"
    return day({key: value}, key, where)


def moment(raw: Raw, key: str) -> datetime | None:
    """An aware moment; without an offset it is taken as UTC."""
    value = text(raw, key)
    if value is None:
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise FactError(key, f"{value!r} is not an ISO date-time") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def objects(raw: Raw, key: str) -> tuple[Raw, ...]:
    value = raw.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise FactError(key, "is not a list of objects")
    return tuple(value)
