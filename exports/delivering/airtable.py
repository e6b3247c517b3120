"""A selection in an Airtable table: what is new or differs is written, by SIREN.

What the table holds is read first, so that a second delivery of the same writes
nothing, and one that was interrupted goes on where it stopped: the table itself is
the only memory.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from exports.delivering import airtable_api
from exports.delivering.airtable_api import (
    AT_ONCE,
    Line,
    Place,
    Refused,
    Unreachable,
    wait,
)
from exports.delivering.airtable_counts import Held, Told
from exports.delivering.airtable_fields import (
    KEY,
    Fitting,
    Marks,
    fitting,
    marks,
    wish,
)
from exports.delivering.airtable_words import (
    refusal,
    table_missing,
    too_many,
    unreachable,
)
from exports.delivering.airtable_writing import Outcome, Writer, unknown_field
from exports.delivering.terms import (
    Beat,
    DeliveryRefused,
    Job,
    Plan,
    TooLong,
)

logger = logging.getLogger(__name__)

BEAT_S = 1.0
# No base holds more than half a million records; this many take over an hour.
MOST_ROWS = 100_000
# Requests under way or waiting for their turn: enough to keep five a second.
AHEAD = 12
# Airtable forgets a listing that lasts too long: begun again so often.
LISTINGS = 3


def plan(job: Job, place: Place, *, beat: Beat | None = None) -> Plan:
    """What ``deliver`` would do now; nothing is written, no field made.

    Without ``beat`` somebody waits: raises TooLong.
    """
    patience_s = airtable_api.PATIENCE_S if beat else airtable_api.HASTE_S
    with _answering(), Line(place, patience_s=patience_s) as line:
        delivery = _Delivery(job, line, beat or _haste())
        delivery.look(may_make=False)
        return delivery.plan()


def _haste() -> Beat:
    until = time.monotonic() + airtable_api.HASTE_S

    def beat(_done: int, _progress: dict[str, Any]) -> None:
        if time.monotonic() > until:
            raise TooLong

    return beat


def deliver(job: Job, place: Place, *, beat: Beat) -> dict[str, Any]:
    with _answering(), Line(place, patience_s=airtable_api.PATIENCE_S) as line:
        delivery = _Delivery(job, line, beat)
        delivery.look(may_make=True)
        return delivery.write()


def check(place: Place) -> str:
    with _answering(), Line(place, patience_s=airtable_api.HASTE_S) as line:
        tables = line.ask(line.airtable.tables())
        table = _of(tables, place.table)
        line.ask(line.airtable.page(table["id"], (), None))
    names = {each["name"] for each in table["fields"]}
    if KEY not in names:
        return _(
            "Airtable répond. La table « %(table)s » n’a pas encore de champ SIREN."
        ) % {"table": table["name"]}
    return _("Airtable répond : table « %(table)s », %(count)s champs.") % {
        "table": table["name"],
        "count": len(names),
    }


@contextmanager
def _answering() -> Iterator[None]:
    """Airtable's refusals and silences, as sentences."""
    try:
        yield
    except Refused as refused:
        logger.warning("Airtable refused: HTTP %s %s", refused.status, refused.kind)
        raise refusal(refused) from None
    except Unreachable:
        raise unreachable() from None


