"""Which source wins for which field. Pure: readings in, one company's facts out.

| what     | order of the sources                                                     |
| -------- | ------------------------------------------------------------------------ |
| accounts | Pappers, RNE, INPI ratios, Recherche d’entreprises, BODACC               |
| officers | Pappers, RNE, Recherche d’entreprises                                    |
| identity | Recherche d’entreprises, Sirene, RNE, Pappers, into blanks only          |
| events   | BODACC, Pappers, RNE: by the notice's own number, told once              |

Why each stands where it does is said on the page of the rules (``rules_page``). A
reading more than `STALE` older than another one gives way to it. Accounts are merged
inside one account type; what the losers say is kept beside, when it differs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from companies.facts import (
    AMOUNTS,
    TYPE_PREFERENCE,
    Accounts,
    CompanyFacts,
    EventFact,
    OfficerFact,
    Said,
)
from enrichment.leaders import leader_of
from enrichment.providers.facts import Officer, ProviderFacts, YearlyAccounts

PRIORITY: Final[dict[str, tuple[str, ...]]] = {
    "accounts": ("pappers", "rne", "inpi_bce", "recherche_entreprises", "bodacc"),
    "officers": ("pappers", "rne", "recherche_entreprises"),
    "identity": ("recherche_entreprises", "sirene", "rne", "pappers"),
    "events": ("bodacc", "pappers", "rne"),
}
STALE: Final = timedelta(days=400)
# Deposits in thousands of euros; real growth stays far below.
UNIT_JUMP: Final = range(500, 2001)
# Sources round: under this, or half a percent, they say the same.
SAME_WITHIN_EUR: Final = 1000
# The key of ``provenance`` for whoever says that accounts are confidential.
CONFIDENTIAL: Final = "is_confidential"

_IDENTITY: Final = {
    "name": "name",
    "trade_name": "trade_name",
    "acronym": "acronym",
    "legal_form_code": "legal_form",
    "naf_code": "naf_code",
    "naf25_code": "naf25_code",
    "created_on": "created_on",
    "closed_on": "closed_on",
    "headcount_band": "headcount_band",
    "headcount_band_year": "headcount_year",
    "category": "category",
    "capital_eur": "capital_eur",
    "website": "website",
    "siret": "siret",
    "address": "address",
    "postal_code": "postal_code",
    "commune_code": "commune_code",
    "commune": "commune",
    "latitude": "latitude",
    "longitude": "longitude",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What one source said, and when."""

    source: str
    retrieved_at: datetime
    facts: ProviderFacts


def merge(
    siren: str, reads: Sequence[Read], stored: Iterable[Accounts] = ()
) -> CompanyFacts:
    """One company's facts from every source's latest reading.

    ``stored`` are the accounts already known, from which only what other sources
    than those read now had given is taken.
    """
    is_partial = any(r.facts.identity.diffusion_status == "P" for r in reads)
    officers = _officers(reads)
    if is_partial and officers is not None:
        officers = ()
    return CompanyFacts(
        siren=siren,
        identity=_identity(reads),
        identity_said=_said(reads),
        accounts=_accounts(reads, stored),
        officers=officers,
        leader=leader_of(officers or ()),
        events=_events(reads),
        cancelled_events=tuple(sorted(_cancelled(reads))),
        is_closed=_is_closed(reads),
        is_partial=is_partial,
    )


def in_order(reads: Iterable[Read], what: str) -> list[Read]:
    """Best first: the stale ones behind, then the priority of the sources."""
    order, reads = PRIORITY[what], list(reads)
    newest = max((read.retrieved_at for read in reads), default=None)

    def key(read: Read) -> tuple[bool, int]:
        is_stale = newest is not None and newest - read.retrieved_at > STALE
        known = read.source in order
        return is_stale, order.index(read.source) if known else len(order)

    return sorted(reads, key=key)


def _identity(reads: Sequence[Read]) -> Mapping[str, Any]:
    kept: dict[str, Any] = {}
    for read in in_order(reads, "identity"):
        for theirs, ours in _IDENTITY.items():
            value = getattr(read.facts.identity, theirs)
            if value not in (None, ""):
                kept.setdefault(ours, value)
    return kept


