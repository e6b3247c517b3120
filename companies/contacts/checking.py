"""What would become of contacts and oppositions, said before anything is written."""

from collections.abc import Iterable, Sequence

from companies.choices import ContactKind
from companies.contacts import fingerprints, guarding
from companies.contacts.facts import ContactFact
from companies.models import Contact

# Held already, or given twice: it is no refusal.
KNOWN = "known"


def verdicts(contacts: Sequence[ContactFact]) -> list[str]:
    """For each of these, in order: "" for one to add, ``KNOWN``, or why it is refused.

    Says what ``record_contacts`` would do, as long as the list is held.
    """
    reasons = guarding.refusals({fact.siren for fact in contacts})
    digests = [_digests(fact) for fact in contacts]
    opposed = guarding.opposed_among(digest for pair in digests for digest in pair)
    seen = _held(contacts, [value for value, _person in digests])
    said = []
    for fact, (value, person) in zip(contacts, digests, strict=True):
        reason = reasons.get(fact.siren, "") or _fault(fact, value)
        if not reason and {value, person} & opposed:
            reason = "opposed"
        if not reason and (fact.siren, value) in seen:
            reason = KNOWN
        if not reason:
            seen.add((fact.siren, value))
        said.append(reason)
    return said


def is_opposed(*, value: str = "", siren: str = "", full_name: str = "") -> bool | None:
    """Whether all that is said here is on the list already; None: it says nothing.

    A SIREN alone stands for the company itself.
    """
    digests = set(_of_any(value))
    if siren:
        digests.add(
            fingerprints.of_person(siren, full_name)
            if full_name
            else fingerprints.of_company(siren)
        )
    digests.discard("")
    return digests <= guarding.opposed_among(digests) if digests else None


def _of_any(value: str) -> Iterable[str]:
    for kind in ContactKind.values:
        if normal := fingerprints.normalised(kind, value):
            yield fingerprints.of_value(kind, normal)


def _digests(fact: ContactFact) -> tuple[str, str]:
    normal = fingerprints.normalised(fact.kind, fact.value)
    value = fingerprints.of_value(fact.kind, normal) if normal else ""
    return value, fingerprints.of_person(fact.siren, fact.full_name)


def _fault(fact: ContactFact, digest: str) -> str:
    if not digest:
        return "malformed"
    return "no_basis" if fact.is_personal and not fact.lawful_basis else ""


def _held(contacts: Sequence[ContactFact], digests: list[str]) -> set[tuple[str, str]]:
    found = Contact.objects.filter(
        siren__in={fact.siren for fact in contacts}, fingerprint__in=set(digests)
    )
    return set(found.values_list("siren", "fingerprint"))
