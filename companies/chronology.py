"""One line of time from notices, statuses and readings, newest first.

Pure: rows in, entries out. A company of partial diffusion keeps the kind of each
notice and loses its words, which may name a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from companies import accounts_words
from companies.choices import EventKind, Source, Status
from companies.models import AnnualAccounts, Company, LegalEvent, PursuitChange

SHOWN_AT_ONCE = 12
# What changes the odds of a sale, or ends the company.
GRAVE = frozenset(
    {
        EventKind.SALE,
        EventKind.CLOSING,
        EventKind.PROCEEDING,
        EventKind.LEADER_CHANGE,
    }
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    on: date
    text: str
    detail: str = ""
    is_grave: bool = False
    is_sandbox: bool = False


@dataclass(frozen=True, kw_only=True)
class Chronology:
    recent: tuple[Entry, ...]
    older: tuple[Entry, ...]


def build(
    *,
    company: Company,
    notices: Iterable[LegalEvent],
    changes: Iterable[PursuitChange],
    exercises: Sequence[AnnualAccounts],
) -> Chronology:
    entries = [
        *(_of_change(change) for change in changes),
        *_of_readings(exercises),
        *(_of_notice(n, hides_words=company.is_partial) for n in notices),
        *_of_register(company),
    ]
    # The sort is stable: on one day, our own moves come before what they followed.
    entries.sort(key=lambda entry: entry.on, reverse=True)
    return Chronology(
        recent=tuple(entries[:SHOWN_AT_ONCE]), older=tuple(entries[SHOWN_AT_ONCE:])
    )


def _of_change(change: PursuitChange) -> Entry:
    before, after = Status(change.before), Status(change.after)
    if before == after:
        text = _("Statut confirmé : %(after)s") % {"after": after.label.lower()}
    else:
        text = _("Statut : %(before)s → %(after)s") % {
            "before": before.label.lower(),
            "after": after.label.lower(),
        }
    by = str(change.by) if change.by else ""
    return Entry(
        on=timezone.localtime(change.at).date(),
        text=text,
        detail=", ".join(filter(None, (by, change.reason))),
    )


def _of_readings(exercises: Sequence[AnnualAccounts]) -> Iterator[Entry]:
    """One entry per source and day, with the span of years it gave."""
    years: dict[tuple[Source, date], set[int]] = defaultdict(set)
    sandbox: dict[tuple[Source, date], bool] = defaultdict(bool)
    for exercise in exercises:
        for reading in accounts_words.read_days(exercise).items():
            years[reading].add(exercise.year)
            sandbox[reading] |= exercise.is_sandbox
    for (source, day), read in years.items():
        yield Entry(
            on=day,
            text=_readings_text(min(read), max(read)),
            detail=str(source.label),
            is_sandbox=sandbox[source, day],
        )


def _readings_text(first: int, last: int) -> str:
    if first == last:
        return _("Comptes %(year)s relevés") % {"year": first}
    return _("Comptes %(first)s à %(last)s relevés") % {"first": first, "last": last}


def _of_notice(notice: LegalEvent, *, hides_words: bool) -> Entry:
    kind = EventKind(notice.kind)
    label = "" if hides_words else notice.label.strip()
    name, source = str(kind.label), str(Source(notice.source).label)
    # A label that begins with the kind would say it twice.
    says_kind = label.lower().startswith(name.lower())
    detail = source if says_kind or not label else f"{label}, {source}"
    return Entry(
        on=notice.occurred_on,
        text=label if says_kind else name,
        detail=detail,
        is_grave=kind in GRAVE,
        is_sandbox=notice.is_sandbox,
    )


def _of_register(company: Company) -> Iterator[Entry]:
    if company.closed_on:
        yield Entry(
            on=company.closed_on,
            text=_("Société cessée"),
            detail=str(Source.SIRENE.label),
            is_grave=True,
        )
    if company.created_on:
        yield Entry(
            on=company.created_on,
            text=_("Création de la société"),
            detail=str(Source.SIRENE.label),
        )