def _said(reads: Sequence[Read]) -> Mapping[str, tuple[Said, ...]]:
    """Every value that a source gives, best source first, also those that lose."""
    found: dict[str, list[Said]] = {}
    for read in in_order(reads, "identity"):
        for theirs, ours in {**_IDENTITY, "is_active": "is_active"}.items():
            value = getattr(read.facts.identity, theirs)
            if value not in (None, ""):
                said = Said(read.source, _day(read.retrieved_at), value)
                found.setdefault(ours, []).append(said)
    return {name: tuple(said) for name, said in found.items()}


def _is_closed(reads: Sequence[Read]) -> bool:
    told = (read.facts.identity.is_active for read in in_order(reads, "identity"))
    return next((active is False for active in told if active is not None), False)


# Officers and events


def _officers(reads: Sequence[Read]) -> tuple[OfficerFact, ...] | None:
    telling = [read for read in in_order(reads, "officers") if read.facts.officers]
    if not telling:
        return None
    read = telling[0]
    facts = (_officer(officer, read) for officer in read.facts.officers)
    return tuple(fact for fact in facts if fact is not None)


def _officer(officer: Officer, read: Read) -> OfficerFact | None:
    surname = officer.company_name if officer.is_company else officer.surname
    if not surname:
        return None
    return OfficerFact(
        surname=surname,
        first_name="" if officer.is_company else officer.first_name or "",
        role=officer.role,
        role_code=officer.role_code or "",
        birth_year=officer.birth_year,
        birth_month=officer.birth_month,
        since=officer.since,
        is_company=officer.is_company,
        company_siren=officer.company_siren,
        source=read.source,
        retrieved_at=read.retrieved_at,
        is_sandbox=read.facts.is_sandbox,
    )


def _events(reads: Sequence[Read]) -> tuple[EventFact, ...]:
    """Each notice once, as the first source in order words it.

    A notice that any source calls cancelled is: the others may be late.
    """
    cancelled, found = _cancelled(reads), dict[str, EventFact]()
    for read in in_order(reads, "events"):
        for event in read.facts.events:
            if event.source_id not in cancelled:
                fact = EventFact(
                    kind=event.kind,
                    occurred_on=event.date,
                    label=event.label,
                    source=read.source,
                    source_id=event.source_id,
                    is_sandbox=read.facts.is_sandbox,
                )
                found.setdefault(event.source_id, fact)
    return tuple(found.values())


def _cancelled(reads: Iterable[Read]) -> set[str]:
    events = (event for read in reads for event in read.facts.events)
    return {event.source_id for event in events if event.is_cancelled}


# Accounts


@dataclass(frozen=True, slots=True)
class _Said:
    """One source's figures for one exercise."""

    source: str
    read_on: str
    is_sandbox: bool
    row: YearlyAccounts


def _accounts(
    reads: Sequence[Read], stored: Iterable[Accounts]
) -> tuple[Accounts, ...]:
    said = [
        _Said(read.source, _day(read.retrieved_at), read.facts.is_sandbox, row)
        for read in reads
        for row in read.facts.accounts
    ]
    said += _of_others(stored, {read.source for read in reads})
    exercises: dict[tuple[date, str], list[_Said]] = {}
    for one in sorted(said, key=lambda one: one.row.closed_on_estimated):
        exercises.setdefault(_exercise(one.row, exercises), []).append(one)
    merged = [_one_exercise(key, ones) for key, ones in exercises.items()]
    return _with_unit_jumps(sorted(merged, key=_newest_first))


def _exercise(
    row: YearlyAccounts, known: Mapping[tuple[date, str], object]
) -> tuple[date, str]:
    """Its own closing; a year alone joins the exercise closed in that year."""
    if row.closed_on_estimated:
        same_year = [key for key in known if key[0].year == row.closed_on.year]
        if same_year:
            return min(
                same_year, key=lambda k: (TYPE_PREFERENCE[k[1]], -k[0].toordinal())
            )
    return row.closed_on, row.account_type


