"""What is known of one company on the day it is scored."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from scoring.rules import reading
from scoring.rules.bands import HEADCOUNT_BANDS
from scoring.rules.reading import FactError, Raw

Day = date  # the name of a field below

EVENT_KINDS = frozenset(
    {
        "sale",
        "closing",
        "proceeding",
        "leader_change",
        "accounts_filed",
        "lease_management",
    }
)
OFFICER_KEYS = frozenset({"surname", "birth_year", "role", "since"})
EVENT_KEYS = frozenset({"kind", "date"})


@dataclass(frozen=True, slots=True)
class Officer:
    """Someone in office. A company in office has neither surname nor birth year."""

    surname: str | None = None
    birth_year: int | None = None
    role: str | None = None
    since: date | None = None

    @classmethod
    def from_dict(cls, raw: Raw, where: str = "officers") -> Self:
        prefix = f"{where}."
        reading.refuse_unknown_keys(raw, OFFICER_KEYS, prefix)
        role = raw.get("role")
        if isinstance(role, int) and not isinstance(role, bool):
            raw = {**raw, "role": str(role)}
        return cls(
            surname=reading.text(raw, "surname", prefix),
            birth_year=reading.whole(
                raw, "birth_year", low=1800, high=2200, where=prefix
            ),
            role=reading.text(raw, "role", prefix),
            since=reading.day_or_year(raw, "since", prefix),
        )


@dataclass(frozen=True, slots=True)
class EventFact:
    """A ``proceeding`` is an open one; a ``sale`` is by the company itself."""

    kind: str
    date: Day | None = None

    @classmethod
    def from_dict(cls, raw: Raw, where: str = "events") -> Self:
        prefix = f"{where}."
        reading.refuse_unknown_keys(raw, EVENT_KEYS, prefix)
        kind = raw.get("kind")
        if kind not in EVENT_KINDS:
            choices = ", ".join(sorted(EVENT_KINDS))
            raise FactError(f"{prefix}kind", f"{kind!r} is none of {choices}")
        return cls(kind=kind, date=reading.day(raw, "date", prefix))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFacts:
    """None is unknown, never zero. Amounts in euros, rates in per cent."""

    siren: str
    name: str
    legal_form: str | None = None
    naf: str | None = None
    created_on: date | None = None
    postal_code: str | None = None
    revenue: float | None = None
    revenue_n1: float | None = None
    revenue_n2: float | None = None
    net_income: float | None = None
    net_income_n1: float | None = None
    net_income_n2: float | None = None
    ebitda: float | None = None
    headcount_band: str | None = None
    accounts_closed_on: date | None = None
    accounts_confidential: bool | None = None
    officers: tuple[Officer, ...] = ()
    holding_above: bool | None = None
    net_margin: float | None = None
    revenue_growth_3y: float | None = None
    headcount: float | None = None
    debt_ratio: float | None = None
    equity: float | None = None
    leader_age: float | None = None
    leader_tenure_years: float | None = None
    leaders_count: int | None = None
    retrieved_at: datetime | None = None
    events: tuple[EventFact, ...] = ()

    @classmethod
    def from_dict(cls, raw: Any) -> Self:
        """Read the input keys of the score command; FactError names the bad key."""
        if not isinstance(raw, dict):
            raise FactError("record", "is not a JSON object")
        reading.refuse_unknown_keys(raw, FACT_KEYS)
        identity = _identity(raw)
        return cls(
            **identity,
            **_register(raw),
            **_amounts(raw),
            **_people(raw),
            retrieved_at=reading.moment(raw, "retrieved_at"),
            events=tuple(
                EventFact.from_dict(each, f"events[{position}]")
                for position, each in enumerate(reading.objects(raw, "events"))
            ),
        )


FACT_KEYS = frozenset(CompanyFacts.__dataclass_fields__)


def _identity(raw: Raw) -> dict[str, Any]:
    siren = reading.matching(raw, "siren", reading.SIREN, "nine digits")
    name = reading.text(raw, "name")
    if siren is None:
        raise FactError("siren", "is required")
    if name is None:
        raise FactError("name", "is required")
    return {"siren": siren, "name": name}


def _register(raw: Raw) -> dict[str, Any]:
    band = reading.text(raw, "headcount_band")
    if band is not None and band not in HEADCOUNT_BANDS:
        raise FactError("headcount_band", f"{band!r} is not an INSEE band code")
    shape = "a NAF code of the form 69.20Z"
    return {
        "legal_form": reading.text(raw, "legal_form"),
        "naf": reading.matching(raw, "naf", reading.NAF, shape),
        "created_on": reading.day(raw, "created_on"),
        "postal_code": reading.matching(
            raw, "postal_code", reading.POSTAL_CODE, "a postal code of five digits"
        ),
        "headcount_band": band,
        "holding_above": reading.flag(raw, "holding_above"),
    }


AMOUNT_KEYS = (
    "revenue",
    "revenue_n1",
    "revenue_n2",
    "net_income",
    "net_income_n1",
    "net_income_n2",
    "ebitda",
    "equity",
)


def _amounts(raw: Raw) -> dict[str, Any]:
    return {key: reading.number(raw, key) for key in AMOUNT_KEYS} | {
        "accounts_closed_on": reading.day(raw, "accounts_closed_on"),
        "accounts_confidential": reading.flag(raw, "accounts_confidential"),
        "net_margin": reading.number(raw, "net_margin"),
        "revenue_growth_3y": reading.number(raw, "revenue_growth_3y"),
        # By definition within 0-1: a negative one is some source's own ratio.
        "debt_ratio": reading.number(raw, "debt_ratio", low=0, high=1e6),
    }


def _people(raw: Raw) -> dict[str, Any]:
    return {
        "headcount": reading.number(raw, "headcount", low=0, high=1e7),
        "leader_age": reading.number(raw, "leader_age", low=0, high=200),
        "leader_tenure_years": reading.number(
            raw, "leader_tenure_years", low=0, high=150
        ),
        "leaders_count": reading.whole(raw, "leaders_count", low=0, high=10_000),
        "officers": tuple(
            Officer.from_dict(each, f"officers[{position}]")
            for position, each in enumerate(reading.objects(raw, "officers"))
        ),
    }
