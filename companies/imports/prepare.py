"""A batch of a file made ready for the tables: typed columns, and the rows refused."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from companies.imports import derived, keys
from companies.imports.cells import amounts, days, words
from companies.imports.cells.base import BLANK, CellRefused, Read
from companies.imports.chunks import Refused
from companies.imports.codes import Reason, Repair
from companies.imports.columns import (
    Amounts,
    Asker,
    Booleans,
    Column,
    Integers,
    Reader,
    Texts,
    booleans,
    constant,
)
from companies.imports.fields import KEYS
from companies.imports.firsts import Firsts
from companies.imports.kinds import company_contacts, people
from companies.imports.models import Import, ImportKind
from companies.imports.reading.working import LINE, ODD, column
from companies.registry.vectors.cells import EachOnce

# What is known, by line, of rows that name no number: their company, or why not.
Resolver = Callable[[Sequence[int]], Mapping[int, "int | CellRefused"]]
_TEXTS: Final = ("name", "trade_name", "acronym", "address", "reason")
_NICS: Final = 100_000


@dataclass(slots=True, kw_only=True)
class Ready:
    """Of the rows of a batch: those to write, those refused, what was mended."""

    batch: pa.RecordBatch
    rows: pa.Table
    refused: list[Refused] = field(default_factory=list)
    repairs: Counter[str] = field(default_factory=Counter)
    aliases: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        return int(self.batch.num_rows)

    def cells(self, row: int) -> list[str]:
        """A row in the file's own columns."""
        return cells_of(self.batch, row)


def cells_of(batch: pa.RecordBatch, row: int) -> list[str]:
    width = batch.num_columns - 2
    return [batch.column(column(place))[row].as_py() for place in range(width)]


class Preparer:
    """Of one import; it remembers the lines that came first, from batch to batch."""

    def __init__(self, imp: Import, today: date, resolve: Resolver | None = None):
        self._kind = imp.kind
        self._places = {code: int(place) for place, code in imp.mapping.items()}
        self._firsts = Firsts()
        self._resolve = resolve
        self._keys = {c: r for c, r in keys.readers().items() if c in self._places}
        self._is_companies = imp.kind == ImportKind.COMPANIES
        self._values = Values(imp, today) if self._is_companies else None

    def __call__(self, batch: pa.RecordBatch) -> Ready:
        faults = _Faults(batch)
        cells = {
            code: batch.column(column(place)) for code, place in self._places.items()
        }
        found = {code: ask(cells[code]) for code, ask in self._keys.items()}
        sirens, told = keys.joined(found, batch.num_rows)
        for code, read in found.items():
            faults.add(code, read.refused, cells=cells[code])
        faults.add(self._key_name(), told.refused, cells=cells.get(self._key_name()))
        sirens = self._without_key(batch, sirens, faults)
        ready = Ready(batch=batch, rows=pa.table({}), repairs=told.repairs)
        columns = self._columns(batch, cells, found, faults, ready)
        table = pa.table({"line": batch.column(LINE), "siren": sirens} | columns)
        if self._is_companies:
            self._refuse_twice(table, faults)
        is_good = faults.is_good
        if not is_good.all():
            table = table.filter(pa.array(is_good))
        ready.rows = table.combine_chunks()
        ready.refused = faults.refused()
        return ready

    def _key_name(self) -> str:
        return next((code for code in KEYS if code in self._places), "siren")

    def _columns(
        self,
        batch: pa.RecordBatch,
        cells: Mapping[str, pa.Array],
        found: Mapping[str, Column],
        faults: "_Faults",
        ready: Ready,
    ) -> dict[str, pa.Array]:
        if self._values is None:
            return {code: cells[code] for code in cells if code not in KEYS}
        columns = self._values(cells, faults, ready)
        if "siret" in found:
            sirets = found["siret"].values
            # A bare SIREN in the column of SIRETs names no office.
            is_office = pc.not_equal(
                pc.subtract(sirets, pc.multiply(pc.divide(sirets, _NICS), _NICS)), 0
            )
            columns["siret"] = pc.if_else(is_office, sirets, None)
        return columns

    def _without_key(
        self,
        batch: pa.RecordBatch,
        sirens: pa.Array,
        faults: "_Faults",
    ) -> pa.Array:
        """Rows without a number are looked for by their name, or refused."""
        blank = np.flatnonzero(booleans(pc.is_null(sirens)) & faults.is_good)
        if not len(blank):
            return sirens
        if not self._is_companies and self._resolve is None:
            return sirens
        if self._resolve is None:
            empty = CellRefused(Reason.EMPTY)
            faults.add(self._key_name(), dict.fromkeys(blank.tolist(), empty))
            return sirens
        return self._resolved(batch.column(LINE), self._resolve, sirens, blank, faults)

    def _resolved(
        self,
        lines: pa.Array,
        resolve: Resolver,
        sirens: pa.Array,
        blank: Integers,
        faults: "_Faults",
    ) -> pa.Array:
        row_of = {lines[row].as_py(): row for row in blank.tolist()}
        answers = resolve(list(row_of))
        found = sirens.to_pylist()
        for line, row in row_of.items():
            answer = answers.get(line)
            if isinstance(answer, int):
                found[row] = answer
            elif answer is not None:
                faults.add("name", {row: answer})
            elif self._is_companies:
                faults.add(self._key_name(), {row: CellRefused(Reason.EMPTY)})
        return pa.array(found, pa.int64())

    def _refuse_twice(self, table: pa.Table, faults: "_Faults") -> None:
        good = np.flatnonzero(faults.is_good)
        if not len(good):
            return
        kept = table.select(["line", "siren"]).take(pa.array(good)).combine_chunks()
        sirens = kept["siren"].to_numpy()
        firsts = self._firsts.claim(sirens, kept["line"].to_numpy())
        faults.add(
            self._key_name(),
            {
                int(good[row]): CellRefused(Reason.DUPLICATE, str(int(firsts[row])))
                for row in np.flatnonzero(firsts).tolist()
            },
            values={
                int(good[row]): f"{int(sirens[row]):09d}"
                for row in np.flatnonzero(firsts).tolist()
            },
        )


