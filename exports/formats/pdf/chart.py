"""Amounts by year as bars, drawn: they stay sharp however large."""

from collections.abc import Sequence

from fpdf import Align

from exports.formats.pdf.sheet import INK, INK_SOFT, RULE, SIGNAL, Sheet
from mainsite.lib import formatting

HEIGHT, LABELS = 30.0, 9.0
Bar = tuple[int, int | None]


def draw(sheet: Sheet, bars: Sequence[Bar], *, title: str) -> None:
    """A year without an amount keeps its place, empty; below zero is below the line."""
    known = [amount for _, amount in bars if amount is not None]
    if len(known) < 2:
        return
    highest, lowest = max(0, *known), min(0, *known)
    if highest == lowest:
        return
    if sheet.will_page_break(HEIGHT + 2 * LABELS):
        sheet.add_page()
    sheet.write_line(title, size=8.5, colour=INK_SOFT)
    top = sheet.y + 4
    scale = HEIGHT / (highest - lowest)
    zero = top + highest * scale
    step = sheet.epw / max(len(bars), 5)
    for place, (year, amount) in enumerate(bars):
        left = sheet.l_margin + place * step
        if amount is not None:
            _bar(sheet, left, step, zero, amount * scale, amount)
        _label(sheet, left, step, top + HEIGHT + 1, str(year))
    sheet.set_draw_color(*RULE)
    sheet.line(sheet.l_margin, zero, sheet.l_margin + step * len(bars), zero)
    sheet.set_y(top + HEIGHT + LABELS - 2)


def _bar(
    sheet: Sheet, left: float, step: float, zero: float, height: float, amount: int
) -> None:
    sheet.set_fill_color(*(INK if amount >= 0 else SIGNAL))
    width = step * 0.45
    top = min(zero, zero - height)
    sheet.rect(left + (step - width) / 2, top, width, max(abs(height), 0.2), style="F")
    _label(sheet, left, step, top - 4, formatting.meuros(amount, decimals=2))


def _label(sheet: Sheet, left: float, step: float, top: float, words: str) -> None:
    sheet.ink(INK_SOFT, size=8)
    sheet.set_xy(left, top)
    sheet.cell(step, 4, words, align=Align.C)
