"""What the register says of many companies, and how fresh what is known of them is."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from scoring.bulk import wire
from scoring.bulk.choice import Choice
from scoring.bulk.wire import Column, Texts
from scoring.rules import roles
from scoring.rules.arrays import Bools, Floats, Indexes
from scoring.rules.bands import HEADCOUNT_BANDS
from scoring.rules.reading import NAF

# By the calendar of Paris, as ages of data are counted.
_NEWEST: Final = "(coalesce(newest, registered_at) AT TIME ZONE 'Europe/Paris')::date"
# A code of another nomenclature would be read as a sector that it is not.
NAF_CODE: Final = (
    f"CASE WHEN naf_code ~ '^{NAF.pattern}$' THEN replace(naf_code, '.', '') END"
)
COLUMNS: Final = (
    Column("siren", "int", "siren"),
    Column("name", "text", "coalesce(nullif(name, ''), trade_name)"),
    Column("has_legal_form", "bool", "legal_form <> ''"),
    Column("naf", "text", NAF_CODE),
    Column("department", "text", "left(postal_code, 2)"),
    Column("band", "text", "headcount_band"),
    Column("created_on", "int", wire.ORDINAL.format("created_on")),
    Column("closed_on", "int", wire.ORDINAL.format("closed_on")),
    Column("is_active", "bool", "is_active"),
    Column("is_partial", "bool", "diffusion = 'P'"),
    Column("retrieved_on", "int", wire.ORDINAL.format(_NEWEST)),
)
# The bounds are said twice: PostgreSQL does not carry a range across an equality.
_SOURCE: Final = """
    FROM company LEFT JOIN (
        SELECT siren AS whose, max(retrieved_at) AS newest FROM source_reading
        WHERE siren {chosen} GROUP BY siren
    ) AS readings ON whose = siren
    WHERE siren {chosen} {only} ORDER BY siren
"""
_TARGETS: Final = (
    "AND EXISTS (SELECT FROM target t WHERE t.siren = company.siren AND t.siren {})"
)


@dataclass(frozen=True, slots=True)
class Register:
    """In the order of ``sirens``, which rise."""

    sirens: Indexes
    name: Texts
    naf: Texts
    department: Texts
    has_legal_form: Bools
    headcount_floor: Floats
    created_on: Floats
    is_closed: Bools
    is_partial: Bools
    data_age_days: Floats


def read(choice: Choice, as_of: date) -> Register:
    only = _TARGETS.format(choice.sql) if choice.only_targets else ""
    table = wire.read(COLUMNS, _SOURCE.format(chosen=choice.sql, only=only))
    today = as_of.toordinal()
    return Register(
        sirens=table["siren"].astype(np.int64),
        name=table["name"],
        naf=table["naf"],
        department=table["department"],
        has_legal_form=table["has_legal_form"],
        headcount_floor=table["band"].mapped(_floor, float),
        created_on=_days(table["created_on"]),
        # Closed on an unknown day is closed.
        is_closed=~table["is_active"] & (table["closed_on"] <= today),
        is_partial=table["is_partial"],
        data_age_days=np.maximum(0.0, today - table["retrieved_on"].astype(float)),
    )


def _floor(band: str) -> float:
    floor = HEADCOUNT_BANDS.get(band)
    return np.nan if floor is None else floor


def _days(column: Indexes) -> Floats:
    return np.where(column == wire.UNKNOWN, np.nan, column.astype(float))


def has_keyword(name: Texts, keywords: tuple[str, ...]) -> Bools:
    """The words are looked for without case nor accents.

    ``roles.fold`` is Python's and takes a name at a time: it is asked for names that
    hold anything but ASCII.
    """
    if not keywords or not len(name):
        return np.zeros(len(name), bool)
    names = pl.Series(pl.from_arrow(name.distinct))
    is_plain = (names.str.len_bytes() == names.str.len_chars()).to_numpy()
    found = names.str.to_lowercase().str.contains_any(list(keywords)).to_numpy()
    found = found & is_plain
    for number in np.flatnonzero(~is_plain):
        folded = roles.fold(names[int(number)])
        found[number] = any(word in folded for word in keywords)
    distinct: Bools = found
    return distinct[name.codes]