class _Faults:
    """The first reason of each row that has one."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._batch = batch
        self._by_row: dict[int, tuple[str, CellRefused, str]] = {}
        self._odd: dict[int, list[str]] = {}
        self.is_good: Booleans = np.ones(batch.num_rows, np.bool_)
        self._width = batch.num_columns - 2
        odd = batch.column(ODD)
        for row in np.flatnonzero(booleans(pc.is_valid(odd))).tolist():
            self._odd[row] = json.loads(odd[row].as_py())
            hint = f"{len(self._odd[row])}/{self._width}"
            self._refuse(row, "", CellRefused(Reason.RAGGED, hint), "")

    def add(
        self,
        code: str,
        refused: Mapping[int, CellRefused],
        values: Mapping[int, str] | None = None,
        cells: pa.Array | None = None,
    ) -> None:
        for row, why in refused.items():
            if row not in self._by_row:
                value = cells[row].as_py() if cells is not None else ""
                self._refuse(row, code, why, (values or {}).get(row, value))

    def _refuse(self, row: int, code: str, why: CellRefused, value: str) -> None:
        self._by_row[row] = (code, why, value)
        self.is_good[row] = False

    def refused(self) -> list[Refused]:
        lines = self._batch.column(LINE)
        return [
            Refused(
                line=lines[row].as_py(),
                reason=str(why.reason),
                field=code,
                value=value,
                hint=why.hint,
                cells=tuple(self._odd.get(row) or cells_of(self._batch, row)),
            )
            for row, (code, why, value) in sorted(self._by_row.items())
        ]


class Values:
    """The fields of a company, as the staging table has them."""

    def __init__(self, imp: Import, today: date) -> None:
        decimal = str(imp.detected.get("decimal") or ",")
        is_workbook = imp.detected.get("format") == "xlsx"
        year = str(imp.options.get("year") or "")
        self._closed_on = f"{int(year)}-12-31" if year else None
        day = partial(days.day, today=today, is_workbook=is_workbook)
        exercise = partial(days.exercise, today=today, is_workbook=is_workbook)
        euros = partial(amounts.euros, decimal=decimal)
        positive = partial(amounts.positive_euros, decimal=decimal)
        self._readers: dict[str, Reader] = {
            **{code: Texts(words.text) for code in _TEXTS},
            "leader": Texts(leaders, is_odd="[;/]"),
            "note": Asker(note, pa.string()),
            "email": Asker(company_contacts.email, pa.string()),
            "phone": Asker(company_contacts.phone, pa.string()),
            "legal_form": Asker(words.legal_form, pa.string()),
            "created_on": Asker(partial(_past, day, today), pa.string()),
            "naf_code": Asker(words.naf, pa.string()),
            "naf_label": Asker(words.naf_of_label, pa.string()),
            "headcount": Asker(words.headcount, pa.string()),
            "website": Asker(words.website, pa.string()),
            "postal_code": Asker(words.postal_code, pa.string()),
            "commune": Texts(words.text),
            "capital": Amounts(positive, may_be_negative=False),
            "revenue": Amounts(positive, may_be_negative=False),
            "net_income": Amounts(euros),
            "year": Asker(partial(_iso, exercise), pa.string()),
            "status": Asker(words.status, pa.string()),
        }
        self._codes = Asker(words.headcount_code, pa.string())
        self._are_codes: bool | None = None
        self._places = EachOnce(words.place, 4)

    def __call__(
        self, cells: Mapping[str, pa.Array], faults: _Faults, ready: Ready
    ) -> dict[str, pa.Array]:
        found: dict[str, pa.Array] = {}
        for code, given in cells.items():
            if code in KEYS:
                continue
            read = self._reader(code, given)(given)
            faults.add(code, read.refused, cells=given)
            ready.repairs.update(read.repairs)
            ready.aliases.update(read.aliases)
            found[code] = read.values
        self._place(found, ready)
        derived.activity(found)
        derived.headcount(found)
        if "leader" in found:
            derived.split_leaders(found)
        self._figures(found, faults)
        _refuse_status(found, faults)
        return found

    def _reader(self, code: str, cells: pa.Array) -> Reader:
        if code != "headcount":
            return self._readers[code]
        if self._are_codes is None:
            self._are_codes = any(map(words.is_headcount_code, cells.to_pylist()))
        return self._codes if self._are_codes else self._readers[code]

    def _place(self, found: dict[str, pa.Array], ready: Ready) -> None:
        if "commune" not in found and "postal_code" not in found:
            return
        blank = pa.nulls(len(next(iter(found.values()))), pa.string())
        postal = pc.fill_null(found.get("postal_code", blank), "")
        name = pc.fill_null(found.get("commune", blank), "")
        code, known, number, repair = self._places([postal, name])
        found["commune_code"] = derived.null(code)
        found["commune"] = derived.null(known)
        found["geo"] = pc.cast(derived.null(number), pa.int32())
        unknown = pc.sum(pc.equal(repair, Repair.COMMUNE_UNKNOWN)).as_py()
        if unknown:
            ready.repairs[Repair.COMMUNE_UNKNOWN] += unknown

    def _figures(self, found: dict[str, pa.Array], faults: _Faults) -> None:
        """Amounts are of an exercise, the row's own or the one said for the file."""
        amounts_given = [found[c] for c in ("revenue", "net_income") if c in found]
        if not amounts_given and "people" not in found:
            found.pop("year", None)
            return
        count = len(next(iter(found.values())))
        closed_on = constant(self._closed_on, pa.string(), count)
        if "year" in found:
            closed_on = pc.coalesce(found.pop("year"), closed_on)
        found["closed_on"] = closed_on
        if amounts_given:
            has_amount = pc.is_valid(pc.coalesce(*amounts_given))
            lacking = booleans(pc.and_(has_amount, pc.is_null(closed_on)))
            why = CellRefused(Reason.NO_YEAR)
            faults.add("year", dict.fromkeys(np.flatnonzero(lacking).tolist(), why))


