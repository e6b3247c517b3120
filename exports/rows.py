"""From the rows of a search to what a profile writes, by batches in constant memory.

Each batch costs the list's own query and six more, whatever its size.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from companies.facts import TYPE_PREFERENCE
from companies.models import (
    AnnualAccounts,
    Company,
    LegalEvent,
    Note,
    Officer,
    Target,
)
from companies.search import engine
from companies.search.engine import Search
from companies.search.lines import Row

BATCH = 2000
COMPANY_FIELDS = (
    "siren",
    "legal_form",
    "address",
    "postal_code",
    "capital_eur",
    "headcount_band",
    "diffusion",
    "registered_at",
)


@dataclass(frozen=True, slots=True)
class Exercises:
    """The exercise that stands for the company, and the two before in its own type."""

    current: AnnualAccounts | None = None
    previous: AnnualAccounts | None = None
    earlier: AnnualAccounts | None = None


@dataclass(frozen=True, slots=True)
class Leader:
    name: str = ""
    is_sandbox: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """All that a line of an export may tell; ``notes`` are the desk's, newest first."""

    row: Row
    company: Company
    exercises: Exercises
    leader: Leader
    latest_event: LegalEvent | None
    notes: tuple[Note, ...]


def records(search: Search, *, batch: int = BATCH) -> Iterator[list[Record]]:
    for rows in engine.stream(search, batch=batch):
        yield _enriched(rows, search.desk_id)


def _enriched(rows: Sequence[Row], desk_id: int | None) -> list[Record]:
    sirens = [row.siren for row in rows]
    companies = Company.objects.only(*COMPANY_FIELDS).in_bulk(sirens)
    exercises = _exercises(sirens)
    leaders = _leaders(sirens)
    events = _latest_events(sirens)
    notes = _notes(sirens, desk_id)
    return [
        Record(
            row,
            companies[row.siren],
            exercises.get(row.siren, Exercises()),
            # Partial diffusion: no personal field, whatever is stored.
            Leader() if row.is_partial else leaders.get(row.siren, Leader()),
            events.get(row.siren),
            tuple(notes[row.siren]),
        )
        for row in rows
    ]


def _exercises(sirens: Sequence[str]) -> dict[str, Exercises]:
    found: dict[str, list[AnnualAccounts]] = defaultdict(list)
    stored = AnnualAccounts.objects.filter(siren__in=sirens)
    for each in stored.defer("provenance", "disagreements"):
        found[each.siren].append(each)
    return {siren: in_one_type(accounts) for siren, accounts in found.items()}


def in_one_type(accounts: Iterable[AnnualAccounts]) -> Exercises:
    """The list's exercise (newest year, company accounts first) and its past."""
    ordered = sorted(accounts, key=_order)
    current = next((each for each in ordered if each.revenue is not None), None)
    if current is None:
        return Exercises()
    by_year = {
        each.year: each
        for each in reversed(ordered)
        if each.account_type == current.account_type
    }
    return Exercises(
        current, by_year.get(current.year - 1), by_year.get(current.year - 2)
    )


def _order(accounts: AnnualAccounts) -> tuple[int, int, int]:
    rank = TYPE_PREFERENCE.get(accounts.account_type, len(TYPE_PREFERENCE))
    return (-accounts.year, rank, -accounts.closed_on.toordinal())


def _leaders(sirens: Sequence[str]) -> dict[str, Leader]:
    invented = {
        (officer.siren, officer.full_name)
        for officer in Officer.objects.filter(siren__in=sirens, is_sandbox=True).only(
            "siren", "first_name", "surname"
        )
    }
    names = Target.objects.filter(siren__in=sirens).exclude(leader_name="")
    return {
        siren: Leader(name, (siren, name) in invented)
        for siren, name in names.values_list("siren", "leader_name")
    }


def _latest_events(sirens: Sequence[str]) -> dict[str, LegalEvent]:
    newest = LegalEvent.objects.filter(siren__in=sirens).order_by(
        "siren", "-occurred_on", "-pk"
    )
    return {event.siren: event for event in newest.distinct("siren")}


def _notes(sirens: Sequence[str], desk_id: int | None) -> dict[str, list[Note]]:
    found: dict[str, list[Note]] = defaultdict(list)
    if desk_id is None:
        return found
    stored = Note.objects.filter(desk_id=desk_id, siren__in=sirens)
    for note in stored.order_by("-written_at", "-pk"):
        found[note.siren].append(note)
    return found
