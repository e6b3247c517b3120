"""What a cell holds. None is unknown: an empty cell, never a zero."""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from django.utils import timezone

from companies import nomenclature
from companies.choices import EventKind, Status
from exports.formats.csv import Cell
from exports.rows import Record
from scoring.gather import debt_ratio
from scoring.rules import bands, wording

CENT = Decimal("0.01")
# Where an answer of the sandbox becomes text, the cell says so: the file may be
# renamed, the cell copied, and nobody must take an example for a person.
SANDBOX_MARK = " (bac à sable)"
PAPPERS = "https://www.pappers.fr/entreprise/"
ANNUAIRE = "https://annuaire-entreprises.data.gouv.fr/entreprise/"


def leader(record: Record) -> str:
    if not record.leader.name:
        return ""
    return _marked(record.leader.name, is_sandbox=record.leader.is_sandbox)


def address(record: Record) -> str:
    return "" if record.row.is_partial else record.company.address


def status(record: Record) -> str:
    return str(Status(record.row.status).label)


def headcount(record: Record) -> Cell:
    """People when accounts tell, else the band in words: a bound is not a count."""
    current = record.exercises.current
    if current is not None and current.headcount is not None:
        return current.headcount
    band = nomenclature.HEADCOUNT_BANDS.get(record.company.headcount_band)
    if band is None:
        return record.row.headcount
    return band.lower if band.lower == band.upper else band.label


def revenue_before(record: Record) -> int | None:
    previous = record.exercises.previous
    return previous.revenue if previous else None


def revenue_two_before(record: Record) -> int | None:
    earlier = record.exercises.earlier
    return earlier.revenue if earlier else None


def growth(record: Record) -> Decimal | None:
    """(N / N−2) − 1 in %, in one account type; nothing across a change of unit."""
    told = record.exercises
    if told.current is None or told.earlier is None:
        return None
    now, then = told.current.revenue, told.earlier.revenue
    if now is None or then is None or then <= 0 or _has_unit_jump(record):
        return None
    return _rounded(100 * (Decimal(now) / then - 1))


def _has_unit_jump(record: Record) -> bool:
    told = record.exercises
    return any(
        each.has_unit_jump
        for each in (told.current, told.previous, told.earlier)
        if each
    )


def net_margin(record: Record) -> Decimal | None:
    current = record.exercises.current
    margin = current.net_margin if current else None
    return None if margin is None else _rounded(Decimal(margin))


def debt(record: Record) -> Decimal | None:
    current = record.exercises.current
    ratio = debt_ratio(current) if current else None
    return None if ratio is None else _rounded(Decimal(ratio))


def points(reading: Decimal | None) -> Decimal | None:
    """Always two decimals, so that a column lines up."""
    return None if reading is None else _rounded(reading)


def level(score: Decimal | None) -> str:
    return wording.level(bands.level(None if score is None else float(score)))


def priority(record: Record) -> str:
    score = record.row.score
    return bands.priority(None if score is None else float(score)) or ""


def data_quality(record: Record) -> str:
    coverage = record.row.coverage
    if coverage is None:
        return ""
    if coverage >= 70:
        return "Haute"
    return "Moyenne" if coverage >= 40 else "Faible"


def read_on(record: Record) -> date:
    """The last day anything was read of it, the register when nothing else was."""
    moment = record.row.enriched_at or record.company.registered_at
    return timezone.localtime(moment).date()


def notes(record: Record) -> str:
    return "\n".join(
        f"{timezone.localtime(note.written_at):%d/%m/%Y} : {_one_ending(note.text)}"
        for note in record.notes
    )


def latest_news(record: Record) -> str:
    """``AAAA-MM-JJ libellé``; the words of a notice may name a person."""
    event = record.latest_event
    if event is None:
        return ""
    kind = str(EventKind(event.kind).label)
    label = "" if record.row.is_partial else " ".join(event.label.split())
    words = f"{event.occurred_on.isoformat()} {label or kind}"
    return _marked(words, is_sandbox=event.is_sandbox)


def _marked(text: str, *, is_sandbox: bool) -> str:
    return text + SANDBOX_MARK if is_sandbox else text


def _one_ending(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(CENT, rounding=ROUND_HALF_EVEN)
