"""Published notices (BODACC) and proceedings, from the text of a Pappers sheet.

Labels are made from the notice's own headings only: its free text names people.
"""

import re
import unicodedata
from dataclasses import replace

from enrichment.providers.facts import Event, EventKind
from enrichment.providers.pappers import names
from enrichment.providers.reading import Section

_LEADERS = re.compile(
    r"president|gerant|directeur general|directrice generale|administrat(eur|rice)"
    r"|directoire|dirigeant"
)
_SIMPLE: dict[str, EventKind] = {
    "creation": "creation",
    "immatriculation": "modification",
    "depot des comptes": "accounts_filed",
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
    for source_id in replaced & events.keys():
        events[source_id] = replace(events[source_id], is_cancelled=True)
    found = [*events.values(), *_proceedings(sheet, list(events.values()))]
    found += _deposits(sheet, found)
    return tuple(sorted(found, key=lambda e: (e.date, e.source_id), reverse=True))


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
        is_cancelled=_fold(notice.text("type_rectification")).startswith("annul"),
    )


def _meaning(notice: Section, sheet: Section) -> tuple[EventKind, str]:
    heading = notice.text("type") or "Annonce"
    folded = _fold(heading)
    if folded in {"vente", "achat"}:
        return _transfer(notice, heading, sheet)
    if folded == "procedure collective":
        return _judgement(notice, heading)
    if folded == "modification":
        return _change(notice, heading)
    if folded == "radiation":
        return _removal(heading, sheet)
    closed_on = notice.day("date_cloture")
    if folded == "depot des comptes" and closed_on is not None:
        heading = f"{heading} clos le {closed_on:%d/%m/%Y}"
    if folded in {"creation", "immatriculation"}:
        name = f"categorie_{folded}"
        heading = notice.text(name) or heading
    return _SIMPLE.get(folded, "other"), heading


def _transfer(notice: Section, heading: str, sheet: Section) -> tuple[EventKind, str]:
    """Which side the company stands on: the register files both under one type."""
    label = notice.text("categorie_vente") or heading
    folded = _fold(f"{label} {notice.text('origine_fonds') or ''}")
    if (
        "location-gerance" in folded
        or "location gerance" in folded
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
    label = notice.text("nature") or notice.text("famille") or heading
    folded = _fold(f"{notice.text('famille') or ''} {label}")
    # A plan ends the observation period, not the proceeding.
    is_end = any(words in folded for words in ("clotur", "fin de", "fin a la"))
    return ("proceeding_closed" if is_end else "proceeding"), label


def _change(notice: Section, heading: str) -> tuple[EventKind, str]:
    label = notice.text("description") or heading
    folded = _fold(label)
    board = _fold(notice.text("administration"))
    if "location-gerance" in folded or "location gerance" in folded:
        return "lease_management", label
    concerns_board = "administration" in folded or "dirigeant" in folded
    # The board's text is read for offices only: a change of auditor says
    # "administration" too.
    only_auditors = "commissaire aux comptes" in board and not _LEADERS.search(board)
    if concerns_board and not only_auditors:
        return "leader_change", label
    return "modification", label


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


def _proceedings(sheet: Section, notices: list[Event]) -> list[Event]:
    """Openings and ends that no notice of the same day tells already."""
    told = {(event.kind, event.date) for event in notices}
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
                        source_id=f"{kind}:{day}:{_fold(label)}",
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
                label=f"Dépôt des comptes clos le {closed_on:%d/%m/%Y}",
                source_id=source_id,
            )
    return list(found.values())


def _number(notice: Section, issue: str, number: str) -> str:
    """The notice's number as the gazette itself writes it: A201900591847."""
    parts = (notice.text("bodacc"), notice.text(issue), notice.text(number))
    if all(parts):
        return "".join(part or "" for part in parts)
    day, heading = notice.text("date") or "", _fold(notice.text("type"))
    return f"notice:{day}:{heading}:{'-'.join(filter(None, parts))}"


def _fold(words: str | None) -> str:
    decomposed = unicodedata.normalize("NFKD", (words or "").lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip()
