"""Ways to reach people: the only door to what is held of them.

Every write and every read goes through the opposition list; a value is unsealed only
in ``reading`` and ``access``, which leave a row in the audit trail.
"""

from companies.contacts.access import access_package
from companies.contacts.checking import KNOWN, is_opposed, verdicts
from companies.contacts.facts import ContactFact, LeadPerson, Receipt, Recorded
from companies.contacts.journal import reconcile as reconcile_oppositions
from companies.contacts.leads import add_lead, forget_lead, is_lead_of, leads
from companies.contacts.oppositions import (
    oppose,
    oppose_company,
    oppose_contact,
    refusal,
    set_company_oppositions,
)
from companies.contacts.reading import (
    ContactsRead,
    ReadContact,
    contacts_for_export,
    counts,
    read_contacts,
)
from companies.contacts.refused import ContactsRefused
from companies.contacts.upkeep import inform, note_interaction, purge_expired
from companies.contacts.withdrawing import keys_of, take_back
from companies.contacts.writing import record_contacts

__all__ = [
    "KNOWN",
    "ContactFact",
    "ContactsRead",
    "ContactsRefused",
    "LeadPerson",
    "ReadContact",
    "Receipt",
    "Recorded",
    "access_package",
    "add_lead",
    "contacts_for_export",
    "counts",
    "forget_lead",
    "inform",
    "is_lead_of",
    "is_opposed",
    "keys_of",
    "leads",
    "note_interaction",
    "oppose",
    "oppose_company",
    "oppose_contact",
    "purge_expired",
    "read_contacts",
    "reconcile_oppositions",
    "record_contacts",
    "refusal",
    "set_company_oppositions",
    "take_back",
    "verdicts",
]
