"""Refused rows with fields in the place of their cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from companies.imports import correcting, wording
from companies.imports.wording import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    line: int
    fields: tuple[Any, ...]
    why: tuple[Piece, ...]
    advice: str


def after(at: Mapping[str, str]) -> int:
    """``apres`` is the line of the last row of the page before."""
    text = at.get("apres", "")
    return int(text[:9]) if text.isascii() and text.isdigit() else 0


def rows(found: Sequence[correcting.Row], form: Any) -> list[Row]:
    return [
        Row(
            line=each.refusal.line,
            fields=tuple(form[form.name_of(each, cell)] for cell in each.cells),
            why=wording.reason_pieces(
                each.refusal.reason,
                field_code=each.refusal.field,
                value=each.refusal.value,
                hint=each.refusal.hint,
            ),
            advice=wording.advice(each.refusal.reason, each.refusal.hint),
        )
        for each in found
    ]


def next_url(imp: Any, found: Sequence[correcting.Row]) -> str:
    if not found or found[-1].refusal.line >= correcting.last_line(imp):
        return ""
    return f"?apres={found[-1].refusal.line}"
