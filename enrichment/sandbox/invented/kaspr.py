"""A made-up person in the words of Kaspr; who asks for them gives their name.

Their addresses end on `.example` and their numbers are of the range kept for fiction.
"""

import re
import unicodedata
from typing import Any

from enrichment.sandbox.invented.draws import Draws

# What an option adds to the answer, as the source names it, and how often it is there.
_KNOWN = {"work_email": 0.75, "direct_email": 0.35, "phone": 0.5}
_NOBODY = 0.1
_TITLES = ("Président (spécimen)", "Gérante (spécimen)", "Directeur (spécimen)")


def shape(profile: str, name: str, options: tuple[str, ...]) -> dict[str, Any] | None:
    """What is known of a profile; None for one in ten, whom nobody knows."""
    draws = Draws(profile)
    if draws.chance("is_nobody", _NOBODY):
        return None
    known = [o for o in options if draws.chance(o, _KNOWN[o])]
    domain = f"specimen-{draws.whole('domain', 100, 999)}.example"
    return {
        "id": profile,
        "name": name,
        "title": draws.pick("title", _TITLES),
        "location": None,
        "company": {"name": f"SPÉCIMEN {domain[9:12]}", "domains": [domain]},
        **_work_email(name, domain, "work_email" in known),
        **_direct_email(name, "direct_email" in known),
        **_phone(draws, "phone" in known),
    }


def _work_email(name: str, domain: str, is_known: bool) -> dict[str, Any]:
    if not is_known:
        return {"professionalEmails": []}
    address = f"{_dotted(name)}@{domain}"
    return {"professionalEmails": [address], "starryProfessionalEmail": address}


def _direct_email(name: str, is_known: bool) -> dict[str, Any]:
    """As an object: answers come in both forms."""
    address = f"{_dotted(name)}@specimen-courriel.example"
    return {"personalEmails": [{"email": address}] if is_known else []}


def _phone(draws: Draws, is_known: bool) -> dict[str, Any]:
    if not is_known:
        return {"phones": []}
    low, high = draws.whole("phone:a", 0, 99), draws.whole("phone:b", 0, 99)
    number = f"01 99 00 {low:02d} {high:02d}"
    return {"phones": [number], "starryPhone": number}


def _dotted(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]+", ".", plain.lower()).strip(".") or "specimen"
