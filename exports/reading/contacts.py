"""Contacts that may be used, unsealed for one file: opposed and overdue ones stay."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl
from django.utils import timezone

from companies.choices import ContactKind
from companies.contacts import reading
from companies.contacts.reading import ContactsRead, ReadContact
from exports.profiles.values import SANDBOX_MARK

_LINKEDIN: Final = "https://www.linkedin.com/in/"
_PRINCIPAL: Final[dict[str, Any]] = {
    "siren": pl.Int32(),
    "contact_name": pl.String(),
    "contact_title": pl.String(),
    "contact_email": pl.String(),
    "contact_email_source": pl.String(),
    "contact_email_on": pl.Date(),
    "contact_phone": pl.String(),
    "contact_phone_source": pl.String(),
    "contact_phone_on": pl.Date(),
    "contact_linkedin": pl.String(),
    "contacts_total": pl.Int64(),
}
_EVERY: Final[dict[str, Any]] = {
    "siren": pl.Int32(),
    "kind": pl.String(),
    "value": pl.String(),
    "full_name": pl.String(),
    "title": pl.String(),
    "is_personal": pl.Boolean(),
    "is_professional": pl.Boolean(),
    "source": pl.String(),
    "lawful_basis": pl.String(),
    "licence": pl.String(),
    "collected_on": pl.Date(),
    "informed_on": pl.Date(),
    "delete_after": pl.Date(),
    "is_sandbox": pl.Boolean(),
}
NONE: Final = pl.DataFrame(schema=_PRINCIPAL)


def are_wanted(names: Collection[str]) -> bool:
    return not _PRINCIPAL.keys().isdisjoint(set(names) - {"siren"})


def principal(sirens: Sequence[int], tally: Counter[str] | None) -> pl.DataFrame:
    """Whom to reach first in each company, and how many ways there are."""
    rows = [
        {"siren": siren, **_best(read, usable)}
        for siren, read, usable in _read(sirens, tally)
        if usable
    ]
    return pl.DataFrame(rows, schema=_PRINCIPAL)


def every(
    sirens: Sequence[int], tally: Counter[str] | None, *, is_read: bool
) -> pl.DataFrame:
    """A row for each address and number; none at all when contacts are not read."""
    found = _read(sirens, tally) if is_read else iter(())
    rows = [
        {
            "siren": siren,
            "collected_on": timezone.localtime(each.collected_at).date(),
            "informed_on": each.informed_at
            and timezone.localtime(each.informed_at).date(),
            **{
                name: getattr(each, name)
                for name in _EVERY
                if name not in ("siren", "collected_on", "informed_on")
            },
        }
        for siren, _, usable in found
        for each in usable
    ]
    return pl.DataFrame(rows, schema=_EVERY)


def _read(
    sirens: Sequence[int], tally: Counter[str] | None
) -> Iterator[tuple[int, ContactsRead, list[ReadContact]]]:
    read = reading.for_file([f"{siren:09d}" for siren in sirens])
    for siren, one in read.items():
        usable = [each for each in one.contacts if not each.withheld]
        if tally is not None:
            _count(tally, one, usable)
        yield int(siren), one, usable


def _count(
    tally: Counter[str], read: ContactsRead, usable: Sequence[ReadContact]
) -> None:
    kinds = Counter(each.kind for each in usable)
    tally["emails"] += kinds[ContactKind.EMAIL]
    tally["phones"] += kinds[ContactKind.PHONE]
    tally["withheld"] += len(read.contacts) - len(usable)
    tally["opposed"] += read.opposed
    tally["refused"] += bool(read.refusal)


def _best(read: ContactsRead, usable: Sequence[ReadContact]) -> Mapping[str, Any]:
    """One person, never two mixed: what is missing is the company's own or nothing."""
    who = next((each for each in usable if each.full_name), None)
    told: dict[str, Any] = {"contacts_total": len(usable)}
    if who is not None:
        told["contact_name"] = _marked(who.full_name, who)
        told["contact_title"] = who.title or None
        told["contact_linkedin"] = next(
            (_LINKEDIN + lead.profile for lead in read.leads
             if lead.profile and lead.full_name == who.full_name),
            None,
        )  # fmt: skip
    for kind, name in (
        (ContactKind.EMAIL, "contact_email"),
        (ContactKind.PHONE, "contact_phone"),
    ):
        if found := _of_kind(usable, kind, who):
            told[name] = _marked(found.value, found)
            told[f"{name}_source"] = found.source
            told[f"{name}_on"] = timezone.localtime(found.collected_at).date()
    return told


def _of_kind(
    usable: Sequence[ReadContact], kind: str, who: ReadContact | None
) -> ReadContact | None:
    of_kind = [each for each in usable if each.kind == kind]
    theirs = (each for each in of_kind if who and each.full_name == who.full_name)
    common = (each for each in of_kind if not each.is_personal)
    nameless = (each for each in of_kind if who is None)
    return next(theirs, None) or next(common, None) or next(nameless, None)


def _marked(text: str, contact: ReadContact) -> str:
    return text + SANDBOX_MARK if contact.is_sandbox else text
