"""A Kaspr profile, from bytes to contacts: of the person, only name and function."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

from enrichment.providers.documents import document
from enrichment.providers.facts import Contact, Identity, ProviderFacts
from enrichment.providers.kaspr import names
from enrichment.providers.reading import Notes, Section

_SOURCE = "kaspr"
Kind = Literal["email", "phone"]
# By option: the members that answer it, the one preferred by Kaspr first.
_MEMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "work_email": ("starryProfessionalEmail", "starryWorkEmail", "professionalEmails"),
    "direct_email": ("starryPersonalEmail", "personalEmails"),
    "phone": ("starryPhone", "phones"),
}
# Under which an object holds its value, as different programs read them.
_INSIDE: Final = ("email", "phone", "phoneNumber", "number", "value", "address")
_FORMS: Final[Mapping[Kind, re.Pattern[str]]] = {
    "email": re.compile(r"[^\s@\x00-\x1f\ud800-\udfff]{1,64}@[\w.\-]+\.\w{2,}"),
    "phone": re.compile(r"\+?[0-9][0-9 .()\-]{5,24}"),
}
_NO_CREDIT = re.compile(r"no credits? left", re.IGNORECASE)


def says_no_credit(members: Mapping[str, Any]) -> bool:
    message = members.get("message")
    return (
        not members.get("profile")
        and isinstance(message, str)
        and bool(_NO_CREDIT.search(message))
    )


def has_field(members: Mapping[str, Any], option: str) -> bool:
    """Whether the answer holds what the option asks for: only then is it charged."""
    profile = members.get("profile")
    if not isinstance(profile, dict):
        return False
    return next(_values(profile, _MEMBERS[option]), None) is not None


def is_someone_else(members: Mapping[str, Any], full_name: str) -> bool:
    """Whether the profile is under a name that has no word of the one asked for.

    Married names, initials and missing accents are told apart by nobody here.
    """
    profile = members.get("profile")
    if not isinstance(profile, dict):
        return False
    told = _words(_name(Section(profile, notes=Notes())) or "")
    return bool(told) and told.isdisjoint(_words(full_name))


def _words(name: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", name)
    letters = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return set("".join(letters).casefold().split())


def parse(raw: bytes, *, siren: str) -> ProviderFacts:
    notes = Notes()
    members = document(raw, provider=_SOURCE)
    answer = Section(members, notes=notes).knows(names.ANSWER)
    profile = answer.section("profile").knows(names.PROFILE)
    given = members["profile"] if profile else {}
    return ProviderFacts(
        siren=siren,
        identity=Identity(),
        contacts=tuple(_contacts(profile, given, notes)),
        unknown_fields=notes.unknown_fields,
        warnings=notes.warnings,
        is_sandbox=bool(answer.flag("sandbox")),
    )


def _contacts(
    profile: Section, given: Mapping[str, Any], notes: Notes
) -> Iterator[Contact]:
    full_name, title = _name(profile), profile.text("title")
    for option, members in _MEMBERS.items():
        kind: Kind = "phone" if option == "phone" else "email"
        for value in dict.fromkeys(_values(given, members)):
            if not _FORMS[kind].fullmatch(value):
                notes.warn("bad_value", f"profile.{option}")
                continue
            yield Contact(
                kind=kind,
                value=value,
                is_personal=True,
                is_professional=option != "direct_email",
                full_name=full_name,
                title=title,
            )


def _name(profile: Section) -> str | None:
    parts = (profile.text("firstName"), profile.text("lastName"))
    return profile.text("name") or " ".join(filter(None, parts)) or None


def _values(profile: Mapping[str, Any], members: Iterable[str]) -> Iterator[str]:
    """Every text under these members: alone, in an object, or in a list of either."""
    for name in members:
        given = profile.get(name)
        for one in given if isinstance(given, list) else [given]:
            text = _text(one)
            if text:
                yield text


def _text(one: Any) -> str | None:
    if isinstance(one, dict):
        inside = (one.get(name) for name in _INSIDE)
        one = next((text for text in inside if isinstance(text, str)), None)
    return one.strip() if isinstance(one, str) else None
