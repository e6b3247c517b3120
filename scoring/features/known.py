"""The facts of many companies as they were known on a day, for the model and the rules.

Nothing dated after the day is read. What a source published before it was read by us
counts from its publication (``PUBLIC``), or only from our own reading (``HELD``).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

import numpy as np
from django.utils import timezone

from scoring.bulk import accounts, events, groups, officers, wire
from scoring.bulk.choice import Choice
from scoring.bulk.groups import NOWHERE
from scoring.bulk.register import NAF_CODE, Register
from scoring.bulk.source import Known
from scoring.bulk.wire import Column, Texts
from scoring.rules.arrays import Bools, Floats, Indexes
from scoring.rules.bands import HEADCOUNT_BANDS

# Accounts whose filing was not announced count as public so long after their closing:
# six months to approve them, two to file them.
DELAY_MONTHS: Final = 8
# An announcement of filing is of the exercise that closed so many days before: sooner
# it is of the one before, later of the one after.
FILED_AFTER_DAYS: Final = (60, 425)
# The band of a year is published in the course of the second year after.
BAND_YEARS: Final = 2
RECENT_DAYS: Final = 3 * 365


class Knowledge(StrEnum):
    """Since when a fact that we hold counts as known."""

    PUBLIC = "public"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class More:
    """What the model reads and the rules do not; in the order of the SIRENs."""

    ebitda: Floats
    financial_debt: Floats
    band: Texts
    legal_form: Texts
    commune: Texts
    emails: Floats
    phones: Floats
    notices: Floats


@dataclass(frozen=True, slots=True)
class KnownAt:
    facts: Known
    more: More

    def __len__(self) -> int:
        return len(self.facts)

    @property
    def sirens(self) -> Indexes:
        return self.facts.sirens


def read(
    choice: Choice, as_of: date, *, knowledge: Knowledge = Knowledge.PUBLIC
) -> KnownAt:
    """Five queries, six of a day in the past, whatever the number of companies."""
    day = f"'{as_of:%Y-%m-%d}'::date"
    # All that is stored today is held today.
    is_past = as_of < timezone.localdate()
    register, band, legal_form, commune = _register(choice, as_of, day, is_past)
    sirens = register.sirens
    filed = _accounts(choice, as_of, knowledge if is_past else None)
    exercises = accounts.reduce(filed, sirens)
    offices = wire.read(
        officers.COLUMNS, _officers_source(choice, day, knowledge if is_past else None)
    )
    who = officers.people(offices, sirens, register.is_partial, as_of)
    notices = wire.read(events.COLUMNS, _events_source(choice, day))
    facts = Known(
        as_of=as_of,
        register=register,
        exercises=exercises,
        events=events.reduce(notices, sirens, as_of),
        people=who,
        leadership=officers.leadership(who, as_of),
        has_holding=officers.has_holding(offices, sirens),
    )
    emails, phones = _contacts(choice, sirens, day)
    more = More(
        ebitda=groups.take(filed["ebitda"], exercises.last),
        financial_debt=groups.take(filed["financial_debt"], exercises.last),
        band=band,
        legal_form=legal_form,
        commune=commune,
        emails=emails,
        phones=phones,
        notices=_recent(notices, sirens, as_of),
    )
    return KnownAt(facts, more)


# The register

_REGISTER: Final = (
    Column("siren", "int", "siren"),
    Column("name", "text", "coalesce(nullif(name, ''), trade_name)"),
    Column("legal_form", "text", "legal_form"),
    Column("naf", "text", NAF_CODE),
    Column("department", "text", "left(postal_code, 2)"),
    Column("commune", "text", "commune_code"),
    Column("is_active", "bool", "is_active"),
    Column("is_partial", "bool", "diffusion = 'P'"),
)


def _register(
    choice: Choice, as_of: date, day: str, is_past: bool
) -> tuple[Register, Texts, Texts, Texts]:
    """Place, activity and legal form are those of now: no source dates them."""
    is_known = (
        f"registered_at::date <= {day} OR headcount_year + {BAND_YEARS}"
        f" <= extract(year FROM {day})"
        if is_past
        else "true"
    )
    columns = (
        *_REGISTER,
        Column("band", "text", f"CASE WHEN {is_known} THEN headcount_band END"),
        Column("created_on", "int", wire.ORDINAL.format(_before("created_on", day))),
        Column("closed_on", "int", wire.ORDINAL.format(_before("closed_on", day))),
    )
    source = f"FROM company WHERE siren {choice.sql} ORDER BY siren"
    table = wire.read(columns, source)
    created, closed = table["created_on"], table["closed_on"]
    # Closed on an unknown day is closed now; when it was not is not known.
    is_closed = closed != wire.UNKNOWN
    if not is_past:
        is_closed |= ~table["is_active"]
    count = len(table["siren"])
    register = Register(
        sirens=table["siren"].astype(np.int64),
        name=table["name"],
        naf=table["naf"],
        department=table["department"],
        has_legal_form=table["legal_form"].mapped(bool, bool),
        headcount_floor=table["band"].mapped(_floor, float),
        created_on=np.where(created == wire.UNKNOWN, np.nan, created.astype(float)),
        is_closed=is_closed,
        is_partial=table["is_partial"],
        data_age_days=np.zeros(count),
    )
    return register, table["band"], table["legal_form"], table["commune"]


def _before(column: str, day: str) -> str:
    return f"(CASE WHEN {column} <= {day} THEN {column} END)"


def _floor(band: str) -> float:
    floor = HEADCOUNT_BANDS.get(band)
    return np.nan if floor is None else floor


# Accounts

# The day on which the last of the figures kept was read.
_READ_ON: Final = """
    (SELECT max((told.value->>1)::date) FROM jsonb_each(provenance) AS told
     WHERE told.value->>1 ~ '^\\d{4}-\\d\\d-\\d\\d')
