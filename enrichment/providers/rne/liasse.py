"""The lines of a typed tax return: which code is which figure, and in which column.

Codes are those printed on the forms: 2050 to 2058 for the normal regime, 2033 for the
simplified one. Of the normal regime, the published nomenclature of the forms
("liasses fiscales", 2022) has the same codes and words. It has other codes for the
simplified one (BA for 210); those used here are printed on form 2033-A and -B.

A line has four amounts. Asset lines: gross, depreciation, net, net a year before.
The lines of revenue in the normal regime: France, export, total, total a year before.
All others have one figure and that of the year before, either in m1 and m2 or in m3
and m4 by the page; the other pair stays empty, which is how they are told apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from enrichment.providers.reading import Notes, Section
from enrichment.providers.rne import names


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one return says of its year; None where it does not say for certain."""

    revenue: int | None = None
    net_income: int | None = None
    ebitda: int | None = None
    equity: int | None = None
    financial_debt: int | None = None
    headcount: int | None = None


class Lines:
    """The lines of one return by their code."""

    def __init__(self, detail: Section, *, notes: Notes, where: str) -> None:
        self._notes = notes
        self._where = where
        self._rows: dict[str, Section] = {}
        for page in detail.sections("pages"):
            page.knows(names.PAGE)
            for row in page.sections("liasses"):
                row.knows(names.LINE)
                self._rows.setdefault((row.text("code") or "").upper(), row)

    def __contains__(self, code: str) -> bool:
        return code in self._rows

    def total(self, code: str) -> int | None:
        """The third amount of a line that splits the year in three."""
        row = self._rows.get(code)
        return None if row is None else row.amount("m3")

    def figure(self, code: str) -> int | None:
        """The year's figure of a line that has only one."""
        row = self._rows.get(code)
        if row is None:
            return None
        early, late = (
            tuple(row.amount(name) for name in pair)
            for pair in (("m1", "m2"), ("m3", "m4"))
        )
        filled = [pair for pair in (early, late) if pair != (None, None)]
        told = [pair for pair in filled if any(pair)] or filled[:1]
        if len(set(told)) > 1:
            self.warn("column_in_doubt", code)
            return None
        return told[0][0] if told else None

    def first(self, *codes: str) -> int | None:
        """The figure of the first line there is; its twin must not contradict it."""
        told = [value for code in codes if (value := self.figure(code)) is not None]
        if len(set(told)) > 1:
            self.warn("figures_differ", "/".join(codes))
        return told[0] if told else None

    def sum(self, codes: Iterable[str]) -> int:
        """Empty lines count for nothing: only good beside a total that agrees."""
        return sum(self.figure(code) or 0 for code in codes)

    def agrees(self, total: str, parts: int, *, lines: int) -> bool:
        """Whether the printed total is the sum of its lines, each rounded to a euro."""
        printed = self.figure(total)
        return printed is not None and abs(printed - parts) <= lines

    def warn(self, code: str, line: str) -> None:
        self._notes.warn(code, f"{self._where}.{line}")

    def warn_if_there(self, code: str, *totals: str) -> None:
        """A return without its totals is short, one whose totals differ is odd."""
        if any(total in self for total in totals):
            self.warn(code, "/".join(totals))


# Operating income beside revenue, and costs: above EBITDA, then below it.
_INCOME_ABOVE = ("FM", "FN", "FO")
_INCOME_BELOW = ("FP", "FQ")
_COSTS_ABOVE = ("FS", "FT", "FU", "FV", "FW", "FX", "FY", "FZ")
_COSTS_BELOW = ("GA", "GB", "GC", "GD", "GE")
_LOANS = ("DS", "DT", "DU", "DV")
_OTHER_DEBTS = ("DW", "DX", "DY", "DZ", "EA", "EB")


