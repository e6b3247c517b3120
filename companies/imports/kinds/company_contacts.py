"""A company's own address and number among the columns of a file of companies.

They are nobody's: a file that says whose an address is, is a file of contacts. One that
may not be kept is left aside and counted, and the rest of its row is taken.
"""

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from companies import contacts
from companies.choices import Source
from companies.contacts import ContactFact, fingerprints, guarding
from companies.imports.cells.base import BLANK, CellRefused, Read
from companies.imports.chunks import Chunk, Tally
from companies.imports.codes import Repair
from companies.imports.kinds.contacts import VALUES, remember

_TOUCH: Final = """
    INSERT INTO touched SELECT unnest(%s::int[]) EXCEPT SELECT siren FROM created
"""


def email(cell: str) -> Read:
    return _read("email", cell)


def phone(cell: str) -> Read:
    return _read("phone", cell)


def _read(kind: str, cell: str) -> Read:
    """In its one spelling."""
    text = cell.strip().removeprefix("'")
    if not text:
        return BLANK
    normal = fingerprints.normalised(kind, text)
    if normal is None:
        raise CellRefused("malformed")
    return Read(normal)


def write(cursor: Any, chunk: Chunk, tally: Tally) -> None:
    """Record those of a chunk whose companies are in the tables by now."""
    facts = _facts(chunk)
    if not facts:
        return
    # Until the transaction ends, what was checked is what is written.
    guarding.hold_list()
    new = []
    for fact, reason in zip(facts, contacts.verdicts(facts), strict=True):
        if not reason:
            new.append(fact)
            tally.count(fact.kind, "filled")
        elif reason != contacts.KNOWN:
            tally.repairs[Repair.CONTACT_LEFT] += 1
    if not chunk.is_trial:
        contacts.record_contacts(contacts=new)
        remember(chunk.imp, new)
    cursor.execute(_TOUCH, [sorted({int(fact.siren) for fact in new})])


def _facts(chunk: Chunk) -> list[ContactFact]:
    given = [kind for kind in VALUES if kind in chunk.rows.column_names]
    if not given:
        return []
    is_told = pc.is_valid(pc.coalesce(*(chunk.rows[kind] for kind in given)))
    rows: pa.Table = chunk.rows.select(["siren", *given]).filter(is_told)
    return [
        ContactFact(
            siren=f"{row['siren']:09d}",
            kind=kind,
            value=row[kind],
            source=Source.IMPORT,
            collected_at=chunk.imp.created_at,
        )
        for row in rows.to_pylist()
        for kind in given
        if row[kind]
    ]
