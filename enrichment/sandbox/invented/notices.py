"""Made-up published notices, in step with the accounts and the officers."""

from datetime import date, timedelta

from enrichment.sandbox.invented.company import (
    LAST_DAY,
    Exercise,
    Notice,
    Person,
    earliest_year,
)
from enrichment.sandbox.invented.draws import Draws

_FIRST_GAZETTE_YEAR = 2008
Proceeding = tuple[date, date | None]


# The gazette's three issues: sales and judgements, changes, deposits of accounts.
_ISSUES = {"accounts": "C", "leader": "B", "lease": "B", "sale": "A", "judgement": "A"}


def gazette_number(notice: Notice, siren: str) -> tuple[str, str, str]:
    """Letter, issue and number; the two S are in no real one."""
    issue = f"{notice.day:%Y}S{notice.day:%j}"
    return _ISSUES[notice.kind], issue, f"S{siren[-4:]}"


def proceeding(siren: str, draws: Draws) -> Proceeding | None:
    """Opening and end; one company in thirty, half of them still open."""
    if not draws.chance("has_proceeding", 0.03):
        return None
    is_open = draws.chance("is_open", 0.5)
    first = max(earliest_year(siren) + 1, LAST_DAY.year - (2 if is_open else 9))
    year = min(LAST_DAY.year - 1, first + draws.whole("opened", 0, 1))
    opened_on = date(year, draws.whole("opened_month", 1, 12), 12)
    if is_open:
        return opened_on, None
    closed_on = opened_on + timedelta(days=draws.whole("lasted", 200, 500))
    return opened_on, min(closed_on, LAST_DAY)


def notices(
    exercises: tuple[Exercise, ...],
    people: tuple[Person, ...],
    judged: Proceeding | None,
    draws: Draws,
) -> tuple[Notice, ...]:
    """Newest first."""
    found = [
        Notice(
            kind="accounts",
            day=each.filed_on + timedelta(days=9),
            text="Comptes annuels et rapports",
            closed_on=each.closed_on,
        )
        for each in exercises
        if each.filed_on is not None and not each.is_consolidated
    ]
    found += _leader_changes(people)
    found += _judgements(judged)
    found += _transfers(draws)
    return tuple(sorted(found, key=lambda n: (n.day, n.kind), reverse=True))


def _leader_changes(people: tuple[Person, ...]) -> list[Notice]:
    return [
        Notice(
            kind="leader",
            day=each.since + timedelta(days=20),
            text="modification survenue sur l'administration",
        )
        for each in people
        if each.since.year >= _FIRST_GAZETTE_YEAR and each.role != "Administrateur"
    ]


def _judgements(judged: Proceeding | None) -> list[Notice]:
    if judged is None:
        return []
    opened_on, closed_on = judged
    found = [
        Notice(
            kind="judgement",
            day=opened_on,
            text="Jugement d'ouverture d'une procédure de redressement judiciaire",
        )
    ]
    if closed_on is not None:
        found.append(
            Notice(
                kind="judgement",
                day=closed_on,
                text="Jugement de clôture de la procédure",
            )
        )
    return found


def _transfers(draws: Draws) -> list[Notice]:
    found = []
    if draws.chance("has_sale", 0.01):
        day = date(LAST_DAY.year - 1, draws.whole("sale_month", 1, 12), 15)
        found.append(Notice(kind="sale", day=day, text="Vente d'un fonds de commerce"))
    if draws.chance("has_lease", 0.015):
        day = date(LAST_DAY.year - draws.whole("lease", 1, 6), 5, 15)
        text = "Mise en location-gérance d'un fonds"
        found.append(Notice(kind="lease", day=day, text=text))
    return found
