"""The opposition list, asked at each write and each read."""

from collections.abc import Collection, Iterable

from django.db import connection

from companies.contacts import fingerprints
from companies.models import Company, Opposition

# The word that record and oppose agree on; any number no one else uses.
_LOCK = 0x0C0E7AC7


def hold_list(*, to_change: bool = False) -> None:
    """Until the transaction ends, the list is as it was read.

    Whoever records shares it, whoever opposes waits for them: nothing is written
    between an opposition and the erasure that follows it.
    """
    shared = "" if to_change else "_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{shared}(%s)", [_LOCK])


def opposed_among(digests: Iterable[str]) -> frozenset[str]:
    wanted = {digest for digest in digests if digest}
    if not wanted:
        return frozenset()
    found = Opposition.objects.filter(fingerprint__in=wanted)
    return frozenset(found.values_list("fingerprint", flat=True))


def refusals(sirens: Collection[str]) -> dict[str, str]:
    """Why nothing may be kept or shown of some of these companies."""
    by_digest = {fingerprints.of_company(siren): siren for siren in sirens}
    refusing = {by_digest[digest] for digest in opposed_among(by_digest)}
    companies = {c.siren: c for c in Company.objects.filter(siren__in=sirens)}
    reasons = {
        siren: _reason(companies.get(siren), is_opposed=siren in refusing)
        for siren in sirens
    }
    return {siren: reason for siren, reason in reasons.items() if reason}


def _reason(company: Company | None, *, is_opposed: bool) -> str:
    if company is None:
        return "unknown_company"
    if company.is_partial:
        return "partial"
    return "company_opposed" if is_opposed else ""
