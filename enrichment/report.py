"""What was understood of a list and what was refused, for the page of a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from enrichment import wording
from enrichment.models import Batch, BatchLine
from mainsite.lib.sheets.siren_cells import Refusal, Repair, marked

LINES_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class LineShown:
    number: int
    pieces: tuple[tuple[str, bool], ...]
    name: str
    why: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """Every line read has its fate: ``accepted`` and ``refused`` add up to ``read``."""

    read: int
    accepted: int
    repaired: int
    refused: int
    lines: tuple[LineShown, ...]
    repairs: tuple[LineShown, ...]
    by_reason: tuple[tuple[str, int], ...]
    detected: tuple[tuple[str, str], ...]
    has_names: bool

    @property
    def plain(self) -> int:
        return self.accepted - self.repaired

    @property
    def hidden(self) -> int:
        return self.refused - len(self.lines)

    @property
    def segments(self) -> tuple[tuple[str, int], ...]:
        return (
            ("done", self.plain),
            ("reused", self.repaired),
            ("failed", self.refused),
        )


def report(
    batch: Batch | None,
    *,
    everything: bool = False,
    lines: Sequence[BatchLine] = (),
    refused: Mapping[str, int] | None = None,
) -> Report:
    """Of a stored batch, or of a list from which nothing could be kept."""
    detected: dict[str, Any] = batch.detected if batch else {}
    counts = refused if refused is not None else detected.get("refused", {})
    repaired = detected.get("repaired", {})
    accepted = int(detected.get("accepted", 0))
    total = sum(counts.values())
    position = detected.get("name_position")
    most = 1000 if everything else LINES_SHOWN
    refused_lines = _lines(batch, is_refused=True, most=most) if total else []
    if batch is None:
        refused_lines = list(lines[:most])
    mended = _lines(batch, is_refused=False, most=LINES_SHOWN) if repaired else []
    return Report(
        read=batch.lines_read if batch else total,
        accepted=accepted,
        repaired=sum(repaired.values()),
        refused=total,
        lines=tuple(_shown(line, position) for line in refused_lines),
        repairs=tuple(_mended(line) for line in mended),
        by_reason=tuple(
            (str(wording.SHORT_REFUSALS[Refusal(reason)]), count)
            for reason, count in sorted(counts.items(), key=lambda pair: -pair[1])
        ),
        detected=_detected(detected),
        has_names=position is not None,
    )


def _lines(batch: Batch | None, *, is_refused: bool, most: int) -> list[BatchLine]:
    if batch is None:
        return []
    rows = batch.lines.filter(is_refused=is_refused)
    return list(rows.order_by("number", "pk")[:most])


def _shown(line: BatchLine, name_position: int | None) -> LineShown:
    has_name = name_position is not None and name_position < len(line.cells)
    return LineShown(
        number=line.number,
        pieces=marked(line.read, line.reason) if line.read else (),
        name=line.cells[name_position] if has_name else "",
        why=wording.refusal(line.reason, line.hint),
        advice=wording.advice(line.reason, line.hint),
    )


def _mended(line: BatchLine) -> LineShown:
    return LineShown(
        number=line.number,
        pieces=((line.read, False),),
        name=line.hint,
        why=str(wording.REPAIRS[Repair(line.reason)]),
        advice="",
    )


def _detected(found: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if "encoding" not in found:
        return ()
    separator, encoding = found.get("separator", ""), found.get("encoding", "")
    told = [
        (_("Séparateur"), str(wording.SEPARATORS.get(separator, separator))),
        (_("Encodage"), wording.ENCODINGS.get(encoding, encoding)),
        (_("Colonne du SIREN"), _column(found)),
    ]
    if found.get("sample"):
        told.append((_("Échantillon accentué"), f"«\u00a0{found['sample']}\u00a0»"))
    return tuple(told)


def _column(found: Mapping[str, Any]) -> str:
    column = str(found.get("column", ""))
    if not found.get("titles"):
        return _("n°\u00a0%(number)s, sans en-tête") % {"number": column}
    if found.get("found_by") == "content":
        return _("«\u00a0%(title)s\u00a0», d’après son contenu") % {"title": column}
    return f"«\u00a0{column}\u00a0»"
