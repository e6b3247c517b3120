"""What answers say of how to reach people, on its way to the contacts."""

from collections.abc import Iterable, Iterator, Sequence

from companies import contacts
from companies.contacts import ContactFact
from enrichment.contacts import contact_facts
from enrichment.models import Answer
from enrichment.outcomes import CompanyDone, Given


def record(group: Sequence[CompanyDone]) -> None:
    """Heed the companies that refuse to be prospected, then keep what may be kept.

    Refusals come first: an answer may give a number and forbid its use at once.
    """
    given = [(done.siren, one) for done in group for one in done.given if one.facts]
    for source in sorted({one.source for _, one in given}):
        _heed_oppositions(source, [pair for pair in given if pair[1].source == source])
    found = [fact for siren, one in given for fact in _facts(siren, one)]
    if found:
        contacts.record_contacts(contacts=found)


def _heed_oppositions(source: str, given: Iterable[tuple[str, Given]]) -> None:
    told = {
        siren: one.facts.identity.is_opposed
        for siren, one in given
        if one.facts and one.facts.identity.is_opposed is not None
    }
    if told:
        contacts.set_company_oppositions(
            refusing=[siren for siren, is_opposed in told.items() if is_opposed],
            allowing=[siren for siren, is_opposed in told.items() if not is_opposed],
            source=source,
        )


def _facts(siren: str, given: Given) -> Iterator[ContactFact]:
    if given.facts is None or not given.facts.contacts:
        return
    answer = Answer(
        pk=given.answer_id,
        siren=siren,
        source=given.source,
        subject=given.subject,
        fetched_at=given.fetched_at,
        is_sandbox=given.is_sandbox,
    )
    yield from contact_facts(answer=answer, facts=given.facts)