def _refuse_status(found: dict[str, pa.Array], faults: _Faults) -> None:
    """Écarté has a reason, en sommeil a day to wake: a file of companies has none."""
    if "status" not in found:
        return
    statuses = found["status"]
    sleeping = booleans(pc.equal(statuses, "en_sommeil"))
    why = CellRefused(Reason.NO_WAKE_DATE)
    faults.add("status", dict.fromkeys(np.flatnonzero(sleeping).tolist(), why))
    discarded = pc.equal(statuses, "ecarte")
    if "reason" in found:
        discarded = pc.and_(discarded, pc.is_null(found["reason"]))
    rows = np.flatnonzero(booleans(discarded)).tolist()
    faults.add("reason", dict.fromkeys(rows, CellRefused(Reason.NO_REASON)))


def _iso(read: Callable[[str], Read], cell: str) -> Read:
    found = read(cell)
    if found.value is None:
        return found
    return found._replace(value=found.value.isoformat())


def _past(read: Callable[[str], Read], today: date, cell: str) -> Read:
    """No company is created far ahead; next month's is known already."""
    found = read(cell)
    if found.value is not None and (found.value - today).days > 366:
        raise CellRefused(Reason.DATE_AHEAD, today.strftime("%d/%m/%Y"))
    return _iso(lambda _: found, cell)


def leaders(cell: str) -> Read:
    """One a line, each as a text."""
    found = [words.text(name) for name in people.names(cell)]
    named = dict.fromkeys(each.value for each in found if each.value)
    repair = next((each.repair for each in found if each.repair), "")
    return Read("\n".join(named), repair) if named else BLANK


MAX_NOTE: Final = 10_000


def note(cell: str) -> Read:
    """Of several lines, unlike any other text."""
    plain = words.MARKS.sub("", cell).replace("\r\n", "\n").replace("\r", "\n").strip()
    plain = "".join(c for c in plain if c == "\n" or c == "\t" or c.isprintable())
    if len(plain) > MAX_NOTE:
        raise CellRefused(Reason.CELL_TOO_LONG)
    first, *rest = plain.split("\n") if plain else [""]
    neutral = words.text(first).value or "" if first.startswith("'") else first
    joined = "\n".join([neutral, *rest])
    return Read(joined) if joined else BLANK
