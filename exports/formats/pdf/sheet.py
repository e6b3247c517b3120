"""A page of the product on paper: its frame, its words, its rules."""

from typing import Final

from fpdf import FPDF, Align, XPos, YPos
from fpdf.fonts import TTFFont

from exports.formats.facts import Facts
from exports.formats.pdf import fonts
from exports.formats.pdf.fonts import SANS, SERIF, spelled

Colour = tuple[int, int, int]
INK: Final[Colour] = (19, 32, 45)
INK_SOFT: Final[Colour] = (84, 96, 107)
RULE: Final[Colour] = (211, 216, 213)
SIGNAL: Final[Colour] = (165, 15, 60)
WASH: Final[Colour] = (248, 230, 234)
MARGIN: Final = 18.0
SANDBOX: Final = (
    "BAC À SABLE : les réponses marquées « bac à sable » sont des exemples, "
    "sans valeur."
)


class Sheet(FPDF):
    """Every page says whose export it is, and that it is a sandbox's when it is."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(format="A4")
        self.facts = facts
        fonts.add(self)
        self.set_margins(MARGIN, 14, MARGIN)
        self.set_auto_page_break(auto=True, margin=20)
        self.set_lang("fr-FR")
        self.set_title("Fiches de sociétés")
        self.set_subject(
            spelled(" ; ".join(f"{k} : {v}" for k, v in facts.manifest.items()))
        )
        self.set_keywords(spelled(facts.watermark))

    def header(self) -> None:
        if not self.facts.is_sandbox:
            return
        self.set_fill_color(*WASH)
        self.write_line(SANDBOX, size=8.5, colour=SIGNAL, bold=True, fill=True)
        self.ln(2)

    def footer(self) -> None:
        self.set_y(-15)
        reference = self.facts.manifest.get("Référence", "")
        words = " · ".join(filter(None, (self.facts.watermark, reference)))
        self.ink(INK_SOFT, size=7.5)
        self.cell(self.epw - 20, 4, spelled(words))
        self.cell(20, 4, f"{self.page_no()} / {{nb}}", align=Align.R)

    def close(self) -> None:
        """Let go of the typefaces' files."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    # Words

    def ink(self, colour: Colour, *, size: float, bold: bool = False) -> None:
        self.set_text_color(*colour)
        self.set_font(SANS, "B" if bold else "", size)

    def write_line(
        self,
        text: str,
        *,
        size: float = 9.5,
        colour: Colour = INK,
        bold: bool = False,
        fill: bool = False,
        indent: float = 0,
    ) -> None:
        """A paragraph over the width; a long one goes on over the next lines."""
        self.ink(colour, size=size, bold=bold)
        self.set_x(self.l_margin + indent)
        self.multi_cell(
            self.epw - indent,
            size * 0.47,
            spelled(text),
            align=Align.L,
            fill=fill,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def title_line(self, text: str) -> None:
        self.set_text_color(*INK)
        self.set_font(SERIF, "", 21)
        self.multi_cell(
            self.epw, 9, spelled(text), align=Align.L, new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )  # fmt: skip

    def heading(self, text: str, *, room: float = 30) -> None:
        """With a rule above; on a new page when ``room`` is not left below it."""
        if self.will_page_break(room):
            self.add_page()
        self.ln(3.2)
        self.rule()
        self.ln(1.4)
        self.write_line(text, size=11, bold=True)
        self.ln(0.8)

    def rule(self) -> None:
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.line(self.l_margin, self.y, self.w - self.r_margin, self.y)

    def pair(self, name: str, value: str, *, width: float = 42) -> None:
        """A name and what it is, on a line of their own."""
        self.ink(INK_SOFT, size=9)
        self.cell(width, 4.6, spelled(name))
        self.ink(INK, size=9)
        self.multi_cell(
            self.epw - width, 4.6, spelled(value), align=Align.L, new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )  # fmt: skip
