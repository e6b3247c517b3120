"""Bases, tables and records, in memory; every change is whole or not at all."""

import secrets
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from exports.airtable_sandbox import refusals
from exports.airtable_sandbox.fields import Field, checked_options

AT_ONCE = 10
PAGE = 100
MERGE_FIELDS = 3
_LETTERS = string.ascii_letters + string.digits


def new_id(kind: str) -> str:
    """Three letters for the kind, and fourteen more."""
    return kind + "".join(secrets.choice(_LETTERS) for _ in range(14))


def is_id(kind: str, text: str) -> bool:
    return len(text) == 17 and text.startswith(kind) and text.isalnum()


@dataclass
class Record:
    """`cells` by field id; an empty cell is not there."""

    id: str
    created: str
    cells: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Upserted:
    records: list[Record]
    created: list[str]
    updated: list[str]


class Table:
    def __init__(self, table_id: str, name: str) -> None:
        self.id = table_id
        self.name = name
        self.fields: list[Field] = []
        self.records: dict[str, Record] = {}

    # Fields

    def add_field(self, wanted: Mapping[str, Any]) -> Field:
        name, kind = wanted.get("name"), wanted.get("type")
        if not isinstance(name, str) or not isinstance(kind, str):
            raise refusals.invalid_request()
        if not name.strip() or any(
            each.name.lower() == name.lower() for each in self.fields
        ):
            raise refusals.name_taken()
        options = checked_options(kind, wanted.get("options") or {})
        return self.force_field(name, kind, options)

    def force_field(self, name: str, kind: str, options: Mapping[str, Any]) -> Field:
        """Also of a kind that a person can make and the API cannot."""
        made = Field(new_id("fld"), name, kind, dict(options))
        self.fields.append(made)
        return made

    def field(self, name_or_id: str) -> Field:
        for each in self.fields:
            if name_or_id in (each.name, each.id):
                return each
        raise refusals.unknown_field(name_or_id)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "primaryFieldId": self.fields[0].id if self.fields else "",
            "fields": [each.as_json() for each in self.fields],
            "views": [],
        }

    # Records

    def page(self, *, offset: str | None, size: int) -> tuple[list[Record], str | None]:
        """One page, and what to ask the next one with."""
        everything = list(self.records.values())
        start = self._start(offset, everything) if offset else 0
        end = start + size
        following = None
        if end < len(everything):
            following = f"itr{end:014d}/{everything[end].id}"
        return everything[start:end], following

    def _start(self, offset: str, everything: Sequence[Record]) -> int:
        iterator, _, record_id = offset.partition("/")
        if not (is_id("itr", iterator) and iterator[3:].isdigit()):
            raise refusals.offset_invalid(offset)
        for position, record in enumerate(everything):
            if record.id == record_id:
                return position
        return min(int(iterator[3:]), len(everything))

    def create(self, wanted: Sequence[Any], *, typecast: bool) -> list[Record]:
        cells = [self._cells(each, typecast=typecast) for each in _checked(wanted)]
        return [self._new(each) for each in cells]

    def update(
        self, wanted: Sequence[Any], *, typecast: bool, is_destructive: bool
    ) -> list[Record]:
        given = _checked(wanted)
        found = [self._by_id(each) for each in given]
        cells = [self._cells(each, typecast=typecast) for each in given]
        return [
            _changed(record, changes, is_destructive=is_destructive)
            for record, changes in zip(found, cells, strict=True)
        ]

    def upsert(
        self,
        wanted: Sequence[Any],
        *,
        merge_on: Any,
        typecast: bool,
        is_destructive: bool,
    ) -> Upserted:
        keys = self._merge_keys(merge_on)
        given = _checked(wanted)
        cells = [self._cells(each, typecast=typecast) for each in given]
        matches = [
            self._by_id(each) if "id" in each else self._match(changes, keys)
            for each, changes in zip(given, cells, strict=True)
        ]
        result = Upserted([], [], [])
        for record, changes in zip(matches, cells, strict=True):
            # Another line of the same request may just have made it.
            known = record or self._match(changes, keys)
            if known is None:
                known = self._new(changes)
                result.created.append(known.id)
            else:
                _changed(known, changes, is_destructive=is_destructive)
                result.updated.append(known.id)
            result.records.append(known)
        return result

    def delete(self, record_ids: Sequence[str]) -> None:
        if not 0 < len(record_ids) <= AT_ONCE:
            raise refusals.invalid_records()
        if any(each not in self.records for each in record_ids):
            raise refusals.record_not_found()
        for each in record_ids:
            del self.records[each]

    def shown(self, record: Record, only: Iterable[str] = ()) -> dict[str, Any]:
        kept = {self.field(name).id for name in only}
        fields = {
            each.name: record.cells[each.id]
            for each in self.fields
            if each.id in record.cells and (not kept or each.id in kept)
        }
        return {"id": record.id, "createdTime": record.created, "fields": fields}

    def _merge_keys(self, merge_on: Any) -> list[Field]:
        names = merge_on.get("fieldsToMergeOn") if isinstance(merge_on, dict) else None
        if not isinstance(names, list) or not 1 <= len(names) <= MERGE_FIELDS:
            raise refusals.invalid_request()
        return [self.field(str(name)) for name in names]

    def _match(self, cells: Mapping[str, Any], keys: Sequence[Field]) -> Record | None:
        wanted = [cells.get(key.id) for key in keys]
        found = [
            record
            for record in self.records.values()
            if [record.cells.get(key.id) for key in keys] == wanted
        ]
        if len(found) > 1:
            raise refusals.several_matches()
        return found[0] if found else None

    def _cells(self, wanted: Mapping[str, Any], *, typecast: bool) -> dict[str, Any]:
        found = {}
        for name, value in wanted["fields"].items():
            target = self.field(name)
            found[target.id] = target.cell(value, typecast=typecast)
        return found

    def _by_id(self, wanted: Mapping[str, Any]) -> Record:
        record = self.records.get(str(wanted.get("id")))
        if record is None:
            raise refusals.record_not_found()
        return record

    def _new(self, cells: Mapping[str, Any]) -> Record:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        record = Record(new_id("rec"), now)
        self.records[record.id] = _changed(record, cells, is_destructive=True)
        return record


class Base:
    def __init__(self, base_id: str) -> None:
        self.id = base_id
        self.tables: dict[str, Table] = {}

    def add_table(self, name: str) -> Table:
        table = Table(new_id("tbl"), name)
        self.tables[table.id] = table
        return table

    def table(self, name_or_id: str) -> Table:
        for each in self.tables.values():
            if name_or_id in (each.id, each.name):
                return each
        raise refusals.model_not_found()


def _changed(
    record: Record, changes: Mapping[str, Any], *, is_destructive: bool
) -> Record:
    cells = {} if is_destructive else record.cells
    merged = cells | dict(changes)
    record.cells = {key: value for key, value in merged.items() if value is not None}
    return record


def _checked(wanted: Any) -> list[Mapping[str, Any]]:
    if not isinstance(wanted, list) or not 0 < len(wanted) <= AT_ONCE:
        raise refusals.invalid_records()
    for each in wanted:
        if not isinstance(each, dict) or not isinstance(each.get("fields"), dict):
            raise refusals.invalid_records()
    return wanted
