"""How dossiers ended, with their days: signed or lost, what the model learns from.

An outcome is a step of the desk's pipeline on its own day. It never goes in front of
a step that is there already: what the desk noted later is what it knows better.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import perms
from accounts.models import User
from companies import pipeline, targets
from companies.choices import Status
from companies.imports.chunks import Refused, Tally
from companies.imports.codes import Reason
from companies.imports.kinds.base import Kind, Row
from companies.imports.kinds.days import PARIS, noon, past_day
from companies.imports.models import Import, ImportChange
from companies.models import Company, Pursuit, PursuitChange

THING: Final = "pursuit"
OUTCOMES: Final = frozenset({Status.GAGNE, Status.PERDU, Status.ECARTE})
_COLUMNS: Final = ("status", "reason", "wake_on", "owner_id", "since")


@dataclass(frozen=True, slots=True)
class Outcome:
    row: Row
    status: Status
    on: date
    reason: str


@dataclass(slots=True)
class _Standing:
    """Where the desk stands with one company, as the chunk moves it."""

    status: str
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Move:
    outcome: Outcome
    before: str
    at: datetime

    @property
    def siren(self) -> str:
        return self.outcome.row.siren


def may(user: User) -> bool:
    return perms.can_write(user)


def lacks(fields: Collection[str], options: Mapping[str, Any]) -> str:
    if "outcome" not in fields:
        return _("Indiquez la colonne de l’issue\u00a0: gagné, perdu ou écarté.")
    if "outcome_on" not in fields:
        return _(
            "Indiquez la colonne de la date\u00a0: sans elle, une issue n’apprend rien."
        )
    return ""


def take(imp: Import, rows: Sequence[Row], is_trial: bool) -> Tally:
    """Move the desk's pipeline by these rows, in the caller's transaction."""
    tally = Tally(read=len(rows))
    found = [read_row(imp, row) for row in rows]
    tally.refuse([each for each in found if isinstance(each, Refused)])
    read = [each for each in found if isinstance(each, Outcome)]
    tally.aliases.update(filter(None, map(_alias, read)))
    # The order of the days, whatever that of the lines: a company may come twice.
    read.sort(key=lambda each: (each.row.siren, each.on, each.row.line))
    known = _known({each.row.siren for each in read})
    there = [each for each in read if each.row.siren in known]
    tally.refuse(
        [
            _refusal(each.row, "unknown_company", "siren", each.row.siren)
            for each in read
            if each.row.siren not in known
        ]
    )
    if is_trial:
        _move(_standings(imp, there), there, tally)
    else:
        _write(imp, there, tally)
    return tally


def read_row(imp: Import, row: Row) -> Outcome | Refused:
    """The outcome that one row says, or why it says none."""
    if not row.siren:
        return _refusal(row, Reason.EMPTY, "siren")
    word, reason = row.text("outcome"), row.text("reason")
    try:
        status = pipeline.status_of(word)
    except pipeline.UnknownStatus:
        return _refusal(row, "not_an_outcome", "outcome", word)
    if status not in OUTCOMES:
        return _refusal(row, "not_an_outcome", "outcome", word)
    day = past_day(imp, row, "outcome_on")
    if isinstance(day, Refused):
        return day
    if day is None:
        return _refusal(row, "no_outcome_date", "outcome_on")
    if status == Status.ECARTE and not reason:
        return _refusal(row, Reason.NO_REASON, "reason")
    return Outcome(row, status, day, reason)


def _refusal(
    row: Row, reason: str, name: str, value: str = "", hint: str = ""
) -> Refused:
    return Refused(line=row.line, reason=reason, field=name, value=value, hint=hint)


def _alias(one: Outcome) -> str:
    word = one.row.text("outcome")
    return f"{word} → {one.status.value}" if word != one.status else ""


def _known(sirens: Collection[str]) -> frozenset[str]:
    found = Company.objects.filter(siren__in=sirens)
    return frozenset(found.values_list("siren", flat=True))


def _standings(imp: Import, outcomes: Sequence[Outcome]) -> dict[str, _Standing]:
    sirens = {each.row.siren for each in outcomes}
    now = Pursuit.objects.filter(desk=imp.desk, siren__in=sirens)
    statuses = dict(now.values_list("siren", "status"))
    steps = PursuitChange.objects.filter(desk=imp.desk, siren__in=sirens)
    last: dict[str, datetime] = {}
    for siren, at in steps.order_by("at").values_list("siren", "at"):
        last[siren] = at
    return {
        siren: _Standing(statuses.get(siren, Status.PROSPECT.value), last.get(siren))
        for siren in sirens
    }


def _move(
    standings: Mapping[str, _Standing], outcomes: Sequence[Outcome], tally: Tally
) -> list[_Move]:
    """What changes something; ``standings`` go along."""
    moves = []
    for each in outcomes:
        standing = standings[each.row.siren]
        refused = _refused(each, standing)
        if refused is not None:
            tally.refuse([refused])
        elif standing.status == each.status:
            tally.unchanged += 1
        else:
            moves.append(_Move(each, standing.status, _moment(each, standing)))
            _tell(each, standing.status, tally)
            standing.status, standing.last_at = each.status.value, moves[-1].at
    return moves


def _refused(each: Outcome, standing: _Standing) -> Refused | None:
    """Said again of the same day it is no step; of another day, somebody is wrong."""
    last = _day_of(standing.last_at)
    if last is None or last == each.on:
        return None
    if standing.status == each.status:
        return _clash(each, "other_day", last)
    return _clash(each, "later_step", last) if last > each.on else None


def _clash(each: Outcome, reason: str, last: date) -> Refused:
    text = each.row.text("outcome_on")
    return _refusal(each.row, reason, "outcome_on", text, last.isoformat())


def _day_of(at: datetime | None) -> date | None:
    return at.astimezone(PARIS).date() if at else None


def _tell(each: Outcome, before: str, tally: Tally) -> None:
    is_first = before == Status.PROSPECT
    tally.new += is_first
    tally.updated += not is_first
    tally.count("outcome", "filled" if is_first else "overwritten")
    tally.show(
        {
            "line": each.row.line,
            "siren": each.row.siren,
            "name": "",
            "field": "outcome",
            "before": "" if is_first else before,
            "after": each.status.value,
            "rule": "fill" if is_first else "overwrite",
        }
    )


def _moment(each: Outcome, standing: _Standing) -> datetime:
    """Noon of that day, or as soon after a step of the same day; never to come."""
    at = min(noon(each.on), timezone.now())
    if standing.last_at is None:
        return at
    return max(at, standing.last_at + timedelta(microseconds=1))


def _write(imp: Import, outcomes: Sequence[Outcome], tally: Tally) -> None:
    sirens = sorted({each.row.siren for each in outcomes})
    targets.ensure(sirens)
    pursuits = _locked(imp, sirens)
    before = {siren: _columns(row) for siren, row in pursuits.items()}
    moves = _move(_standings(imp, outcomes), outcomes, tally)
    steps = [_step(imp, move) for move in moves]
    PursuitChange.objects.bulk_create(steps)
    for move in moves:
        _set(pursuits[move.siren], move)
    changed = [pursuits[siren] for siren in sorted({move.siren for move in moves})]
    Pursuit.objects.bulk_update(changed, ["status", "reason", "wake_on", "since"])
    _remember(imp, changed, before, steps)


def _locked(imp: Import, sirens: Sequence[str]) -> dict[str, Pursuit]:
    """The desk's rows under lock, made first: a lock needs a row."""
    Pursuit.objects.bulk_create(
        [
            Pursuit(
                desk=imp.desk,
                siren=siren,
                status=Status.PROSPECT,
                since=timezone.now(),
            )
            for siren in sirens
        ],
        ignore_conflicts=True,
    )
    rows = Pursuit.objects.select_for_update(of=("self",)).order_by("siren")
    return {row.siren: row for row in rows.filter(desk=imp.desk, siren__in=sirens)}


