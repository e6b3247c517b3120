"""Addresses and numbers that a desk brings: a person's with its lawful basis, or not.

Everything goes through ``companies.contacts``, so the opposition list is honoured and
values are sealed; what is kept of an import are the numbers of the rows it added.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import perms
from accounts.models import User
from companies import contacts
from companies.choices import ContactKind, Source
from companies.contacts import ContactFact, guarding
from companies.imports.chunks import Refused, Tally
from companies.imports.codes import Reason, Repair
from companies.imports.kinds import people
from companies.imports.kinds.base import Kind, Row
from companies.imports.kinds.days import noon, past_day
from companies.imports.kinds.words import SECRET
from companies.imports.models import Import, ImportChange, ImportState
from companies.models.contacts import end_of_keeping

THING: Final = "contact"
# Of companies.models.Contact: what a column holds at most.
LONGEST_BASIS, LONGEST_LICENCE = 60, 120
# How a person was told, when the file says that they were.
INFORMED_BY: Final = "fichier importé"
VALUES: Final = tuple(ContactKind.values)


@dataclass(frozen=True, slots=True)
class Offered:
    """One row, and what it gives: an address, a number, or both."""

    row: Row
    facts: tuple[ContactFact, ...]


def may(user: User) -> bool:
    return perms.can_write(user) and perms.can_read_contacts(user)


def lacks(fields: Collection[str], options: Mapping[str, Any]) -> str:
    if not set(VALUES) & set(fields):
        return _("Indiquez la colonne du courriel ou celle du téléphone.")
    is_told = "lawful_basis" in fields or options.get("lawful_basis")
    if people.NAMES & set(fields) and not is_told:
        return _(
            "Indiquez la base légale\u00a0: sans elle, aucune coordonnée "
            "de personne n’est gardée."
        )
    return ""


def take(imp: Import, rows: Sequence[Row], is_trial: bool) -> Tally:
    """Record what may be kept of these rows, in the caller's transaction."""
    tally = Tally(read=len(rows))
    read = [read_row(imp, row) for row in rows]
    tally.refuse([each for each in read if isinstance(each, Refused)])
    # Until the transaction ends, what was checked is what is written.
    guarding.hold_list()
    kept = _kept([each for each in read if isinstance(each, Offered)], tally)
    if kept and not is_trial:
        contacts.record_contacts(contacts=kept)
        remember(imp, kept)
    return tally


def read_row(imp: Import, row: Row) -> Offered | Refused:
    """What one row gives, or why it cannot be tally."""
    if not row.siren:
        return Refused(line=row.line, reason=Reason.EMPTY, field="siren")
    days = {name: past_day(imp, row, name) for name in ("collected_on", "informed_on")}
    refused = next((day for day in days.values() if isinstance(day, Refused)), None)
    if refused is not None:
        return refused
    if not any(row.text(kind) for kind in VALUES):
        return Refused(line=row.line, reason="no_contact")
    collected, informed = days["collected_on"], days["informed_on"]
    at = _collected_at(imp, collected if isinstance(collected, date) else None)
    if end_of_keeping(at) <= timezone.localdate():
        said = row.text("collected_on") or at.date().isoformat()
        return _refusal(row, "contact_expired", "collected_on", said)
    named = people.of_row(row)
    if named is None:
        said = row.text("contact_first_name")
        return _refusal(row, "who_is_who", "contact_first_name", said)
    told_at = noon(informed) if isinstance(informed, date) else None
    return Offered(row, tuple(_facts(imp, row, named, at, told_at)))


def _refusal(row: Row, reason: str, name: str, value: str) -> Refused:
    return Refused(line=row.line, reason=reason, field=name, value=value)


def _collected_at(imp: Import, day: date | None) -> datetime:
    """Without a day of its own, a contact was collected when its file came."""
    if day is None:
        day = _said_day(imp)
    return min(noon(day), timezone.now()) if day else imp.created_at


def _said_day(imp: Import) -> date | None:
    """Of the whole file, as the form gives it."""
    try:
        return date.fromisoformat(str(imp.options.get("collected_on") or ""))
    except ValueError:
        return None


def _facts(
    imp: Import,
    row: Row,
    named: Sequence[str],
    at: datetime,
    told_at: datetime | None,
) -> list[ContactFact]:
    basis = row.text("lawful_basis") or str(imp.options.get("lawful_basis") or "")
    titles = people.names(row.text("contact_title"))
    return [
        ContactFact(
            siren=row.siren,
            kind=kind,
            value=value,
            source=Source.IMPORT,
            collected_at=at,
            lawful_basis=basis[:LONGEST_BASIS] if name else "",
            licence=row.text("source_of_contact")[:LONGEST_LICENCE],
            is_personal=bool(name),
            full_name=name,
            title=title,
            informed_at=told_at,
            informed_by=INFORMED_BY if told_at else "",
        )
        for kind in VALUES
        for value, name, title in people.each_with_theirs(
            named or [""], titles, people.values(kind, row.text(kind))
        )
    ]


def _kept(offered: Sequence[Offered], tally: Tally) -> list[ContactFact]:
    """What is new of rows that are taken whole; a row with a fault is refused whole."""
    facts = [fact for each in offered for fact in each.facts]
    verdicts = iter(contacts.verdicts(facts))
    kept = []
    for each in offered:
        said = [next(verdicts) for _fact in each.facts]
        refused = _refused(each, said)
        if refused is not None:
            tally.refuse([refused])
            continue
        new = _once(f for f, word in zip(each.facts, said, strict=True) if not word)
        if len({fact.full_name for fact in each.facts}) > 1:
            tally.note(Repair.SEVERAL_PEOPLE, each.row.line)
        kept += new
        tally.new += bool(new)
        tally.unchanged += not new
        for fact in new:
            tally.count(fact.kind, "filled")
    return kept


def _once(facts: Iterable[ContactFact]) -> list[ContactFact]:
    """What several people share is the first one's."""
    found: dict[tuple[str, str], ContactFact] = {}
    for fact in facts:
        found.setdefault((fact.kind, fact.value), fact)
    return list(found.values())


def _refused(each: Offered, said: Sequence[str]) -> Refused | None:
    for fact, word in zip(each.facts, said, strict=True):
        if word and word != contacts.KNOWN:
            value = "" if word in SECRET else fact.value
            return _refusal(each.row, word, fact.kind, value)
    return None


def remember(imp: Import, kept: Sequence[ContactFact]) -> None:
    """One line for each row that was added: its number, nothing of the person."""
    added = contacts.keys_of(kept)
    ImportChange.objects.bulk_create(
        ImportChange(of=imp, siren=siren, thing=THING, before=None, after={"key": key})
        for key, siren in sorted(added.items())
    )


def give_back(imp: Import, changes: Sequence[ImportChange]) -> int:
    """Delete what this import added, and no other import that stands added too."""
    mine = {change.after["key"] for change in changes if change.thing == THING}
    others = ImportChange.objects.filter(
        of__in=Import.objects.filter(desk=imp.desk)
        .exclude(pk=imp.pk)
        .exclude(state__in=(ImportState.UNDONE, ImportState.UNDOING)),
        siren__in={change.siren for change in changes},
        thing=THING,
    )
    theirs = {change.after["key"] for change in others}
    return contacts.take_back(mine - theirs, source=Source.IMPORT)


KIND: Final = Kind(
    needs_siren=True,
    may=may,
    lacks=lacks,
    take=take,
    give_back=give_back,
)
