"""What goes in and comes out of the contacts, in plain values."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFact:
    """What a source gave. A person's is refused without a lawful basis."""

    siren: str
    kind: str
    value: str = field(repr=False)
    source: str
    collected_at: datetime
    lawful_basis: str = ""
    licence: str = ""
    is_personal: bool = False
    is_professional: bool = True
    full_name: str = field(default="", repr=False)
    title: str = field(default="", repr=False)
    lead_id: int | None = None
    is_sandbox: bool = False
    answer_id: int | None = None
    informed_at: datetime | None = None
    informed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a group: ``known`` were held already, ``refused`` go by reason.

    ``kinds`` says which kinds are now held of each company that gave any.
    """

    added: int
    known: int
    refused: Counter[str]
    kinds: Mapping[str, frozenset[str]]

    def usable(self, siren: str) -> frozenset[str]:
        return self.kinds.get(siren, frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPerson:
    full_name: str = field(repr=False)
    profile: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the person is told, without the data: a reference and counts."""

    reference: str
    at: datetime
    contacts: int
    leads: int
    fingerprints: int
