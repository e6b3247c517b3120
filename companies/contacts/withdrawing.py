"""Taking back what was recorded by mistake: nobody objected, nothing is remembered."""

from collections.abc import Collection, Sequence

from django.db import transaction

from companies.contacts import fingerprints, target_flags
from companies.contacts.facts import ContactFact
from companies.models import Contact


def keys_of(contacts: Sequence[ContactFact]) -> dict[int, str]:
    """The companies of the rows by which these are held from their own source.

    A row says no more than its number: whoever keeps it keeps nothing of anybody.
    """
    wanted = {
        (fact.siren, fingerprints.of_value(fact.kind, normal))
        for fact in contacts
        if (normal := fingerprints.normalised(fact.kind, fact.value))
    }
    found = Contact.objects.filter(
        siren__in={siren for siren, _digest in wanted},
        fingerprint__in={digest for _siren, digest in wanted},
        source__in={fact.source for fact in contacts},
    )
    rows = found.values_list("pk", "siren", "fingerprint")
    return {pk: siren for pk, siren, digest in rows if (siren, digest) in wanted}


@transaction.atomic
def take_back(keys: Collection[int], *, source: str) -> int:
    """Delete these rows of that source, unless the person was heard of since."""
    rows = Contact.objects.filter(
        pk__in=keys, source=source, last_interaction_at__isnull=True
    )
    sirens = set(rows.values_list("siren", flat=True))
    count, _by_model = rows.delete()
    target_flags.refresh(sirens)
    return count
