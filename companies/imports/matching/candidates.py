"""Which companies each row may be about: one reading of the register for all rows.

A row and a company meet when they share a key: the whole name, its beginning, or one
of the rarest words of the row, with the département when the word is common. Between
batches only the best few of each row are kept, so that memory is that of a batch and
of the rows, whatever the register.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from companies.imports.matching import names, register
from companies.imports.matching.likeness import CUT_AT, Frequencies
from companies.imports.matching.spots import NOWHERE, Spot

# Companies kept of each row until they are compared.
MOST: Final = 8
# Keys of a row by its words.
RAREST: Final = 3
# A word of more companies than that finds none without its département.
COMMON: Final = 400
# Of the rarest word of a row; the others then only narrow what it found.
COMMON_NEAR: Final = 100_000
COMMON_BESIDE: Final = 8000
_BEGINNING: Final = 7
_CUT: Final = 20
# A word found in the same département counts more.
_NEAR_BONUS: Final = 1.25


@dataclass(frozen=True, slots=True)
class Sought:
    """One row: its names, the likeliest first, and where it is; ``place`` as read."""

    line: int
    names: tuple[str, ...]
    spot: Spot = field(default=NOWHERE)
    place: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """``pairs`` has line and siren; ``companies`` their rows of the register, and
    ``split`` their names; ``asked`` the names of the rows."""

    pairs: pl.DataFrame
    companies: pl.DataFrame
    split: pl.DataFrame
    asked: pl.DataFrame
    known: Frequencies
    near: Counter[str]


def find(rows: Sequence[Sought], *, beat: Callable[[int], None] | None = None) -> Found:
    """The companies that share enough with each row, the likeliest few.

    ``beat`` is told after each batch how many companies were looked at.
    """
    asked = _asked(rows)
    wanted = asked.select(word=pl.col("words").explode()).unique()
    total = register.size()
    common = _count((register.split(b) for b in register.sample(total)), wanted)
    keys = _keys_of_rows(asked, common, total)
    best, told, counts, near, seen = _EMPTY, [], Counter[str](), Counter[str](), 0
    for batch in register.batches():
        split = register.split(batch)
        counts.update(_count([split], wanted))
        near.update(dict(batch["department"].value_counts().iter_rows()))
        seen += len(batch)
        met = _meet(split, keys)
        best = _best(pl.concat([best, met]))
        told.append(_rows_of(met, batch))
        if len(told) > _BATCHES_HELD:
            told = [_still(best, told)]
        if beat is not None:
            beat(seen)
    companies = _still(best, told)
    return Found(
        pairs=best,
        companies=companies,
        split=register.split(companies),
        asked=asked,
        known=Frequencies(max(seen, 1), counts),
        near=near,
    )


_EMPTY: Final = pl.DataFrame(
    schema={"line": pl.Int64, "siren": pl.Int32, "weight": pl.Float64}
)
_BATCHES_HELD: Final = 8


def _asked(rows: Sequence[Sought]) -> pl.DataFrame:
    table = pl.DataFrame(
        {
            "line": [row.line for row in rows for _name in row.names],
            "text": [name for row in rows for name in row.names],
            "department": [row.spot.department for row in rows for _name in row.names],
        },
        schema={"line": pl.Int64, "text": pl.String, "department": pl.String},
    )
    return names.split_table(register.parted(table), "text")


def _count(splits: Iterable[pl.DataFrame], wanted: pl.DataFrame) -> Counter[str]:
    """In how many names each of these words stands."""
    found: Counter[str] = Counter()
    for split in splits:
        words = split.select("siren", word=pl.col("words")).explode("word")
        here = words.join(wanted, on="word", how="semi").unique()
        found.update(dict(here["word"].value_counts().iter_rows()))
    return found


def _keys_of_rows(
    asked: pl.DataFrame, common: Counter[str], total: int
) -> pl.DataFrame:
    """``key`` and ``weight`` by line; a weight is what the key tells, about."""
    scale = max(total / register.SAMPLE, 1.0)
    frequency = pl.DataFrame(
        {"word": list(common), "count": [n * scale for n in common.values()]},
        schema={"word": pl.String, "count": pl.Float64},
    )
    words = (
        asked.select("line", "department", word=pl.col("words"))
        .explode("word")
        .unique()
        .join(frequency, on="word", how="left")
        .with_columns(pl.col("count").fill_null(0.0))
        .sort("line", "count", "word")
    )
    rarest = words.group_by("line", maintain_order=True).head(RAREST)
    tells = ((total + 1) / (pl.col("count") + 1)).log(2).clip(1.0)
    alone = rarest.filter(pl.col("count") <= COMMON).select(
        "line", key=pl.col("word"), weight=tells
    )
    is_first = pl.int_range(pl.len()).over("line") == 0
    most = pl.when(is_first).then(COMMON_NEAR).otherwise(COMMON_BESIDE)
    is_counted = pl.col("count") <= COMMON
    share = pl.when(is_counted).then(_NEAR_BONUS - 1).otherwise(_NEAR_BONUS)
    near = rarest.filter((pl.col("department") != "") & (pl.col("count") <= most))
    near = near.select(
        "line",
        key=pl.concat_str("word", pl.lit("|"), "department"),
        weight=tells * share,
    )
    return pl.concat([alone, near, _whole_keys(asked, weight=40.0)]).unique(
        ["line", "key"]
    )


def _whole_keys(split: pl.DataFrame, *, weight: float) -> pl.DataFrame:
    """Keys of names, not of words: whole, cut, and their beginning in a place."""
    owner = "line" if "line" in split.columns else "siren"
    compact, fold = pl.col("compact"), pl.col("fold")
    whole = split.select(owner, key="=" + compact, weight=pl.lit(weight))
    cut = split.filter(fold.str.len_chars() >= CUT_AT).select(
        owner, key="<" + fold.str.head(_CUT), weight=pl.lit(weight / 2)
    )
    begun = split.filter(
        (compact.str.len_chars() >= _BEGINNING) & (pl.col("department") != "")
    ).select(
        owner,
        key="~" + compact.str.head(_BEGINNING) + "|" + pl.col("department"),
        weight=pl.lit(weight / 4),
    )
    return pl.concat([whole, cut, begun])


def _meet(split: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Rows and companies of a batch that share keys, with what the keys weigh."""
    words = split.select("siren", "department", key=pl.col("words")).explode("key")
    wanted = keys.select(pl.col("key").str.extract(r"^([^|=<~]+)", 1)).unique()
    words = words.join(wanted, on="key", how="semi")
    near = words.select("siren", key=pl.concat_str("key", pl.lit("|"), "department"))
    whole = _whole_keys(split, weight=0.0).select("siren", "key")
    theirs = pl.concat([words.select("siren", "key"), near, whole]).unique()
    met = keys.join(theirs, on="key")
    return met.group_by("line", "siren").agg(pl.col("weight").sum())


def _best(pairs: pl.DataFrame) -> pl.DataFrame:
    ordered = pairs.sort("line", "weight", "siren", descending=[False, True, False])
    return ordered.group_by("line", maintain_order=True).head(MOST)


def _rows_of(pairs: pl.DataFrame, batch: pl.DataFrame) -> pl.DataFrame:
    return batch.join(pairs.select("siren").unique(), on="siren", how="semi")


def _still(best: pl.DataFrame, told: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Of the companies met so far, those that some row still keeps."""
    if not told:
        return pl.DataFrame(schema=register.SCHEMA)
    return _rows_of(best, pl.concat(told))
