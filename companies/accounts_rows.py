"""The figures of the accounts, row by row, with what explains them in the margin.

Growth is computed between two consecutive exercises of one type and nowhere else.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from companies import accounts_words
from companies.choices import AccountType
from companies.margin import Margin
from companies.models import AnnualAccounts
from mainsite.lib import formatting

FULL_YEAR = (11, 13)
# A shorter or a longer exercise is no year: scores leave its amounts out.
COMPARABLE_MONTHS = (6, 18)
NOT_COMPUTABLE = "na"


@dataclass(frozen=True)
class Slot:
    """A place in the table: an exercise, or a year without any."""

    year: int
    exercise: AnnualAccounts | None

    def amount(self, field: str) -> int | None:
        return getattr(self.exercise, field) if self.exercise else None

    @property
    def why_missing(self) -> str:
        if self.exercise is None:
            return "absent"
        return "confidential_short" if self.exercise.is_confidential else "unknown"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A figure, or why there is none; ``call`` is the number of its margin note."""

    value: float | None = None
    form: str = "number"
    missing: str = "unknown"
    text: str = ""
    title: str = ""
    calls: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    label: str
    cells: tuple[Cell, ...]
    kind: str = ""


def build(
    slots: Sequence[Slot], *, in_thousands: bool, margin: Margin
) -> Iterable[Row]:
    def amounts(label: str, field: str, kind: str = "") -> Row:
        cells = (_figure(s, field, label, in_thousands, margin) for s in slots)
        return Row(label=label, kind=kind, cells=tuple(cells))

    yield amounts(_("Chiffre d’affaires"), "revenue", "strong")
    yield Row(label=_("Croissance du CA"), cells=_growths(slots))
    yield amounts(_("Résultat net"), "net_income")
    yield Row(label=_("Marge nette"), cells=tuple(_margin_of(s) for s in slots))
    yield amounts(_("EBE"), "ebitda")
    yield amounts(_("Capitaux propres"), "equity")
    yield amounts(_("Dettes financières"), "financial_debt")
    headcount = _("Effectif moyen")
    heads = tuple(_figure(s, "headcount", headcount, False, margin) for s in slots)
    yield Row(label=headcount, cells=heads)
    yield _small(_("Comptes"), slots, _kind)
    yield _small(_("Source"), slots, lambda s: _source_cell(s, margin))
    yield _small(_("Relevé le"), slots, _read_on)


def _figure(
    slot: Slot, field: str, label: str, in_thousands: bool, margin: Margin
) -> Cell:
    value: float | None = slot.amount(field)
    calls = _figure_calls(slot, field, label, margin)
    if value is not None and in_thousands:
        value = value / 1000
    return Cell(value=value, missing=slot.why_missing, calls=calls)


def _figure_calls(
    slot: Slot, field: str, label: str, margin: Margin
) -> tuple[int, ...]:
    exercise, calls = slot.exercise, []
    if exercise is None:
        return ()
    if field == "revenue" and exercise.has_unit_jump:
        calls.append(margin.add(accounts_words.unit_jump(slot.year)))
    others = exercise.disagreements.get(field)
    if others:
        sentence = accounts_words.disagreement(exercise, field, label, others)
        calls.append(
            margin.add(sentence, cite=accounts_words.rule_of(exercise, field, others))
        )
    return tuple(calls)


def _growths(slots: Sequence[Slot]) -> tuple[Cell, ...]:
    cells = [Cell(missing=NOT_COMPUTABLE)]
    for before, slot in pairwise(slots):
        ratio = growth(before.exercise, slot.exercise)
        cells.append(Cell(text=_signed_percent(ratio), missing=NOT_COMPUTABLE))
    return tuple(cells)


def _signed_percent(ratio: float | None) -> str:
    """In ink whatever its sign: revenue that falls is not a loss."""
    if ratio is None:
        return ""
    return formatting.percent(ratio, signed=True, language=accounts_words.language())


def growth(
    before: AnnualAccounts | None, exercise: AnnualAccounts | None
) -> float | None:
    """Change of revenue as a ratio, or None when the two cannot be compared."""
    if before is None or exercise is None:
        return None
    if exercise.year != before.year + 1 or not (
        _is_comparable(before) and _is_comparable(exercise)
    ):
        return None
    if not before.revenue or before.revenue < 0 or exercise.revenue is None:
        return None
    return exercise.revenue / before.revenue - 1


def _is_comparable(exercise: AnnualAccounts) -> bool:
    months = exercise.duration_months
    is_full = months is None or is_full_year(months)
    return is_full and not exercise.has_unit_jump


def is_full_year(months: int) -> bool:
    return FULL_YEAR[0] <= months <= FULL_YEAR[1]


def is_about_a_year(months: int) -> bool:
    return COMPARABLE_MONTHS[0] <= months <= COMPARABLE_MONTHS[1]


def _margin_of(slot: Slot) -> Cell:
    percent = slot.exercise.net_margin if slot.exercise else None
    if percent is not None:
        return Cell(value=percent / 100, form="percent")
    either = slot.amount("revenue") is None or slot.amount("net_income") is None
    return Cell(missing=slot.why_missing if either else NOT_COMPUTABLE)


# Where the figures come from


def _small(label: str, slots: Sequence[Slot], cell: Callable[[Slot], Cell]) -> Row:
    cells = tuple(
        cell(s) if s.exercise else Cell(missing=NOT_COMPUTABLE) for s in slots
    )
    return Row(label=label, cells=cells, kind="small")


def _kind(slot: Slot) -> Cell:
    words = {
        AccountType.COMPANY: _("sociaux"),
        AccountType.SIMPLIFIED: _("simplifiés"),
        AccountType.CONSOLIDATED: _("consolidés"),
    }
    kind = AccountType(slot.exercise.account_type) if slot.exercise else None
    return Cell(text=words[kind] if kind else "", title=str(kind.label) if kind else "")


def _source_cell(slot: Slot, margin: Margin) -> Cell:
    if slot.exercise is None:
        return Cell()
    sources = accounts_words.sources_of(slot.exercise)
    if not sources and not slot.exercise.is_sandbox:
        return Cell()
    calls: tuple[int, ...] = ()
    if slot.exercise.is_sandbox:
        text = _("Réponse du bac à sable : un exemple, sans valeur.")
        calls = (margin.add(text),)
    return Cell(
        text=", ".join(
            accounts_words.SHORT_SOURCES.get(s, str(s.label)) for s in sources
        )
        or _("bac à sable"),
        title=", ".join(str(s.label) for s in sources),
        calls=calls,
    )


def _read_on(slot: Slot) -> Cell:
    days = accounts_words.read_days(slot.exercise) if slot.exercise else {}
    if not days:
        return Cell()
    newest = max(days.values())
    return Cell(
        text=f"{newest:%d/%m/%y}",
        title=formatting.long_date(newest, language=accounts_words.language()),
    )
