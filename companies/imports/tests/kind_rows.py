"""Chunks of rows as the reading hands them to a kind."""

import pyarrow as pa
from django.utils import timezone

from companies.imports.chunks import Chunk
from companies.imports.kinds import WRITERS
from companies.imports.models import Import


def make_import(by, kind, **fields):
    return Import.objects.create(
        desk=by.desk,
        created_by=by,
        kind=kind,
        file_name="liste.csv",
        size_bytes=1,
        sha256="0" * 64,
        started_at=timezone.now(),
        **fields,
    )


def write(imp, *rows, is_trial=False):
    """What became of these rows, the first of which is line 2 of the file."""
    names = sorted({name for row in rows for name in row} - {"siren"})
    table = {
        "line": list(range(2, len(rows) + 2)),
        "siren": [int(row["siren"]) if row.get("siren") else None for row in rows],
        **{name: [row.get(name) or None for row in rows] for name in names},
    }
    chunk = Chunk(imp=imp, number=0, rows=pa.table(table), is_trial=is_trial)
    return WRITERS[imp.kind].write(chunk)


def undo(imp):
    """All parts; how many changes were given back."""
    given = 0
    while part := WRITERS[imp.kind].undo(imp):
        given += part["given_back"]
    return given


def refused(tally):
    return {each.line: each.reason for each in tally.refusals}
