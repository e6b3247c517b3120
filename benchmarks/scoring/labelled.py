"""Labelled CSV sets as tables, by one reader for all of them.

NAME.yaml beside NAME.csv[.gz] says what is what; nothing else is known of a set.
What a column holds is decided on the training rows, and kept for the others:

- missing: empty, one of `na`, or a usual word for it (NA, nan, null, none, -);
- a number when 95 % of the known values read as one: spaces and thousands separators,
  a currency or a percent sign, a decimal comma, brackets for a negative; what does not
  read is missing. Digits that begin with a zero are a code, hence a text;
- a date when 95 % read as one: day, month, quarter, or a moment; day or month first,
  whichever reads more. It becomes years before the row's own `date` when the set has
  one, else before the newest date of the training rows; so do the gaps between dates;
- a text else, upper and lower case as they come.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import polars as pl
import yaml

from scoring.learning.arrays import Bools, Moments, Texts
from scoring.learning.table import Table

SHIPPED: Final = Path(__file__).resolve().parent.parent / "ml"
NUMBER, DATE, TEXT = "number", "date", "text"
READABLE: Final = 0.95
MISSING: Final = ("", "na", "n/a", "nan", "inf", "-inf", "null", "none", "-")
# Gaps between more date columns than these would be mostly noise.
MOST_DATES: Final = 5
DAYS_A_YEAR: Final = 365.25
_ISO: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
_DAY_FIRST: Final = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d-%b-%Y")
_MONTH_FIRST: Final = ("%m/%d/%Y", "%m-%d-%Y", "%b %d, %Y")


class BadSet(Exception):
    """The file and its description do not go together."""


@dataclass(frozen=True)
class Spec:
    """What NAME.yaml says."""

    id: str | None
    label: str
    positive: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    date: str | None = None
    group: str | None = None
    drop: tuple[str, ...] = ()
    na: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Self:
        found = yaml.safe_load(path.read_text())
        if not isinstance(found, dict):
            raise BadSet(f"{path.name}: not a mapping")
        unknown = set(found) - set(cls.__dataclass_fields__)
        if unknown:
            raise BadSet(f"{path.name}: unknown keys {', '.join(sorted(unknown))}")
        if not found.get("label") or not found.get("positive"):
            raise BadSet(f"{path.name}: `label` and `positive` are needed")
        return cls(
            id=found.get("id"),
            label=str(found["label"]),
            positive=_texts(found["positive"]),
            exclude=_texts(found.get("exclude")),
            date=found.get("date"),
            group=found.get("group"),
            drop=_texts(found.get("drop")),
            na=_texts(found.get("na")),
        )

    def special(self) -> set[str]:
        """Columns that are no features."""
        named = {self.id, self.label, self.date, self.group} - {None}
        return {str(name) for name in named} | set(self.drop)


@dataclass(frozen=True)
class Part:
    """Some rows of a set. ``names`` identify them; ``dropped`` counts rows without an
    outcome or with an excluded one.
    """

    table: Table
    labels: Bools
    names: Texts | None
    groups: Texts | None
    moments: Moments | None
    dropped: int

    def take(self, rows: Any) -> "Part":
        def of(column: Any) -> Any:
            return None if column is None else column[rows]

        return Part(
            self.table.take(rows),
            self.labels[rows],
            of(self.names),
            of(self.groups),
            of(self.moments),
            self.dropped,
        )

    def kin(self) -> Texts | None:
        """What must not lie on both sides of a split."""
        return self.groups if self.groups is not None else self.names


@dataclass(frozen=True)
class Reader:
    """What each column of the training rows holds."""

    spec: Spec
    kinds: Mapping[str, str]
    day_first: frozenset[str]
    comma: frozenset[str]
    newest: np.datetime64 | None = field(default=None)

    @classmethod
    def learn(cls, raw: pl.DataFrame, spec: Spec) -> Self:
        wanted = {spec.label, spec.id, spec.date, spec.group} - {None}
        absent = wanted - set(raw.columns)
        if absent:
            raise BadSet(f"no column {', '.join(sorted(map(str, absent)))}")
        raw = _known_rows(raw, spec)[0]
        kinds, day_first, comma = {}, set(), set()
        names = [name for name in raw.columns if name not in spec.special()]
        for name in [*names, *([spec.date] if spec.date else [])]:
            column = _cleaned(raw[name], spec.na)
            if _has_decimal_comma(column):
                comma.add(name)
            if _days(column, day_first=True).count() > (
                _days(column, day_first=False).count()
            ):
                day_first.add(name)
            kinds[name] = _kind(column, name in day_first, name in comma)
        made = cls(spec, kinds, frozenset(day_first), frozenset(comma))
        dates = [made._dates(raw, n) for n in names if kinds[n] == DATE]
        known = [
            each[~np.isnat(each)].max() for each in dates if not np.isnat(each).all()
        ]
        return cls(
            spec, kinds, made.day_first, made.comma, max(known) if known else None
        )

    def read(self, raw: pl.DataFrame) -> Part:
        raw, dropped = _known_rows(raw, self.spec)
        outcomes = _is_one_of(raw[self.spec.label], self.spec.positive)
        moments = self._moments(raw)
        if moments is not None and np.isnat(moments).any():
            known = ~np.isnat(moments)
            dropped += int((~known).sum())
            raw, moments = raw.filter(pl.Series(known)), moments[known]
            outcomes = outcomes[known]
        return Part(
            self._table(raw, moments),
            outcomes,
            _names(raw, self.spec.id),
            _names(raw, self.spec.group),
            moments,
            dropped,
        )

    def _table(self, raw: pl.DataFrame, moments: Moments | None) -> Table:
        numeric, categorical, dates = {}, {}, {}
        for name, kind in self.kinds.items():
            if name == self.spec.date:
                continue
            column = self._column(raw, name)
            if kind == NUMBER:
                found = _figures(column, comma=name in self.comma)
                numeric[name] = found.fill_null(float("nan")).to_numpy()
            elif kind == DATE:
                dates[name] = self._dates(raw, name)
            else:
                texts = column.fill_null("").to_list()
                categorical[name] = np.array(texts, dtype=np.str_)
        until = moments if moments is not None else self.newest
        ages = {name: _years(until, date) for name, date in dates.items()}
        gaps = {}
        if len(dates) <= MOST_DATES:
            for one, other in combinations(dates, 2):
                gaps[f"{one} → {other}"] = _gap(dates[one], dates[other], moments)
        return Table(
            {**numeric, **ages, **gaps},
            categorical,
            frozenset(ages) if moments is not None else frozenset(),
        )

    def _column(self, raw: pl.DataFrame, name: str) -> pl.Series:
        if name not in raw.columns:
            raise BadSet(f"no column {name}")
        return _cleaned(raw[name], self.spec.na)

    def _dates(self, raw: pl.DataFrame, name: str) -> Moments:
        column = self._column(raw, name)
        days = _days(column, day_first=name in self.day_first)
        return days.to_numpy().astype("datetime64[D]")

    def _moments(self, raw: pl.DataFrame) -> Moments | None:
        """A year alone stands for its last day."""
        name = self.spec.date
        if name is None:
            return None
        if self.kinds[name] != NUMBER:
            return self._dates(raw, name)
        years = _figures(self._column(raw, name), comma=False)
        if years.drop_nulls().is_between(1900, 2200).all():
            texts = [None if y is None else f"{y:.0f}-12-31" for y in years]
            return np.array(texts, dtype="datetime64[D]")
        raise BadSet(f"`date`: {name} holds neither dates nor years")


def load(path: Path) -> pl.DataFrame:
    """Every value as the text it is; spaces around names are not part of them."""
    raw = pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True)
    return raw.rename({name: name.strip() for name in raw.columns})


def sets(folder: Path) -> dict[str, Path]:
    """NAME.csv and NAME.csv.gz, by name."""
    found = sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")])
    return {path.name.removesuffix(".gz").removesuffix(".csv"): path for path in found}


def spec_of(name: str, folder: Path) -> Spec | None:
    """Beside the file first, then what is shipped."""
    for place in (folder, SHIPPED):
        path = place / f"{name}.yaml"
        if path.exists():
            return Spec.read(path)
    return None


def _texts(found: Any) -> tuple[str, ...]:
    if found is None:
        return ()
    values = found if isinstance(found, list) else [found]
    return tuple(_plain(str(value)) for value in values)


def _plain(value: str) -> str:
    """1 and 1.0 are the same outcome."""
    return re.sub(r"\.0+$", "", value.strip())


def _is_one_of(column: pl.Series, values: Iterable[str]) -> Bools:
    wanted = set(values)
    return np.array([_plain(v or "") in wanted for v in column.to_list()], dtype=bool)


def _known_rows(raw: pl.DataFrame, spec: Spec) -> tuple[pl.DataFrame, int]:
    label = _cleaned(raw[spec.label], spec.na)
    kept = label.is_not_null().to_numpy() & ~_is_one_of(raw[spec.label], spec.exclude)
    return raw.filter(pl.Series(kept)), int((~kept).sum())


def _names(raw: pl.DataFrame, column: str | None) -> Texts | None:
    if column is None:
        return None
    return np.array(raw[column].fill_null("").to_list(), dtype=np.str_)


def _years(until: Any, since: Moments) -> Any:
    days = (until - since).astype("timedelta64[D]")
    return np.where(np.isnat(days), np.nan, days.astype(float) / DAYS_A_YEAR)


def _gap(since: Moments, until: Moments, moments: Moments | None) -> Any:
    """Unknown as long as one of the two is still to come."""
    years = _years(until, since)
    if moments is None:
        return years
    return np.where((since > moments) | (until > moments), np.nan, years)


def _cleaned(column: pl.Series, na: Sequence[str]) -> pl.Series:
    texts = column.cast(pl.String).str.strip_chars()
    gone = texts.str.to_lowercase().is_in(list(MISSING)) | texts.is_in(list(na))
    return pl.select(pl.when(gone).then(None).otherwise(texts)).to_series()


def _has_decimal_comma(column: pl.Series) -> bool:
    """1234,5 and no point anywhere; 1,234 is a thousand."""
    decimal = column.str.contains(r"^-?\d[\d\s]*,(\d{1,2}|\d{4,})$").sum()
    grouped = column.str.contains(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$").sum()
    pointed = column.str.contains(r"\d\.\d").sum()
    return bool(decimal > grouped and not pointed)


def _figures(column: pl.Series, *, comma: bool) -> pl.Series:
    texts = column.str.replace_all(r"[\s$€£%]", "")
    texts = texts.str.replace(r"^\((.*)\)$", "-$1")
    if comma:
        texts = texts.str.replace(",", ".", literal=True)
    else:
        # Only in groups of three: 12,5 is not 125.
        grouped = texts.str.contains(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")
        plain = texts.str.replace_all(",", "", literal=True)
        texts = pl.select(pl.when(grouped).then(plain).otherwise(texts)).to_series()
    found = texts.cast(pl.Float64, strict=False)
    return pl.select(pl.when(found.is_finite()).then(found)).to_series()


def _days(column: pl.Series, *, day_first: bool) -> pl.Series:
    texts = column.str.replace(r"^(\d{4})-Q([1-4])$", "$1-0$2-Q")
    # A quarter stands for its first month, a month for its first day.
    for quarter, month in (("01", "01"), ("02", "04"), ("03", "07"), ("04", "10")):
        texts = texts.str.replace(rf"^(\d{{4}})-{quarter}-Q$", f"${{1}}-{month}")
    texts = texts.str.replace(r"^(\d{4}-\d{2})$", "$1-01")
    texts = texts.str.replace(
        r"(\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$", "$1"
    )
    found = pl.Series([None] * len(texts), dtype=pl.Date)
    for each in (*_ISO, *(_DAY_FIRST if day_first else _MONTH_FIRST)):
        if "%H" in each:
            days = texts.str.to_datetime(each, strict=False).cast(pl.Date)
        else:
            days = texts.str.to_date(each, strict=False)
        found = pl.select(pl.coalesce(found, days)).to_series()
    return found


def _kind(column: pl.Series, day_first: bool, comma: bool) -> str:
    known = column.drop_nulls()
    if not len(known):
        return TEXT
    if known.str.contains(r"^0\d+$").any():
        return TEXT
    if _figures(known, comma=comma).count() >= READABLE * len(known):
        return NUMBER
    if _days(known, day_first=day_first).count() >= READABLE * len(known):
        return DATE
    return TEXT
