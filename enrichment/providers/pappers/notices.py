"""Published notices (BODACC) and proceedings, from the text of a Pappers sheet.

Labels are made from the notice's own headings only: its free text names people.
"""

from enrichment.providers import notices
from enrichment.providers.facts import Event, EventKind
from enrichment.providers.pappers import names
from enrichment.providers.reading import Section

_SIMPLE: dict[str, EventKind] = {
    "creation": "creation",
    "immatriculation": "modification",
}


def read(sheet: Section) -> tuple[Event, ...]:
    """Newest first. A notice that another one annuls or replaces is cancelled."""
    events: dict[str, Event] = {}
    replaced: set[str] = set()
    for notice in sheet.sections("publications_bodacc"):
        notice.knows(names.NOTICE)
        event = _event(notice, sheet)
        if event is None:
            notice.warn("no_date")
            continue
        events[event.source_id] = event
        replaced |= _replaced_by(notice)
    found = [*events.values(), *_proceedings(sheet, list(events.values()))]
    found += _deposits(sheet, found)
    return notices.settled(found, replaced)


def _event(notice: Section, sheet: Section) -> Event | None:
    day = notice.day("date")
    if day is None:
        return None
    kind, label = _meaning(notice, sheet)
    return Event(
        kind=kind,
        date=day,
        label=label,
        source_id=_number(notice, "numero_parution", "numero_annonce"),
        is_cancelled=notices.fold(notice.text("type_rectification")).startswith(
            "annul"
        ),
    )


def _meaning(notice: Section, sheet: Section) -> tuple[EventKind, str]:
    heading = notice.text("type") or "Annonce"
    folded = notices.fold(heading)
    if folded in {"vente", "achat"}:
        return _transfer(notice, heading, sheet)
    if folded == "procedure collective":
        return _judgement(notice, heading)
    if folded == "modification":
        return _change(notice, heading)
    if folded == "radiation":
        return _removal(heading, sheet)
    if folded == "depot des comptes":
        closed_on, deposit = notice.day("date_cloture"), notice.text("type_depot")
        return "accounts_filed", notices.filing_label(closed_on, deposit)
    if folded in {"creation", "immatriculation"}:
        name = f"categorie_{folded}"
        heading = notice.text(name) or heading
    return _SIMPLE.get(folded, "other"), heading


def _transfer(notice: Section, heading: str, sheet: Section) -> tuple[EventKind, str]:
    """Which side the company stands on: the register files both under one type."""
    label = notice.text("categorie_vente") or heading
    if (
        notices.is_lease(label, notice.text("origine_fonds"))
        or "denomination_nouvel_exploitant" in notice
        or "siren_nouvel_exploitant" in notice
    ):
        return "lease_management", label
    seller = notice.text("siren_ancien_proprietaire")
    is_seller = (
        notice.text("siren_nouveau_proprietaire") is not None
        or notice.text("denomination_nouveau_proprietaire") is not None
        or (seller is not None and seller == sheet.text("siren"))
    )
    if is_seller:
        return "sale", label
    # A buyer, or a side that the notice does not say: no verdict hangs on it.
    return "other", label


def _judgement(notice: Section, heading: str) -> tuple[EventKind, str]:
    family, nature = notice.text("famille"), notice.text("nature")
    kind = notices.judgement(family, nature, notice.text("complement_jugement"))
    return kind, nature or family or heading


def _change(notice: Section, heading: str) -> tuple[EventKind, str]:
    description = notice.text("description")
    kind = notices.change(description, notice.text("administration"))
    return kind, notices.heading(description, heading)


def _removal(heading: str, sheet: Section) -> tuple[EventKind, str]:
    # A head office that moves is removed from one court's register and entered in
    # another's: only a company that is gone has closed.
    is_gone = sheet.flag("entreprise_cessee") or sheet.text("statut_rcs") == "Radié"
    return ("closing" if is_gone else "modification"), heading


def _replaced_by(notice: Section) -> set[str]:
    if not notice.flag("annonce_rectificative"):
        return set()
    number = _number(
        notice, "numero_parution_rectification", "numero_annonce_rectification"
    )
    own = _number(notice, "numero_parution", "numero_annonce")
    return {number} - {own}


def _proceedings(sheet: Section, published: list[Event]) -> list[Event]:
    """Openings and ends that no notice of the same day tells already."""
    told = {(event.kind, event.date) for event in published}
    found = []
    for entry in sheet.sections("procedures_collectives"):
        entry.knows(names.PROCEEDING)
        label = entry.text("type") or "Procédure collective"
        steps: tuple[tuple[EventKind, str, str], ...] = (
            ("proceeding", "date_debut", label),
            ("proceeding_closed", "date_fin", f"{label} : clôture"),
        )
        for kind, name, words in steps:
            day = entry.day(name)
            if day is not None and (kind, day) not in told:
                found.append(
                    Event(
                        kind=kind,
                        date=day,
                        label=words,
                        source_id=f"{kind}:{day}:{notices.fold(label)}",
                    )
                )
    return found


def _deposits(sheet: Section, events: list[Event]) -> list[Event]:
    """Deposits of accounts that were not published as a notice."""
    told = " ".join(event.label for event in events if event.kind == "accounts_filed")
    found = {}
    for deposit in sheet.sections("comptes"):
        filed_on, closed_on = deposit.day("date_depot"), deposit.day("date_cloture")
        if filed_on is None or closed_on is None:
            continue
        if f"{closed_on:%d/%m/%Y}" not in told:
            source_id = f"accounts_filed:{filed_on}:{closed_on}"
            found[source_id] = Event(
                kind="accounts_filed",
                date=filed_on,
                label=notices.filing_label(closed_on),
                source_id=source_id,
            )
    return list(found.values())


def _number(notice: Section, issue: str, number: str) -> str:
    parts = (notice.text("bodacc"), notice.text(issue), notice.text(number))
    own = notices.gazette_number(*parts)
    if own is not None:
        return own
    day, heading = notice.text("date") or "", notices.fold(notice.text("type"))
    return f"notice:{day}:{heading}:{'-'.join(filter(None, parts))}"
