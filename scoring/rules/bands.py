"""Bands: headcount codes of INSEE, and the words a score is given."""

from typing import Final

# NN is "non-employer, or presumed so for want of data": no headcount is known.
HEADCOUNT_BANDS: Final[dict[str, int | None]] = {
    "NN": None,
    "00": 0,
    "01": 1,
    "02": 3,
    "03": 6,
    "11": 10,
    "12": 20,
    "21": 50,
    "22": 100,
    "31": 200,
    "32": 250,
    "41": 500,
    "42": 1000,
    "51": 2000,
    "52": 5000,
    "53": 10000,
}

GRADES = ((90, "A+"), (80, "A"), (70, "B+"), (60, "B"), (50, "C+"), (40, "C"))
LEVELS = ((85, "excellent"), (70, "very_good"), (55, "good"), (40, "average"))
PRIORITIES = ((80, "HIGH"), (60, "MEDIUM"))
HIGH_VALUE = 75


def _band(score: float, steps: tuple[tuple[int, str], ...], otherwise: str) -> str:
    return next((name for floor, name in steps if score >= floor), otherwise)


def grade(score: float | None) -> str | None:
    return None if score is None else _band(score, GRADES, "D")


def level(score: float | None) -> str:
    """A code; ``wording.level`` has the words (Excellent … Faible, Non évalué)."""
    return "not_rated" if score is None else _band(score, LEVELS, "weak")


def priority(score: float | None) -> str | None:
    return None if score is None else _band(score, PRIORITIES, "LOW")