"""
_ACCOUNTS: Final = (
    *accounts.COLUMNS,
    Column("ebitda", "float", "ebitda"),
    Column("read_on", "int", wire.ORDINAL.format(_READ_ON)),
    Column(
        "public_on",
        "int",
        wire.ORDINAL.format(f"(closed_on + interval '{DELAY_MONTHS} months')::date"),
    ),
)
_FILINGS: Final = (
    Column("siren", "int", "siren"),
    Column("day", "int", wire.ORDINAL.format("occurred_on")),
)


def _accounts(choice: Choice, as_of: date, knowledge: Knowledge | None) -> wire.Table:
    """Those known on the day; all that had closed where ``knowledge`` is None."""
    table = wire.read(
        _ACCOUNTS,
        f"FROM annual_accounts WHERE siren {choice.sql}"
        f" AND closed_on <= '{as_of:%Y-%m-%d}'",
    )
    if knowledge is None:
        return table
    day, read_on = as_of.toordinal(), table["read_on"]
    is_known: Bools = (read_on != wire.UNKNOWN) & (read_on <= day)
    if knowledge is Knowledge.PUBLIC:
        filed_on = _filed_on(choice, table)
        public_on = np.where(filed_on == wire.UNKNOWN, table["public_on"], filed_on)
        is_known |= public_on <= day
    return {name: _rows(column, is_known) for name, column in table.items()}


def _filed_on(choice: Choice, table: wire.Table) -> Indexes:
    """The first announcement of filing that can be of each exercise, even if it came
    after the day: then the exercise was not public yet.
    """
    source = f"FROM legal_event WHERE kind = 'accounts_filed' AND siren {choice.sql}"
    filings = wire.read(_FILINGS, source)
    keys = np.sort(_key(filings["siren"], filings["day"]))
    found = np.full(len(table["siren"]), wire.UNKNOWN, np.int64)
    if not len(keys):
        return found
    first, last = FILED_AFTER_DAYS
    low = _key(table["siren"], table["closed_on"] + first)
    places = np.searchsorted(keys, low)
    next_one = keys[np.minimum(places, len(keys) - 1)]
    is_there = (
        (places < len(keys))
        & (next_one >= low)
        & (next_one <= _key(table["siren"], table["closed_on"] + last))
    )
    found[is_there] = next_one[is_there] % _DAYS
    return found


# More than any day has as a number.
_DAYS: Final = 1 << 22


def _key(sirens: Indexes, days: Indexes) -> Indexes:
    keys: Indexes = sirens.astype(np.int64) * _DAYS + days
    return keys


def _rows(column: Any, rows: Bools) -> Any:
    if isinstance(column, Texts):
        return Texts(column.distinct, column.codes[rows])
    return column[rows]


# Officers, events, contacts


def _officers_source(choice: Choice, day: str, knowledge: Knowledge | None) -> str:
    among = f"FROM officer WHERE siren {choice.sql}"
    read_before = f"(retrieved_at AT TIME ZONE 'Europe/Paris')::date <= {day}"
    if knowledge is None:
        return f"{among} AND (since IS NULL OR since <= {day})"
    if knowledge is Knowledge.HELD:
        return f"{among} AND {read_before} AND (since IS NULL OR since <= {day})"
    # Appointed on an unknown day: in office since we read it, and before that unknown.
    return f"{among} AND (since <= {day} OR (since IS NULL AND {read_before}))"


def _events_source(choice: Choice, day: str) -> str:
    kinds = ", ".join(f"'{kind}'" for kind in events.KINDS)
    return (
        f"FROM legal_event WHERE kind IN ({kinds}) AND siren {choice.sql}"
        f" AND occurred_on <= {day}"
    )


def _recent(notices: wire.Table, sirens: Indexes, as_of: date) -> Floats:
    places = groups.places_of(sirens, notices["siren"])
    holds = (notices["day"] > as_of.toordinal() - RECENT_DAYS) & (places != NOWHERE)
    return np.bincount(places[holds], minlength=len(sirens)).astype(float)


_CONTACTS: Final = (
    Column("siren", "int", "siren"),
    Column("emails", "int", "count(*) FILTER (WHERE kind = 'email')"),
    Column("phones", "int", "count(*) FILTER (WHERE kind = 'phone')"),
)


def _contacts(choice: Choice, sirens: Indexes, day: str) -> tuple[Floats, Floats]:
    """How many, and nothing else of them."""
    table = wire.read(
        _CONTACTS,
        f"FROM contact WHERE siren {choice.sql}"
        f" AND (collected_at AT TIME ZONE 'Europe/Paris')::date <= {day}"
        " GROUP BY siren",
    )
    emails, phones = np.zeros(len(sirens)), np.zeros(len(sirens))
    places = groups.places_of(sirens, table["siren"])
    is_among: Bools = places != NOWHERE
    emails[places[is_among]] = table["emails"][is_among]
    phones[places[is_among]] = table["phones"][is_among]
    return emails, phones
