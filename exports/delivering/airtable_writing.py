"""Ten lines a request; a line that Airtable refuses never takes nine others along."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from exports.delivering.airtable_api import Airtable, Refused
from exports.delivering.airtable_fields import KEY

_UNKNOWN_FIELD = re.compile(r'Unknown field name: "(.+)"')
# Refusals of a line, not of the token or the table.
_OF_A_LINE = frozenset({400, 413, 422})
# So many refused, and none taken: it is not the lines.
HOPELESS = 30

Line = tuple[dict[str, Any], bool]


@dataclass
class Outcome:
    """``refused``: why, by SIREN, in Airtable's own word."""

    created: int = 0
    updated: int = 0
    refused: dict[str, str] = field(default_factory=dict)

    def add(self, other: "Outcome") -> None:
        self.created += other.created
        self.updated += other.updated
        self.refused |= other.refused


class Writer:
    """``unknown``: fields that were taken away since the table was looked at."""

    def __init__(self, airtable: Airtable, *, table: str, typecast: bool) -> None:
        self._airtable = airtable
        self._table = table
        self._typecast = typecast
        self._taken = 0
        self._refused = 0
        self.unknown: list[str] = []

    async def write(self, lines: Sequence[Line]) -> Outcome:
        """Each line is a record and whether it is new."""
        try:
            await self._upsert(lines)
        except Refused as refused:
            if refused.status not in _OF_A_LINE:
                raise
            return await self._apart(lines, refused)
        self._taken += len(lines)
        created = sum(is_new for _, is_new in lines)
        return Outcome(created, len(lines) - created)

    async def _upsert(self, lines: Sequence[Line]) -> None:
        await self._airtable.upsert(
            self._table,
            [self._known(record) for record, _ in lines],
            key=KEY,
            typecast=self._typecast,
        )

    def _known(self, record: dict[str, Any]) -> dict[str, Any]:
        if not self.unknown:
            return record
        gone = frozenset(self.unknown)
        kept = {
            name: cell for name, cell in record["fields"].items() if name not in gone
        }
        return {**record, "fields": kept}

    async def _apart(self, lines: Sequence[Line], refused: Refused) -> Outcome:
        name = unknown_field(refused)
        if name:
            if name == KEY:
                raise refused
            if name not in self.unknown:
                self.unknown.append(name)
            return await self.write(lines)
        if len(lines) == 1:
            self._refused += 1
            if not self._taken and self._refused >= HOPELESS:
                raise refused
            return Outcome(refused={lines[0][0]["fields"][KEY]: refused.kind})
        middle = len(lines) // 2
        outcome = await self.write(lines[:middle])
        outcome.add(await self.write(lines[middle:]))
        return outcome


def unknown_field(refused: Refused) -> str:
    """The field that Airtable does not know, or nothing."""
    found = _UNKNOWN_FIELD.search(refused.message)
    is_it = refused.kind == "UNKNOWN_FIELD_NAME" and found
    return found[1] if is_it and found else ""
