"""How alike two names are, from 0 to 1, by what their words tell.

A rare word tells more than a common one. A word cut short, abbreviated or mistyped
counts for most of itself; what only one of the names has counts against.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from companies.imports.matching.names import ALIKE, FAMILY_OF, KIN

# Old files cut names at 38 characters, some at 30 or 32.
CUT_AT: Final = 28
# A cut name may be of several: their beginnings are the same.
CUT, INITIALS = 0.97, 0.7
SHORTENED, ABBREVIATED, MISTYPED = 0.9, 0.8, 0.85
# Its own town in a name says where, not who.
_TOWN: Final = 0.15
# As if so many companies were known besides: in a small register, too, a word is
# rare or common by what words are.
_SMOOTHING: Final = 200_000


@dataclass(frozen=True, slots=True)
class Name:
    """One of the names of a row or company, as ``names.split_table`` splits it."""

    text: str
    fold: str
    words: tuple[str, ...]
    compact: str
    forms: tuple[str, ...] = ()

    @property
    def families(self) -> frozenset[str]:
        return _families(self.forms)


@lru_cache(maxsize=4096)
def _families(forms: tuple[str, ...]) -> frozenset[str]:
    return frozenset(FAMILY_OF[form] for form in forms)


@dataclass(frozen=True, slots=True)
class Likeness:
    """``bits`` is what the words in common tell; ``is_apart``: something in one of
    the names says that it is another company of the same family."""

    value: float
    bits: float
    how: str
    is_apart: bool = False


@dataclass(frozen=True, slots=True)
class Frequencies:
    """In how many of ``total`` companies' names each word stands."""

    total: int
    counts: Mapping[str, int]
    _told: dict[str, float] = field(default_factory=dict, repr=False)

    def bits(self, word: str) -> float:
        """What the word tells, were it of others than the company looked at."""
        told = self._told.get(word)
        if told is None:
            others = max(self.counts.get(word, 0) - 1, 0) + 0.5
            told = math.log2((self.total + _SMOOTHING) / others)
            self._told[word] = told
        return told


def compare(
    sought: Name, other: Name, known: Frequencies, towns: Collection[str] = ()
) -> Likeness:
    """Of a row's name and one of a company's; ``towns`` are the words of its place."""
    if sought.compact == other.compact:
        return Likeness(1.0, _total(sought.words, known), "same")
    if _is_cut(sought, other):
        return Likeness(CUT, _total(sought.words, known), "cut")
    return _by_words(sought, other, known, frozenset(towns))


def _is_cut(sought: Name, other: Name) -> bool:
    short, long = sorted((sought.fold, other.fold), key=len)
    return len(short) >= CUT_AT and long.startswith(short)


def _by_words(
    sought: Name, other: Name, known: Frequencies, towns: frozenset[str]
) -> Likeness:
    mine, theirs = set(sought.words), set(other.words)
    same = mine & theirs
    left, right = mine - same, theirs - same
    pairs = _pair(left, right)
    common = sum(known.bits(word) for word in same)
    near = sum(share * known.bits(word) for word, _other, share in pairs)
    left -= {word for word, _other, _share in pairs}
    right -= {other for _word, other, _share in pairs}
    if not same and not pairs:
        return _initials(sought, other, known)
    alone = sum(
        known.bits(word) * (_TOWN if word in towns else 1.0) for word in left | right
    )
    lost = sum((1 - share) * known.bits(word) for word, _other, share in pairs)
    whole = 2 * (common + near + lost) + alone
    return Likeness(
        2 * (common + near) / whole if whole else 0.0,
        common + near,
        "near" if alone or pairs else "order",
        is_apart=_says_another(left | right),
    )


def _says_another(alone: Collection[str]) -> bool:
    return any(word in KIN or any(map(str.isdigit, word)) for word in alone)


def _initials(sought: Name, other: Name, known: Frequencies) -> Likeness:
    """« C C I » of « Chambre de commerce et d’industrie »."""
    for short, long in ((sought, other), (other, sought)):
        first = "".join(word[0] for word in long.words)
        if len(first) > 2 and short.compact == first:
            return Likeness(INITIALS, _total(short.words, known) / 2, "initials")
    return Likeness(0.0, 0.0, "")


def _total(words: Sequence[str], known: Frequencies) -> float:
    return sum(known.bits(word) for word in set(words))


def _pair(
    left: Collection[str], right: Collection[str]
) -> list[tuple[str, str, float]]:
    """Words that are one another's short or wrong spelling, the likest first."""
    found = [
        (share, word, other)
        for word in left
        for other in right
        if (share := _share(word, other))
    ]
    pairs: list[tuple[str, str, float]] = []
    taken: set[tuple[int, str]] = set()
    for share, word, other in sorted(found, key=lambda each: (-each[0], *each[1:])):
        if (0, word) not in taken and (1, other) not in taken:
            taken |= {(0, word), (1, other)}
            pairs.append((word, other, share))
    return pairs


def _share(one: str, other: str) -> float:
    short, long = sorted((one, other), key=len)
    if short[0] != long[0] or any(map(str.isdigit, long)):
        return 0.0
    if len(short) >= 3 and long.startswith(short):
        return SHORTENED
    if len(short) >= 5 and _is_mistyped(short, long):
        return MISTYPED
    return ABBREVIATED if _is_abbreviated(short, long) else 0.0


def _is_abbreviated(short: str, long: str) -> bool:
    """« CTRE » of « CENTRE »: its letters in their order, the last one too."""
    if not 3 <= len(short) <= len(long) - 2 or short[-1] != long[-1]:
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


def _is_mistyped(short: str, long: str) -> bool:
    """One letter more, or another, or two in each other's place."""
    if len(long) - len(short) > 1:
        return False
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    swapped = short[start + 1 : start + 2] + short[start : start + 1]
    return (
        short[start + 1 :] == long[start + 1 :]
        or swapped + short[start + 2 :] == long[start:]
    )


def are_apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Forms of both are known, and no company has both."""
    if not one or not other or one & other:
        return False
    return not any(frozenset({a, b}) in ALIKE for a in one for b in other)