def _step(imp: Import, move: _Move) -> PursuitChange:
    return PursuitChange(
        desk=imp.desk,
        siren=move.siren,
        before=move.before,
        after=move.outcome.status,
        reason=move.outcome.reason,
        by=imp.created_by,
        at=move.at,
    )


def _set(pursuit: Pursuit, move: _Move) -> None:
    pursuit.status, pursuit.reason = move.outcome.status, move.outcome.reason
    pursuit.wake_on, pursuit.since = None, move.at


def _columns(row: Pursuit) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _remember(
    imp: Import,
    changed: Sequence[Pursuit],
    before: Mapping[str, dict[str, Any]],
    steps: Sequence[PursuitChange],
) -> None:
    keys: dict[str, list[int]] = {}
    for step in steps:
        keys.setdefault(step.siren, []).append(step.pk)
    ImportChange.objects.bulk_create(
        ImportChange(
            of=imp,
            siren=row.siren,
            thing=THING,
            before=before[row.siren],
            after={**_columns(row), "steps": keys[row.siren]},
        )
        for row in changed
    )


def give_back(imp: Import, changes: Sequence[ImportChange]) -> int:
    """Give back the status before, and take the steps that never were out of history.

    A company that somebody moved since stays as they put it: their step follows ours.
    """
    sirens = {change.siren for change in changes}
    locked = Pursuit.objects.select_for_update(of=("self",)).order_by("siren")
    rows = {row.siren: row for row in locked.filter(desk=imp.desk, siren__in=sirens)}
    given, steps = [], []
    # A company that came twice goes back by the same way.
    for change in sorted(changes, key=lambda each: -each.pk):
        row = rows.get(change.siren)
        if row is not None and _is_as_written(row, change):
            _restore(row, change.before or {})
            given.append(row)
            steps += change.after["steps"]
    names = [name.removesuffix("_id") for name in _COLUMNS]
    Pursuit.objects.bulk_update({row.pk: row for row in given}.values(), names)
    PursuitChange.objects.filter(
        desk=imp.desk, siren__in={row.siren for row in given}, pk__in=steps
    ).delete()
    return len(given)


def _is_as_written(row: Pursuit, change: ImportChange) -> bool:
    now = _columns(row)
    return all(now[name] == change.after[name] for name in ("status", "since"))


def _restore(row: Pursuit, before: Mapping[str, Any]) -> None:
    row.status, row.reason = before["status"], before["reason"]
    row.wake_on = date.fromisoformat(before["wake_on"]) if before["wake_on"] else None
    row.owner_id, row.since = (
        before["owner_id"],
        datetime.fromisoformat(before["since"]),
    )


KIND: Final = Kind(
    needs_siren=True,
    may=may,
    lacks=lacks,
    take=take,
    give_back=give_back,
)
