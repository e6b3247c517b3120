"""People and companies who say no, by lists: only their fingerprints are kept.

The file is the very data that may not be kept: it goes with the end of the run, no
refused row keeps its cells, and nothing brings back what was erased.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts import perms
from accounts.models import User
from companies import contacts
from companies.choices import ContactKind, OppositionReason
from companies.imports.chunks import Refused, Tally
from companies.imports.kinds import people
from companies.imports.kinds.base import Kind, Row
from companies.imports.models import Import

SOURCE: Final = "import"
_VALUES: Final = tuple(ContactKind.values)
# How reasons begin, folded; whatever else is written is an objection.
_REASONS: Final = {
    "efface": OppositionReason.ERASURE,
    "suppr": OppositionReason.ERASURE,
    "erasure": OppositionReason.ERASURE,
    "retrait": OppositionReason.RECALL,
    "rappel": OppositionReason.RECALL,
    "recall": OppositionReason.RECALL,
}


def may(user: User) -> bool:
    """As of the page where one opposition is noted by its value: it erases for all."""
    return perms.can_administer(user)


def lacks(fields: Collection[str], options: Mapping[str, Any]) -> str:
    if {*_VALUES, "siren", "siret"} & set(fields):
        return ""
    return _("Indiquez la colonne du courriel, du téléphone ou du SIREN.")


def take(imp: Import, rows: Sequence[Row], is_trial: bool) -> Tally:
    """Honour these requests, in the caller's transaction."""
    tally = Tally(read=len(rows))
    for row in rows:
        wishes = _wishes(row)
        reason = _fault(row, wishes)
        if reason:
            tally.refuse([Refused(line=row.line, reason=reason)])
            continue
        if all(contacts.is_opposed(**wish) for wish in wishes):
            tally.unchanged += 1
            continue
        tally.new += 1
        if not is_trial:
            _oppose(imp, wishes, reason_of(row.text("reason")))
    return tally


def _wishes(row: Row) -> list[dict[str, str]]:
    """What the row names: each value, else people at a company, else a company."""
    named = people.of_row(row) or []
    who = [{"siren": row.siren, "full_name": name} for name in named if row.siren]
    values = [text for kind in _VALUES if (text := row.text(kind))]
    if values:
        return [{"value": value, **each} for value in values for each in who or [{}]]
    if who:
        return who
    # A name that names nobody is not the whole company's refusal.
    return [{"siren": row.siren}] if row.siren and not named else []


def _fault(row: Row, wishes: Sequence[Mapping[str, str]]) -> str:
    if people.of_row(row) is None:
        return "who_is_who"
    if not wishes:
        return "nobody_named"
    values = [wish["value"] for wish in wishes if "value" in wish]
    is_read = all(contacts.is_opposed(value=value) is not None for value in values)
    return "" if is_read else "malformed"


def reason_of(text: str) -> OppositionReason:
    plain = unicodedata.normalize("NFKD", text.strip().lower())
    folded = "".join(c for c in plain if not unicodedata.combining(c))
    found = (why for start, why in _REASONS.items() if folded.startswith(start))
    return next(found, OppositionReason.OBJECTION)


def _oppose(
    imp: Import, wishes: Sequence[Mapping[str, str]], reason: OppositionReason
) -> None:
    by = imp.created_by
    for wish in wishes:
        if set(wish) == {"siren"}:
            contacts.oppose_company(
                siren=wish["siren"], by=by, source=SOURCE, reason=reason
            )
        else:
            contacts.oppose(
                value=wish.get("value", ""),
                siren=wish.get("siren", ""),
                full_name=wish.get("full_name", ""),
                by=by,
                source=SOURCE,
                reason=reason,
            )


KIND: Final = Kind(
    needs_siren=False,
    may=may,
    lacks=lacks,
    take=take,
    give_back=None,
    keeps_file=False,
)
