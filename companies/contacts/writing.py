"""Recording what sources give: checked against the oppositions, then sealed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts import sealing
from companies.contacts import erasing, fingerprints, guarding, target_flags
from companies.contacts.facts import ContactFact, Recorded
from companies.models import Contact, ContactLead
from companies.models.contacts import end_of_keeping

# Why the answer that told of someone is not kept either.
_NOT_EVEN_IN_ANSWERS = frozenset({"opposed", "company_opposed", "partial", "lead_gone"})


@dataclass(frozen=True, slots=True)
class _Marked:
    """A fact with the digests it is known by."""

    fact: ContactFact
    normal: str
    fingerprint: str
    person: str


@transaction.atomic
def record_contacts(*, contacts: Sequence[ContactFact]) -> Recorded:
    """Keep what may be kept of these; the rest is counted by reason, and not stored.

    A value that is held already keeps its first date, source and basis: neither the
    month to inform nor the years of keeping start again. Running it twice adds nothing.
    """
    if not contacts:
        return Recorded(added=0, known=0, refused=Counter(), kinds={})
    guarding.hold_list()
    kept, refused = _sorted_out(contacts)
    added = _insert(kept)
    kinds: dict[str, set[str]] = defaultdict(set)
    for one in kept:
        kinds[one.fact.siren].add(one.fact.kind)
    target_flags.refresh(kinds, makes_targets=True)
    return Recorded(
        added=added,
        known=len(kept) - added,
        refused=refused,
        kinds={siren: frozenset(held) for siren, held in kinds.items()},
    )


def _sorted_out(
    contacts: Sequence[ContactFact],
) -> tuple[list[_Marked], Counter[str]]:
    """What may be kept, and how many may not by reason; answers that tell of someone
    who may not be kept are emptied too."""
    reasons = guarding.refusals({fact.siren for fact in contacts})
    leads = _leads_there(contacts)
    refused: list[tuple[str, str]] = []
    marked: dict[tuple[str, str], _Marked] = {}
    for fact in contacts:
        reason = reasons.get(fact.siren) or _fault(fact, leads)
        one = None if reason else _mark(fact)
        if one is None:
            refused.append((reason or "malformed", fact.siren))
        else:
            marked.setdefault((fact.siren, one.fingerprint), one)
    kept, opposed = _parted(marked.values())
    refused += [("opposed", one.fact.siren) for one in opposed]
    gone = {siren for reason, siren in refused if reason in _NOT_EVEN_IN_ANSWERS}
    if gone:
        erasing.empty_answers_of(gone)
    return kept, Counter(reason for reason, _siren in refused)


def _parted(marked: Iterable[_Marked]) -> tuple[list[_Marked], list[_Marked]]:
    """Those nobody objects to, and the others."""
    every = list(marked)
    opposed = guarding.opposed_among(
        digest for one in every for digest in (one.fingerprint, one.person)
    )
    kept: list[_Marked] = []
    dropped: list[_Marked] = []
    for one in every:
        is_opposed = bool({one.fingerprint, one.person} & opposed)
        (dropped if is_opposed else kept).append(one)
    return kept, dropped


def _fault(fact: ContactFact, leads: frozenset[int]) -> str:
    if fact.is_personal and not fact.lawful_basis:
        return "no_basis"
    # Someone who was erased while the answer was on its way.
    return "lead_gone" if fact.lead_id and fact.lead_id not in leads else ""


def _leads_there(contacts: Sequence[ContactFact]) -> frozenset[int]:
    asked = {fact.lead_id for fact in contacts if fact.lead_id}
    if not asked:
        return frozenset()
    found = ContactLead.objects.filter(pk__in=asked)
    return frozenset(found.values_list("pk", flat=True))


def _mark(fact: ContactFact) -> _Marked | None:
    normal = fingerprints.normalised(fact.kind, fact.value)
    if normal is None:
        return None
    return _Marked(
        fact=fact,
        normal=normal,
        fingerprint=fingerprints.of_value(fact.kind, normal),
        person=fingerprints.of_person(fact.siren, fact.full_name),
    )


def _insert(kept: Sequence[_Marked]) -> int:
    """In the order of the keys, so that two writers never wait for each other."""
    before = _held(kept)
    new = [one for one in kept if (one.fact.siren, one.fingerprint) not in before]
    rows = [_row(one) for one in new]
    rows.sort(key=lambda row: (row.siren, row.fingerprint))
    Contact.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _held(kept: Sequence[_Marked]) -> set[tuple[str, str]]:
    found = Contact.objects.filter(
        siren__in={one.fact.siren for one in kept},
        fingerprint__in={one.fingerprint for one in kept},
    )
    return set(found.values_list("siren", "fingerprint"))


def _row(one: _Marked) -> Contact:
    fact = one.fact
    return Contact(
        siren=fact.siren,
        kind=fact.kind,
        sealed_value=sealing.seal(one.normal.encode()),
        fingerprint=one.fingerprint,
        sealed_name=_sealed(fact.full_name),
        sealed_title=_sealed(fact.title),
        person=one.person,
        lead_id=fact.lead_id,
        is_personal=fact.is_personal,
        is_professional=fact.is_professional,
        source=fact.source,
        lawful_basis=fact.lawful_basis,
        licence=fact.licence,
        collected_at=fact.collected_at,
        delete_after=end_of_keeping(fact.collected_at),
        is_sandbox=fact.is_sandbox,
        answer_id=fact.answer_id,
        informed_at=fact.informed_at,
        informed_by=fact.informed_by,
    )


def _sealed(text: str) -> str:
    return sealing.seal(text.encode()) if text else ""
