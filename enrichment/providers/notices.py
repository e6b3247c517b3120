"""How a published notice (BODACC) is read, whichever source carries it.

Kinds are told from a notice's own headings. Its free text names people: it is read
for the words below and never shown.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from enrichment.providers.facts import Event, EventKind

_LEADERS = re.compile(
    r"president|gerant|directeur general|directrice generale|administrat(eur|rice)"
    r"|directoire|dirigeant"
)
_LEASE = re.compile(r"location[ -]gerance")
_INSOLVENCY = re.compile(
    r"liquidation judiciaire|redressement judiciaire|sauvegarde"
    r"|plan de (redressement|cession|continuation)"
)
# Papers lodged along the way: they open nothing and end nothing, though they may
# quote the judgement that did.
_PAPERS = re.compile(
    r"^(autre avis de )?depot|^liste des creances|delai pour deposer|^(autre )?arret de"
    r" la cour d'appel|designation des organes|^autre jugement de liquidation des biens"
    r"|ouverture d'une procedure de traitement de sortie de crise"
)
_OPENS = re.compile(
    r"ouverture|ouvrant|extension|conversion|resolution du plan .* et l[ae] "
)
_ENDS = re.compile(r"clotur|fin de (la )?procedure|(mettant|met) fin|fin a la")
_VAGUE = re.compile(r"^autre jugement (prononcant|d'ouverture)$")
# A heading of the gazette: no colon, after which it lists names, and no essay.
_LONGEST_HEADING: Final = 200


def fold(words: str | None) -> str:
    """Lower case without accents; UTF-8 that a registry read as Latin-1 is repaired."""
    text = words or ""
    try:
        text = text.encode("latin-1").decode()
    except UnicodeError:
        text = words or ""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip()


def gazette_number(
    letter: str | None, issue: str | None, number: str | None
) -> str | None:
    """A notice's number as the gazette itself writes it: A201900591847."""
    if not (letter and issue and number):
        return None
    return f"{letter}{issue}{number.lstrip('0') or number}"


def heading(text: str | None, otherwise: str) -> str:
    """The gazette's own words, unless they run into a text that may name people."""
    if not text or len(text) > _LONGEST_HEADING or ":" in text:
        return otherwise
    return text


def is_lease(*texts: str | None) -> bool:
    return any(_LEASE.search(fold(text)) for text in texts)


def judgement(
    family: str | None, nature: str | None, complement: str | None
) -> EventKind:
    """By the State directory's rules on the nature of a judgement, in their order.

    What they leave without a status is `other`, so that the papers lodged during a
    proceeding neither open it again nor end it.
    """
    words, group, detail = fold(nature), fold(family), fold(complement)
    if not words:
        # Old notices: the family is all there is.
        is_opening = "ouverture" in group or bool(_INSOLVENCY.search(detail))
        return _ended(group) or ("proceeding" if is_opening else "other")
    if _PAPERS.search(words):
        return "other"
    if _OPENS.search(words) and _INSOLVENCY.search(words):
        return "proceeding"
    if ended := _ended(f"{group} {words}"):
        return ended
    if "plan de redressement" in words and "continuation de l'activite" in detail:
        return "proceeding_closed"
    if _VAGUE.search(words):
        return "proceeding" if _INSOLVENCY.search(detail) else "other"
    if words.endswith("resolution du plan de sauvegarde"):
        return "other"
    return "proceeding" if _INSOLVENCY.search(words) else "other"


def _ended(words: str) -> EventKind | None:
    return "proceeding_closed" if _ENDS.search(words) else None


def change(description: str | None, board: str | None) -> EventKind:
    """A modification of the register; `board` is the text that lists the offices."""
    folded, offices = fold(description), fold(board)
    if _LEASE.search(folded):
        return "lease_management"
    concerns_board = "administration" in folded or "dirigeant" in folded
    # A change of auditor says "administration" too.
    only_auditors = "commissaire aux comptes" in offices and not _LEADERS.search(
        offices
    )
    if concerns_board and not only_auditors:
        return "leader_change"
    return "modification"


def filing_label(closed_on: date | None, deposit: str | None = None) -> str:
    what = "comptes consolidés" if "consolid" in fold(deposit) else "comptes"
    if closed_on is None:
        return f"Dépôt des {what}"
    return f"Dépôt des {what} clos le {closed_on:%d/%m/%Y}"


def settled(events: Iterable[Event], cancelled: Collection[str]) -> tuple[Event, ...]:
    """Newest first, those that a later notice annuls or replaces marked."""
    marked = (
        replace(event, is_cancelled=True) if event.source_id in cancelled else event
        for event in events
    )
    return tuple(sorted(marked, key=lambda e: (e.date, e.source_id), reverse=True))