class _Delivery:
    def __init__(self, job: Job, line: Line, beat: Beat) -> None:
        self._job = job
        self._line = line
        self._said = beat
        self._said_at = time.monotonic()
        self._table = line.airtable.place.table
        self._fitting = Fitting((), (), ())
        self._made: list[str] = []
        self._missing: list[str] = []
        self._held: dict[str, Held] = {}
        self._read = 0
        self._told = Told()

    # Before anything is written

    def look(self, *, may_make: bool) -> None:
        columns = self._job.table.columns
        held = self._fields()
        self._fitting = fitting(columns, held)
        if may_make and self._fitting.wishes:
            self._make(held)
            self._fitting = fitting(columns, held)
        self._missing = [each["name"] for each in self._fitting.wishes]
        if may_make and KEY not in held:
            raise table_missing(KEY)
        if KEY in self._fitting.unfit:
            raise DeliveryRefused(
                _(
                    "Le champ SIREN de la table Airtable n’est pas un texte : il "
                    "perdrait les zéros du début. Changez son type."
                )
            )
        if KEY in held:
            self._read_held()

    def _fields(self) -> dict[str, str]:
        """Their types by name; as we would make them when the token may not look."""
        try:
            tables = self._ask(self._line.airtable.tables())
        except Refused as refused:
            if refused.status != 403:
                raise
            columns = self._job.table.columns
            return {column.name: wish(column)["type"] for column in columns}
        table = _of(tables, self._table)
        self._table = table["id"]
        return {each["name"]: each["type"] for each in table["fields"]}

    def _make(self, held: dict[str, str]) -> None:
        """Each missing field; at the first that the token may not make, none."""
        for wanted in self._fitting.wishes:
            try:
                call = self._line.airtable.add_field(self._table, wanted)
                held[wanted["name"]] = self._ask(call)
            except Refused as refused:
                if refused.status not in {403, 404, 422}:
                    raise
                if refused.status != 422:
                    return
            else:
                self._made.append(wanted["name"])

    def _read_held(self) -> None:
        attempt = 0
        while True:
            self._held.clear()
            self._read = 0
            try:
                for record in self._records():
                    self._hold(record)
            except Refused as refused:
                if self._forget_field(unknown_field(refused)):
                    continue
                attempt += 1
                is_forgotten = "ITERATOR" in refused.kind or "OFFSET" in refused.kind
                if not is_forgotten or attempt == LISTINGS:
                    raise
            else:
                return

    def _forget_field(self, name: str) -> bool:
        """One that is not there, as the table says when nobody could look before."""
        if name == KEY:
            raise table_missing(KEY)
        kept = tuple(each for each in self._fitting.targets if each.name != name)
        if len(kept) == len(self._fitting.targets):
            return False
        self._fitting = replace(self._fitting, targets=kept)
        self._missing.append(name)
        return True

    def _records(self) -> Iterator[dict[str, Any]]:
        names = [each.name for each in self._fitting.targets]
        offset: str | None = None
        while True:
            call = self._line.airtable.page(self._table, names, offset)
            page, offset = self._ask(call)
            self._read += len(page)
            yield from page
            if not offset:
                return

    def _hold(self, record: Mapping[str, Any]) -> None:
        written = str(record["fields"].get(KEY, ""))
        siren = "".join(written.split())
        if not siren:
            return
        if known := self._held.get(siren):
            known.times += 1
            return
        record_id = record["id"] if written != siren else ""
        self._held[siren] = Held(self._marks(record["fields"]), record_id)

    def _marks(self, cells: Mapping[str, Any]) -> Marks:
        return marks(self._fitting.targets, cells)

    # Rows

    def _rows(self, frames: Iterable[Any]) -> Iterator[dict[str, Any]]:
        """The cells of each company, as Airtable takes them."""
        for frame in frames:
            for row in frame.iter_rows(named=True):
                yield {
                    target.name: target.cell(row[target.name])
                    for target in self._fitting.targets
                }

    def _frames(self) -> Iterator[Any]:
        rows = 0
        for frame in self._job.batches():
            rows += frame.height
            if rows > MOST_ROWS:
                raise too_many()
            yield frame

    def _sorted_out(
        self, cells: Mapping[str, Any], take: Callable[[dict[str, Any], bool], None]
    ) -> None:
        """What is new or differs is given to ``take``; the rest is counted."""
        siren = cells[KEY]
        held = self._held.get(siren)
        if held is None:
            filled = {name: cell for name, cell in cells.items() if cell is not None}
            take({"fields": filled}, True)
        elif held.times > 1:
            self._told.refuse(siren, "several")
        elif held.marks == self._marks(cells):
            self._told.left += 1
        else:
            self._note_changes(held, cells)
            named = {"id": held.record_id} if held.record_id else {}
            take({**named, "fields": dict(cells)}, False)

    def _note_changes(self, held: Held, cells: Mapping[str, Any]) -> None:
        now = self._marks(cells)
        for target, old, new in zip(
            self._fitting.targets, held.marks, now, strict=True
        ):
            if old != new:
                self._told.changes[target.name] += 1

    # What it would do

    def plan(self) -> Plan:
        told = self._told

        def take(_record: dict[str, Any], is_new: bool) -> None:
            told.created += is_new
            told.updated += not is_new

        if KEY not in {each.name for each in self._fitting.targets}:
            told.created = sum(frame.height for frame in self._frames())
        else:
            for cells in self._rows(self._frames()):
                self._sorted_out(cells, take)
                self._beat()
        return Plan(
            rows=told.done,
            created=told.created,
            changed=told.updated,
            left=told.left,
            changes=dict(told.changes),
            added=tuple(self._missing),
            missing=self._fitting.unfit,
            withheld=self._job.withheld,
            refused=tuple(told.refused),
            refused_count=told.refused_count,
        )

    # What it does

    def write(self) -> dict[str, Any]:
        writer = Writer(
            self._line.airtable,
            table=self._table,
            typecast=self._fitting.has_choices,
        )
        waiting: deque[Future[Outcome]] = deque()
        group: list[tuple[dict[str, Any], bool]] = []

        def count() -> None:
            self._count(wait(waiting.popleft(), beat=self._beat))
            self._beat()

        def send() -> None:
            if group:
                waiting.append(self._line.send(writer.write(list(group))))
                group.clear()
            while len(waiting) >= AHEAD:
                count()

        def take(record: dict[str, Any], is_new: bool) -> None:
            group.append((record, is_new))
            if len(group) == AT_ONCE:
                send()

        # All at once: no snapshot of the database stays open for an hour.
        for cells in self._rows(list(self._frames())):
            self._sorted_out(cells, take)
            self._beat()
        send()
        while waiting:
            count()
        self._missing += writer.unknown
        return self._progress()

    def _count(self, outcome: Outcome) -> None:
        self._told.created += outcome.created
        self._told.updated += outcome.updated
        for siren, why in outcome.refused.items():
            self._told.refuse(siren, why)

    def _progress(self) -> dict[str, Any]:
        """With what an interrupted attempt had written: there, it is left as it is."""
        earlier = self._job.progress
        before = {key: int(earlier.get(key, 0)) for key in ("created", "updated")}
        told = self._told
        return {
            "created": told.created + before["created"],
            "updated": told.updated + before["updated"],
            "left": max(0, told.left - sum(before.values())),
            "refused": told.refused_count,
            "refusals": told.refused,
            "added": [*earlier.get("added", []), *self._made],
            "missing": [*self._missing, *self._fitting.unfit],
            "withheld": list(self._job.withheld),
            "read": self._read,
        }

    def _ask(self, call: Any) -> Any:
        answer = self._line.ask(call, beat=self._beat)
        self._beat()
        return answer

    def _beat(self) -> None:
        if time.monotonic() - self._said_at >= BEAT_S:
            self._said_at = time.monotonic()
            self._said(self._told.done, self._progress())


def _of(tables: list[dict[str, Any]], name_or_id: str) -> dict[str, Any]:
    for table in tables:
        if name_or_id in (table["id"], table["name"]):
            return table
    raise table_missing("")
