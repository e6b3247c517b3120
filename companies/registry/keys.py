"""SIREN and SIRET keys, checked by table: a stock file has forty million of them.

The rules are those of ``mainsite.lib.siren``, which is asked whenever the table says
no; La Poste's sites are valid by a rule of their own.
"""

from mainsite.lib import siren as rules


def _doubled(digit: int) -> int:
    return 2 * digit - 9 if digit > 4 else 2 * digit


def _sums(doubles: tuple[int, ...]) -> dict[str, int]:
    """Luhn sum of each group of digits, those at ``doubles`` counted twice."""
    width = len(doubles)
    sums = {}
    for number in range(10**width):
        text = f"{number:0{width}d}"
        sums[text] = sum(
            _doubled(int(digit)) if twice else int(digit)
            for digit, twice in zip(text, doubles, strict=True)
        )
    return sums


_OUTER = _sums((0, 1, 0))
_INNER = _sums((1, 0, 1))
_TAIL = _sums((1, 0))
_NOBODY = "000000000"


def is_siren(text: str) -> bool:
    try:
        total = _OUTER[text[:3]] + _INNER[text[3:6]] + _OUTER[text[6:]]
    except KeyError:
        return False
    return total % 10 == 0 and text != _NOBODY


def is_siret(text: str) -> bool:
    """Fourteen digits with two right keys, or a site of La Poste."""
    if not is_siren(text[:9]):
        return False
    try:
        total = (
            _INNER[text[:3]]
            + _OUTER[text[3:6]]
            + _INNER[text[6:9]]
            + _OUTER[text[9:12]]
            + _TAIL[text[12:]]
        )
    except KeyError:
        return False
    return total % 10 == 0 or rules.is_valid_siret(text)