def _one_exercise(key: tuple[date, str], said: list[_Said]) -> Accounts:
    ranked = _ranked(said)
    amounts, provenance, disagreements = {}, {}, {}
    for name in AMOUNTS:
        values = [(one, getattr(one.row, name)) for one in ranked]
        values = [(one, value) for one, value in values if value is not None]
        if not values:
            continue
        winner, kept = values[0]
        amounts[name] = kept
        provenance[name] = [winner.source, winner.read_on]
        others = {o.source: v for o, v in values[1:] if not _same(kept, v)}
        if others:
            disagreements[name] = others
    durations = [one.row.duration_months for one in ranked]
    confidential = [one for one in ranked if one.row.confidential]
    if confidential:
        provenance[CONFIDENTIAL] = [confidential[0].source, confidential[0].read_on]
    return Accounts(
        closed_on=key[0],
        account_type=key[1],
        is_closing_estimated=all(one.row.closed_on_estimated for one in said),
        duration_months=next((d for d in durations if d is not None), None),
        amounts=amounts,
        is_confidential=bool(confidential),
        is_sandbox=any(one.is_sandbox for one in said),
        has_unit_jump=any(
            _is_jump(amounts.get("revenue"), value)
            for value in disagreements.get("revenue", {}).values()
        ),
        provenance=provenance,
        disagreements=disagreements,
    )


def _ranked(said: list[_Said]) -> list[_Said]:
    order = PRIORITY["accounts"]
    newest = max(date.fromisoformat(one.read_on) for one in said)

    def key(one: _Said) -> tuple[bool, int]:
        is_stale = newest - date.fromisoformat(one.read_on) > STALE
        known = one.source in order
        return is_stale, order.index(one.source) if known else len(order)

    return sorted(said, key=key)


def _of_others(stored: Iterable[Accounts], read_now: set[str]) -> list[_Said]:
    """What sources that were not read now had given, taken out of the stored rows."""
    said = []
    for row in stored:
        by_source: dict[str, dict[str, int]] = {}
        days: dict[str, str] = {}
        for name in row.amounts:
            source, day = row.provenance.get(name, ("inpi_bce", str(row.closed_on)))
            if source not in read_now:
                by_source.setdefault(source, {})[name] = row.amounts[name]
                days[source] = day
        for name, others in row.disagreements.items():
            for source, value in others.items():
                if source not in read_now:
                    by_source.setdefault(source, {})[name] = value
        for source, amounts in by_source.items():
            day = days.get(source) or max(days.values(), default=str(row.closed_on))
            said.append(_Said(source, day, row.is_sandbox, _yearly(row, amounts)))
        source, day = row.provenance.get(CONFIDENTIAL, ("", ""))
        if row.is_confidential and source and source not in read_now | set(by_source):
            said.append(_Said(source, day, row.is_sandbox, _yearly(row, {})))
    return said


def _yearly(row: Accounts, amounts: Mapping[str, int]) -> YearlyAccounts:
    return YearlyAccounts(
        closed_on=row.closed_on,
        account_type=row.account_type,  # type: ignore[arg-type]
        closed_on_estimated=row.is_closing_estimated,
        duration_months=row.duration_months,
        confidential=row.is_confidential and not amounts,
        **amounts,  # type: ignore[arg-type]
    )


def _with_unit_jumps(rows: list[Accounts]) -> tuple[Accounts, ...]:
    """Flag the rows about 1,000 times below a neighbour of their own type."""
    small: set[int] = set()
    for account_type in TYPE_PREFERENCE:
        series = [
            (i, row.revenue)
            for i, row in enumerate(rows)
            if row.account_type == account_type and row.revenue
        ]
        for (i, first), (j, second) in pairwise(series):
            if _is_jump(first, second):
                small.add(i if first < second else j)
    return tuple(
        replace(row, has_unit_jump=True) if i in small else row
        for i, row in enumerate(rows)
    )


def _is_jump(first: int | None, second: int | None) -> bool:
    if not first or not second or first < 0 or second < 0:
        return False
    return max(first, second) // min(first, second) in UNIT_JUMP


def _same(first: int, second: int) -> bool:
    return abs(first - second) <= max(SAME_WITHIN_EUR, abs(first) // 200)


def _newest_first(row: Accounts) -> tuple[int, int]:
    return -row.closed_on.toordinal(), TYPE_PREFERENCE.get(row.account_type, 9)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
