"""One notice of the gazette: what it means for the company, what it corrects."""

from dataclasses import dataclass
from datetime import date

from enrichment.providers import notices
from enrichment.providers.bodacc import names, parties
from enrichment.providers.bodacc.parties import Parties
from enrichment.providers.facts import AccountType, Event, EventKind, YearlyAccounts
from enrichment.providers.reading import Section

# Codes of `familleavis`; `familleavis_lib` is for readers.
FAMILIES = frozenset(
    {
        "collective",
        "conciliation",
        "creation",
        "divers",
        "dpc",
        "immatriculation",
        "modification",
        "radiation",
        "retablissement_professionnel",
        "vente",
    }
)
# A radiation that was decided by mistake and is taken back.
_TAKEN_BACK = "rapport de radiation"
_OPPOSED = "retractation sur tierce opposition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`cancels`: it takes back an earlier notice and tells nothing itself.

    `replaces`: an earlier notice falls, this one stands for it. `previous` is that
    notice's number, when it is told.
    """

    event: Event
    family: str
    department: str | None = None
    is_move: bool = False
    accounts: YearlyAccounts | None = None
    cancels: bool = False
    replaces: bool = False
    previous: str | None = None


def read(notice: Section, *, siren: str) -> Entry | None:
    """None for a notice about somebody else, a sole trader's, or one without a day."""
    notice.knows(names.NOTICE)
    involved = parties.read(notice, siren=siren)
    if not involved.is_about_it:
        notice.warn("other_company", "registre")
        return None
    if involved.is_of_a_person:
        notice.warn("natural_person", "listepersonnes")
        return None
    day = notice.day("dateparution")
    if day is None:
        notice.warn("no_date")
        return None
    return _entry(notice, involved, day)


def _entry(notice: Section, involved: Parties, day: date) -> Entry:
    family = _family(notice)
    kind, label = _meaning(notice, family, involved)
    revision = notice.code("typeavis", "annonce|annulation|rectificatif")
    cancels = revision == "annulation" or _takes_back(notice)
    return Entry(
        event=Event(
            kind=kind,
            date=day,
            label=label,
            source_id=_number(notice, day),
            is_cancelled=cancels,
        ),
        family=family,
        department=notice.text("numerodepartement"),
        is_move=_is_move(notice, family, label),
        accounts=_withheld(notice) if family == "dpc" and not cancels else None,
        cancels=cancels,
        replaces=revision == "rectificatif" and not cancels,
        previous=_previous(notice),
    )


def _family(notice: Section) -> str:
    family = notice.text("familleavis") or ""
    if family not in FAMILIES:
        notice.warn("unknown_family", "familleavis")
    return family


def _meaning(notice: Section, family: str, involved: Parties) -> tuple[EventKind, str]:
    heading = notice.text("familleavis_lib") or "Annonce"
    if family == "vente":
        return _transfer(notice, heading, involved)
    if family == "collective":
        return _judgement(notice, heading)
    if family == "modification":
        return _change(notice, heading, involved)
    if family == "dpc":
        deposit = notice.embedded("depot").knows(names.DEPOSIT)
        closed_on, what = deposit.written_day("dateCloture"), deposit.text("typeDepot")
        return "accounts_filed", notices.filing_label(closed_on, what)
    if family == "radiation":
        return "closing", "Radiation"
    if family in {"creation", "immatriculation"}:
        return _entry_in_register(notice, family, heading)
    return "other", heading


def _transfer(
    notice: Section, heading: str, involved: Parties
) -> tuple[EventKind, str]:
    """The notice is the buyer's; only whom it names as former owner has sold."""
    act = notice.embedded("acte").knows(names.ACT)
    category = act.section("vente").text("categorieVente")
    label = notices.heading(category, heading)
    if involved.is_seller:
        return "sale", label
    premises = notice.embedded("listeetablissements").each("etablissement")
    origins = [each.text("origineFonds") for each in premises]
    if involved.has_tenant or notices.is_lease(category, *origins):
        return "lease_management", label
    return "other", label


def _judgement(notice: Section, heading: str) -> tuple[EventKind, str]:
    told = notice.embedded("jugement").knows(names.JUDGEMENT)
    family, nature = told.text("famille"), told.text("nature")
    kind = notices.judgement(family, nature, told.text("complementJugement"))
    return kind, notices.heading(nature or family, heading)


def _change(notice: Section, heading: str, involved: Parties) -> tuple[EventKind, str]:
    change = notice.embedded("modificationsgenerales").knows(names.CHANGE)
    description = change.text("descriptif")
    kind = notices.change(description, involved.board)
    if kind == "modification" and involved.has_tenant:
        kind = "lease_management"
    return kind, notices.heading(description, heading)


def _entry_in_register(
    notice: Section, family: str, heading: str
) -> tuple[EventKind, str]:
    act = notice.embedded("acte").knows(names.ACT)
    category = act.section(family).text(f"categorie{family.capitalize()}")
    kind: EventKind = "creation" if family == "creation" else "modification"
    return kind, notices.heading(category, heading)


def _takes_back(notice: Section) -> bool:
    removal = notice.embedded("radiationaurcs").knows(names.REMOVAL)
    judgement = notice.embedded("jugement")
    return notices.fold(removal.text("commentaire")).startswith(
        _TAKEN_BACK
    ) or _OPPOSED in notices.fold(judgement.text("famille"))


def _is_move(notice: Section, family: str, label: str) -> bool:
    removal = notice.embedded("radiationaurcs")
    told = label if family == "immatriculation" else removal.text("commentaire")
    return "transfert" in notices.fold(told)


def _withheld(notice: Section) -> YearlyAccounts | None:
    """Accounts filed under secrecy: that they are withheld is a fact of its own."""
    deposit = notice.embedded("depot")
    closed_on = deposit.written_day("dateCloture")
    is_withheld = "confidentialite" in notices.fold(deposit.text("descriptif"))
    if closed_on is None or not is_withheld:
        return None
    is_group = "consolid" in notices.fold(deposit.text("typeDepot"))
    account_type: AccountType = "K" if is_group else "C"
    return YearlyAccounts(
        closed_on=closed_on, account_type=account_type, confidential=True
    )


def _number(notice: Section, day: date) -> str:
    own = notice.text("id") or notices.gazette_number(
        notice.text("publicationavis"),
        notice.text("parution"),
        notice.digits("numeroannonce"),
    )
    return own or f"notice:{day}:{notice.text('familleavis') or ''}"


def _previous(notice: Section) -> str | None:
    told = notice.embedded("parutionavisprecedent").knows(names.PREVIOUS)
    # "BODACC A"
    letter = (told.text("nomPublication") or "").strip()[-1:].upper()
    return notices.gazette_number(
        letter, told.digits("numeroParution"), told.digits("numeroAnnonce")
    )
