"""What happens to companies, told to whoever follows."""

from dataclasses import dataclass

from mainsite.lib.events import Event


@dataclass(frozen=True, kw_only=True)
class CompaniesEnriched(Event):
    """New facts were written: one event per group of results, never per company.

    ``is_awaited``: somebody looks at the page of the company until it changes.
    """

    sirens: tuple[str, ...]
    source: str
    is_awaited: bool = False


@dataclass(frozen=True, kw_only=True)
class ContactsErased(Event):
    """Contacts were deleted: whoever holds what they were read in empties it too.

    ``companies.contacts.erasing`` says of which companies, and is told when it is done.
    """

    receipt_id: int
