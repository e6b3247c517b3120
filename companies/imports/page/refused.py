"""Rows that were refused, as the report shows them: what was read, why, what next."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from companies.imports import fields, wording
from companies.imports.models import Import, ImportRefusal
from companies.imports.page import figures
from companies.imports.wording import Piece
from mainsite.lib.sheets.siren_cells import marked

FIRST, MORE, MOST = 10, 100, 1000
# Refused for the whole row: nothing of its key is wrong.
_OF_THE_ROW = frozenset({"ragged", "duplicate", "no_name", "unknown_company"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    line: int
    key: tuple[Piece, ...]
    name: str
    why: tuple[Piece, ...]
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """``total`` were refused; ``rows`` are shown, ``kept`` can be downloaded."""

    total: int
    kept: int
    rows: tuple[Row, ...]
    reasons: tuple[tuple[str, int], ...]
    key_label: str
    has_name: bool
    file_url: str
    next_url: str
    following: int

    @property
    def has_key(self) -> bool:
        return bool(self.key_label)

    @property
    def most(self) -> int:
        """The longest bar is the commonest reason's."""
        return max((count for _words, count in self.reasons), default=1)

    @property
    def not_kept(self) -> int:
        return max(self.total - self.kept, 0)


def is_trial(imp: Import) -> bool:
    return imp.started_at is None


def read(imp: Import, *, at: Mapping[str, str], first: int = FIRST) -> Refused:
    """``refus`` says how many lines of the first are wanted, ten at first."""
    counts = figures.counts_of(imp)
    total = int(counts.get("refused", 0))
    rows = ImportRefusal.objects.filter(of=imp, is_trial=is_trial(imp))
    kept = rows.count() if total else 0
    wanted = _wanted(at.get("refus", ""), first)
    shown = rows.order_by("line", "pk")[:wanted] if total else []
    following = min(kept - wanted, MORE)
    is_more = following > 0 and wanted < MOST
    places = {code: int(place) for place, code in imp.mapping.items()}
    key = next((code for code in fields.KEYS if code in places), "")
    return Refused(
        total=total,
        kept=kept,
        rows=tuple(_row(each, places, key) for each in shown),
        reasons=tuple(figures.reasons(counts)),
        key_label=_("%(field)s lu") % {"field": wording.field(key)} if key else "",
        has_name="name" in places,
        file_url=reverse("companies:imports:refused", args=[imp.public_id])
        if kept
        else "",
        next_url=f"?refus={wanted + MORE}#refus" if is_more else "",
        following=following,
    )


def _wanted(text: str, first: int) -> int:
    if not (text.isascii() and text.isdigit()):
        return first
    return min(max(int(text[:6]), first), MOST)


def _row(refusal: ImportRefusal, places: Mapping[str, int], key: str) -> Row:
    """A refused key is marked in its own column; any other value in the sentence."""
    value, is_key = refusal.value, refusal.field in fields.KEYS
    read = value if is_key and refusal.field == key else _cell(refusal, places, key)
    return Row(
        line=refusal.line,
        key=_key_pieces(read, refusal, is_refused=is_key and refusal.field == key),
        name=_cell(refusal, places, "name"),
        why=wording.reason_pieces(
            refusal.reason,
            field_code=refusal.field,
            value=value,
            hint=refusal.hint,
        ),
        advice=wording.advice(refusal.reason, refusal.hint),
    )


def _key_pieces(
    read: str, refusal: ImportRefusal, *, is_refused: bool
) -> tuple[Piece, ...]:
    if not read:
        return ((_("(vide)"), is_refused),)
    if not is_refused or refusal.reason in _OF_THE_ROW:
        return ((read, False),)
    return marked(read, refusal.reason)


def _cell(refusal: ImportRefusal, places: Mapping[str, int], code: str) -> str:
    place = places.get(code, -1)
    return refusal.cells[place] if 0 <= place < len(refusal.cells) else ""