def normal(lines: Lines) -> Figures:
    """Forms 2050 to 2058-C.

    Revenue: FL (on the line that begins with FJ), total of France and export.
    Net income: HN, which the balance sheet repeats as DI. Equity: DL.
    Financial debt: DS + DT + DU + DV (bonds, bank loans, other loans, partners'
    accounts included), if with the other debts they make the total EC.
    EBITDA, as the chart of accounts defines "excédent brut d'exploitation":
    FL + FM + FN + FO − (FS + FT + FU + FV + FW) − FX − FY − FZ, if income makes the
    total FR and costs the total GF. Headcount: YP, average of the year.
    """
    revenue = lines.total("FL") if "FL" in lines else lines.total("FJ")
    return Figures(
        revenue=revenue,
        net_income=lines.first("HN", "DI"),
        ebitda=_normal_ebitda(lines, revenue or 0),
        equity=lines.figure("DL"),
        financial_debt=_normal_debt(lines),
        headcount=lines.figure("YP"),
    )


def _normal_ebitda(lines: Lines, revenue: int) -> int | None:
    income = revenue + lines.sum(_INCOME_ABOVE)
    costs = lines.sum(_COSTS_ABOVE)
    is_whole = lines.agrees(
        "FR", income + lines.sum(_INCOME_BELOW), lines=6
    ) and lines.agrees("GF", costs + lines.sum(_COSTS_BELOW), lines=13)
    if is_whole:
        return income - costs
    lines.warn_if_there("lines_do_not_add_up", "FR", "GF")
    return None


def _normal_debt(lines: Lines) -> int | None:
    loans = lines.sum(_LOANS)
    if lines.agrees("EC", loans + lines.sum(_OTHER_DEBTS), lines=10):
        return loans
    lines.warn_if_there("lines_do_not_add_up", "EC")
    return None


_SALES = ("210", "214", "218")
_EXPORTS = ("209", "215", "217")
_SIMPLE_INCOME_ABOVE = ("222", "224", "226")
_SIMPLE_COSTS_ABOVE = ("234", "236", "238", "240", "242", "244", "250", "252")
_SIMPLE_COSTS_BELOW = ("254", "256", "262")
_SIMPLE_OTHER_DEBTS = ("164", "166", "172", "174")


def simplified(lines: Lines) -> Figures:
    """Forms 2033-A and 2033-B.

    Revenue: 210 + 214 + 218 (goods, products, services) and their export 209 + 215 +
    217. The form prints export as a part of the sales beside it, while some returns
    have it apart: the total 232 says which, and without it export is added, with a
    warning. Net income: 310, in the balance sheet 136. Equity: 142.
    Financial debt: 156. EBITDA: revenue + 222 + 224 + 226 − (234 + 236 + 238 + 240 +
    242) − 244 − 250 − 252, if income makes the total 232 and costs the total 264.
    Headcount: 376, average of the year.
    """
    revenue, is_whole = _simple_revenue(lines)
    return Figures(
        revenue=revenue,
        net_income=lines.first("310", "136"),
        ebitda=_simple_ebitda(lines, revenue or 0) if is_whole else None,
        equity=lines.figure("142"),
        financial_debt=_simple_debt(lines),
        headcount=lines.figure("376"),
    )


def _simple_revenue(lines: Lines) -> tuple[int | None, bool]:
    """The revenue, and whether all operating income adds up with it."""
    if not any(code in lines for code in (*_SALES, *_EXPORTS)):
        return None, False
    sales, export = lines.sum(_SALES), lines.sum(_EXPORTS)
    rest = lines.sum((*_SIMPLE_INCOME_ABOVE, "230"))
    for revenue in (sales, sales + export):
        if lines.agrees("232", revenue + rest, lines=10):
            return revenue, True
    if export:
        lines.warn("export_in_doubt", "232")
    return sales + export, False


def _simple_ebitda(lines: Lines, revenue: int) -> int | None:
    costs = lines.sum(_SIMPLE_COSTS_ABOVE)
    if lines.agrees("264", costs + lines.sum(_SIMPLE_COSTS_BELOW), lines=11):
        return revenue + lines.sum(_SIMPLE_INCOME_ABOVE) - costs
    lines.warn_if_there("lines_do_not_add_up", "264")
    return None


def _simple_debt(lines: Lines) -> int | None:
    loans = lines.figure("156")
    if loans is None and lines.agrees("176", lines.sum(_SIMPLE_OTHER_DEBTS), lines=4):
        return 0
    return loans
