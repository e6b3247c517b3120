"""Who a notice is about, and on which side of it the company asked for stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from enrichment.providers.bodacc import names
from enrichment.providers.reading import Section

_LISTS = ("listepersonnes", "listeprecedentproprietaire", "listeprecedentexploitant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """`place` is the list it stands in. No person's name is read."""

    place: str
    siren: str | None
    is_person: bool
    board: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """The parties of one notice, seen from one company."""

    siren: str
    everyone: tuple[Party, ...]
    registered: frozenset[str]

    @property
    def is_about_it(self) -> bool:
        """In the register's field, or only in a party's own numbers."""
        return self.siren in self.registered or bool(self._own)

    @property
    def is_of_a_person(self) -> bool:
        """The company is a sole trader there, or the notice names nobody else."""
        concerned = self._own or self.everyone
        return bool(concerned) and all(party.is_person for party in concerned)

    @property
    def is_seller(self) -> bool:
        return self._stands_in("listeprecedentproprietaire")

    @property
    def has_tenant(self) -> bool:
        """A business that somebody else ran before: a lease begins or ends."""
        return any(p.place == "listeprecedentexploitant" for p in self.everyone)

    @property
    def board(self) -> str | None:
        return next((party.board for party in self._own if party.board), None)

    @property
    def _own(self) -> tuple[Party, ...]:
        return tuple(party for party in self.everyone if party.siren == self.siren)

    def _stands_in(self, place: str) -> bool:
        return any(party.place == place for party in self._own)


def read(notice: Section, *, siren: str) -> Parties:
    return Parties(
        siren=siren,
        everyone=tuple(_everyone(notice)),
        registered=frozenset(_registered(notice)),
    )


def _everyone(notice: Section) -> Iterator[Party]:
    for place in _LISTS:
        for entry in notice.embedded(place).each("personne"):
            entry.knows(names.PARTY)
            yield Party(
                place=place,
                siren=_siren(entry),
                is_person=entry.text("typePersonne") == "pp",
                board=entry.text("administration"),
            )


def _siren(entry: Section) -> str | None:
    """The number at the trade register, else at the register of crafts."""
    trade = entry.section("numeroImmatriculation").text("numeroIdentification")
    crafts = entry.section("inscriptionRM").text("numeroIdentificationRM")
    return _digits(trade) or _digits(crafts)


def _registered(notice: Section) -> Iterator[str]:
    """`registre` is a list, or one text with commas; each number comes twice."""
    for text in notice.one_or_more("registre"):
        for part in text.split(","):
            digits = _digits(part)
            if digits:
                yield digits


def _digits(text: str | None) -> str | None:
    digits = re.sub(r"[^0-9]", "", text or "")
    return digits if len(digits) == 9 else None
