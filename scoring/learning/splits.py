"""Folds that never let a model see what it will be asked: later rows, or kin.

With moments, blocks of time: learn on what came before, answer about what came after.
Else with groups, no group on both sides. Else stratified by outcome, and said so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from sklearn.model_selection import KFold, StratifiedGroupKFold, StratifiedKFold

from scoring.learning.arrays import Floats, Indexes, Moments, Texts

TIME: Final = "time"
GROUPED: Final = "grouped"
STRATIFIED: Final = "stratified"
# A fold that would learn from fewer rows of either outcome is left out.
FEWEST: Final = 2


class NoSplit(Exception):
    """These rows cannot be split in two parts that both hold both outcomes."""


@dataclass(frozen=True)
class Fold:
    train: Indexes
    test: Indexes


@dataclass(frozen=True)
class Splits:
    how: str
    folds: tuple[Fold, ...]

    def __iter__(self) -> Iterator[Fold]:
        return iter(self.folds)

    def tested(self) -> Indexes:
        """Rows that some fold answers about, in order."""
        return np.unique(np.concatenate([fold.test for fold in self.folds]))

    def describe(self) -> dict[str, object]:
        sizes = [{"train": len(f.train), "test": len(f.test)} for f in self.folds]
        return {"how": self.how, "folds": sizes}


def make(
    labels: Floats,
    *,
    groups: Texts | None,
    moments: Moments | None,
    count: int,
    seed: int,
) -> Splits:
    """``labels`` are 0/1, or numbers where nothing is stratified."""
    if moments is not None and len(np.unique(moments)) > 1:
        found = Splits(TIME, tuple(_by_time(moments, groups, count)))
    elif groups is not None:
        found = Splits(GROUPED, tuple(_by_group(labels, groups, count, seed)))
    else:
        found = Splits(STRATIFIED, tuple(_by_outcome(labels, count, seed)))
    usable = tuple(fold for fold in found if _holds_both(labels, fold))
    if not usable:
        raise NoSplit(
            "Trop peu de lignes : aucune coupe ne laisse les deux issues de part et "
            "d’autre."
        )
    return Splits(found.how, usable)


def last(
    labels: Floats,
    *,
    groups: Texts | None,
    moments: Moments | None,
    share: float,
    seed: int,
) -> Splits:
    """One fold: the held-out part is the latest, or whole groups drawn by the seed."""
    if moments is not None and len(np.unique(moments)) > 1:
        test = moments > np.quantile(moments.astype("int64"), 1 - share).astype(
            "int64"
        ).astype(moments.dtype)
        if not test.any():
            test = moments == moments.max()
        fold = _apart(np.flatnonzero(~test), np.flatnonzero(test), groups)
        found = Splits(TIME, (fold,))
    else:
        whole = make(
            labels,
            groups=groups,
            moments=None,
            count=max(2, round(1 / share)),
            seed=seed,
        )
        found = Splits(whole.how, whole.folds[:1])
    if not _holds_both(labels, found.folds[0]):
        raise NoSplit("La partie mise de côté ne contient pas les deux issues.")
    return found


def _is_binary(labels: Floats) -> bool:
    return bool(np.isin(labels, (0, 1)).all())


def _holds_both(labels: Floats, fold: Fold) -> bool:
    if not len(fold.train) or not len(fold.test):
        return False
    if not _is_binary(labels):
        return True
    found = labels[fold.train].sum()
    fewest = min(found, len(fold.train) - found)
    return bool(fewest >= FEWEST and len(np.unique(labels[fold.test])) == 2)


def _by_time(moments: Moments, groups: Texts | None, count: int) -> Iterator[Fold]:
    """Blocks of about the same size; rows of one moment stay together."""
    values, places = np.unique(moments, return_inverse=True)
    ends = np.cumsum(np.bincount(places))
    # Blocks are cut where the running count of rows passes each share.
    blocks = np.minimum(((ends - 1) * (count + 1)) // len(moments), count)
    _, blocks = np.unique(blocks, return_inverse=True)
    block = blocks[places]
    for number in range(1, int(block.max()) + 1):
        yield _apart(
            np.flatnonzero(block < number), np.flatnonzero(block == number), groups
        )


def _apart(train: Indexes, test: Indexes, groups: Texts | None) -> Fold:
    """Kin of the later rows do not teach."""
    if groups is not None:
        train = train[~np.isin(groups[train], groups[test])]
    return Fold(train, test)


def _by_group(labels: Floats, groups: Texts, count: int, seed: int) -> Iterator[Fold]:
    _, places = np.unique(groups, return_inverse=True)
    units = int(places.max()) + 1
    if units == len(labels):
        # Everyone is alone: the same thing, without a loop over the groups.
        yield from _by_outcome(labels, count, seed)
        return
    count = min(count, units)
    if count < 2:
        raise NoSplit("Un seul groupe : rien ne peut être mis de côté.")
    strata = labels if _is_binary(labels) else np.zeros(len(labels))
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    for train, test in splitter.split(labels, strata, places):
        yield Fold(train, test)


def _by_outcome(labels: Floats, count: int, seed: int) -> Iterator[Fold]:
    if _is_binary(labels):
        fewest = int(min(labels.sum(), len(labels) - labels.sum()))
        count = min(count, fewest)
        if count < 2:
            raise NoSplit("Une issue n’a qu’une ligne : rien ne peut être comparé.")
        splitter = StratifiedKFold(count, shuffle=True, random_state=seed)
    else:
        count = min(count, len(labels))
        if count < 2:
            raise NoSplit("Une seule ligne : rien ne peut être mis de côté.")
        splitter = KFold(count, shuffle=True, random_state=seed)
    for train, test in splitter.split(labels, labels):
        yield Fold(train, test)
