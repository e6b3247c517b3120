"""How long something may take, in words."""

from django.utils.translation import gettext as _


def between(least_s: float, most_s: float) -> str:
    """« 6 à 9 min »: a range, because nobody knows better."""
    if most_s < 60:
        return _("moins d’une minute")
    unit_s, unit = (3600, "h") if least_s >= 5400 else (60, "min")
    low, high = max(1, int(least_s // unit_s)), -int(-most_s // unit_s)
    if low == high:
        return f"{low}\u00a0{unit}"
    return _("%(low)s à %(high)s\u00a0%(unit)s") % {
        "low": low,
        "high": high,
        "unit": unit,
    }
