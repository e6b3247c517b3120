"""The gazette's answer about one company, from bytes to facts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from enrichment.providers import exercises, notices
from enrichment.providers.base import check_siren
from enrichment.providers.bodacc import entries, parties
from enrichment.providers.bodacc.entries import Entry
from enrichment.providers.facts import Event, Identity, ProviderFacts
from enrichment.providers.opendatasoft import Rows, rows
from enrichment.providers.reading import Notes

_SOURCE = "bodacc"
# A company that goes to another court is entered there and removed here, in any order
# and some months apart.
_MOVE = timedelta(days=365)
_SIGNS_OF_LIFE = frozenset({"creation", "immatriculation", "modification"})


def is_found(raw: bytes, *, siren: str) -> bool:
    """Whether there are notices; ProviderError if they are all about others."""
    return bool(_checked(rows(raw, provider=_SOURCE, notes=Notes()), siren).rows)


def parse(raw: bytes, *, siren: str) -> ProviderFacts:
    notes = Notes()
    found = _checked(rows(raw, provider=_SOURCE, notes=notes), siren)
    if found.total > len(found.rows):
        notes.warn("more_notices", f"{len(found.rows)}/{found.total}")
    told = _by_number(found, siren)
    fallen = _fallen(told, notes)
    standing = {
        number: entry
        for number, entry in told.items()
        if number not in fallen and not entry.cancels
    }
    events = [_event(entry, standing) for entry in told.values()]
    withheld = {
        (entry.accounts.closed_on, entry.accounts.account_type): entry.accounts
        for entry in standing.values()
        if entry.accounts is not None
    }
    return ProviderFacts(
        siren=siren,
        identity=Identity(),
        accounts=exercises.in_order(withheld.values(), notes),
        events=notices.settled(events, fallen),
        unknown_fields=notes.unknown_fields,
        warnings=notes.warnings,
        is_sandbox=found.is_sandbox,
    )


def _checked(found: Rows, siren: str) -> Rows:
    """A portal that answers for others must not pass for "no notice"."""
    if found.rows and not any(
        parties.read(row, siren=siren).is_about_it for row in found.rows
    ):
        others = parties.read(found.rows[0], siren=siren).registered
        check_siren(siren, next(iter(others), None), provider=_SOURCE)
    return found


def _by_number(found: Rows, siren: str) -> dict[str, Entry]:
    """From oldest to newest."""
    read = (entries.read(row, siren=siren) for row in found.rows)
    told = sorted(
        (entry for entry in read if entry is not None),
        key=lambda entry: (entry.event.date, entry.event.source_id),
    )
    return {entry.event.source_id: entry for entry in told}


def _fallen(told: Mapping[str, Entry], notes: Notes) -> set[str]:
    """The notices that a later one annuls or replaces."""
    fallen: set[str] = set()
    for number, entry in told.items():
        if not (entry.cancels or entry.replaces):
            continue
        previous = entry.previous
        if previous is None:
            notes.warn("no_previous_notice", number)
            previous = _likely(entry, told)
        if previous is not None and previous != number:
            fallen.add(previous)
    return fallen


def _likely(later: Entry, told: Mapping[str, Entry]) -> str | None:
    """The last earlier notice of its family that says the same thing."""
    found = None
    for number, entry in told.items():
        if entry is later:
            break
        is_alike = (entry.family, entry.event.label) == (
            later.family,
            later.event.label,
        )
        if is_alike and not entry.cancels:
            found = number
    return found


def _event(entry: Entry, standing: Mapping[str, Entry]) -> Event:
    event = entry.event
    if event.kind == "closing" and _lives_on(entry, standing):
        return replace(event, kind="modification")
    return event


def _lives_on(removal: Entry, standing: Mapping[str, Entry]) -> bool:
    """Whether a removal from one court's register left the company in another's."""
    gone_on = removal.event.date
    others = [each for each in standing.values() if each is not removal]
    is_entered_elsewhere = any(
        each.family == "immatriculation"
        and each.is_move
        and each.department != removal.department
        and gone_on - each.event.date <= _MOVE
        for each in others
    )
    is_active_later = any(
        each.family in _SIGNS_OF_LIFE and each.event.date > gone_on for each in others
    )
    return removal.is_move or is_entered_elsewhere or is_active_later
