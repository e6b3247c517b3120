"""The first load: sorted rows of both files straight into the empty tables.

What ``columns`` and ``statements`` do to a row when there is no older one, for whole
columns: nothing is staged, compared or updated.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from companies.registry.report import Reason, Tally
from companies.registry.sites import Walk
from companies.registry.vectors.cells import are
from companies.registry.vectors.keys import Integers
from companies.registry.vectors.reader import Rows

_TEXTS = (
    "trade_name",
    "acronym",
    "legal_form",
    "naf_code",
    "naf25_code",
    "headcount_band",
    "category",
)
_PLACE = ("address", "postal_code", "commune_code", "commune")


class NotSortedError(Exception):
    """The rows do not follow each other by SIREN: chunks have to be compared."""


@dataclass(frozen=True)
class Piece:
    """Rows for the three tables, and what was read for them of each file."""

    tables: dict[str, pa.Table]
    units: Tally
    sites: Tally


def pieces(
    units: Iterator[Rows], sites: Walk | None, source_file: str
) -> Iterator[Piece]:
    """Raises NotSortedError before a piece that would not be whole."""
    order = _Order()
    for rows in units:
        order.check("units", rows.sirens)
        last = int(rows.sirens[-1]) if len(rows.sirens) else -1
        beside = sites.until(last) if sites is not None and last >= 0 else None
        if beside is not None:
            order.check("sites", beside.sirens)
        yield _piece(rows, beside, source_file)
    while sites is not None and (rest := sites.next()) is not None:
        yield Piece({}, Tally(), _tally(rest, {Reason.NO_COMPANY: len(rest.places)}))


class _Order:
    def __init__(self) -> None:
        self._last = {"units": -1, "sites": -1}

    def check(self, file: str, sirens: Integers) -> None:
        if not len(sirens):
            return
        if sirens[0] < self._last[file] or (np.diff(sirens) < 0).any():
            raise NotSortedError
        self._last[file] = int(sirens[-1])


def _tally(rows: Rows, left_out: dict[Reason, int], **counts: int) -> Tally:
    tally = Tally(read=rows.read, left_out=rows.left_out, repaired=rows.repaired)
    tally.left_out.update({reason: n for reason, n in left_out.items() if n})
    tally.written = len(rows.places) - sum(left_out.values())
    for name, count in counts.items():
        setattr(tally, name, count)
    return tally


def _piece(units: Rows, sites: Rows | None, source_file: str) -> Piece:
    staged, sirens = _best_units(units)
    is_named = _is_named(staged)
    named, sirens_kept = staged.filter(pa.array(is_named)), sirens[is_named]
    lost = {
        Reason.DUPLICATE: len(units.places) - len(sirens),
        Reason.NO_COMPANY: len(sirens) - len(sirens_kept),
    }
    heads = _heads(sites, sirens_kept)
    companies = _companies(named, heads, source_file)
    tables = {"company": companies, "register": _register(named, heads, companies)}
    told = Tally()
    if sites is not None:
        tables["establishment"], told = _establishments(sites, sirens_kept)
    new = len(sirens_kept)
    return Piece(tables, _tally(units, lost, companies_new=new), told)


def _best_units(units: Rows) -> tuple[pa.RecordBatch, Integers]:
    """One row per SIREN, as statements.BEST chooses it."""
    staged, sirens = _batch(units.staged), units.sirens
    if (np.diff(sirens) > 0).all():
        return staged, sirens
    name = pc.is_null(staged.column("name")).to_numpy(zero_copy_only=False)
    chosen = _first(sirens, _yes_first(staged.column("is_active")), name)
    return staged.take(pa.array(chosen)), sirens[chosen]


def _first(keys: Integers, *ranks: NDArray[np.generic]) -> Integers:
    """Places of the first row of each key, by these ranks, then in file order."""
    order = np.lexsort((np.arange(len(keys)), *reversed(ranks), keys))
    is_first = np.ones(len(keys), np.bool_)
    is_first[1:] = np.diff(keys[order]) != 0
    chosen: Integers = order[is_first]
    return chosen


def _yes_first(column: pa.Array) -> NDArray[np.int8]:
    """Yes, then no, then unknown."""
    rank = np.full(len(column), 2, np.int8)
    rank[are(column, "f")] = 1
    rank[are(column, "t")] = 0
    return rank


def _is_named(staged: pa.RecordBatch) -> NDArray[np.bool_]:
    is_known = pc.is_valid(pc.coalesce(staged["name"], staged["trade_name"]))
    is_individual = pc.fill_null(pc.starts_with(staged["legal_form"], "1"), False)
    found: NDArray[np.bool_] = pc.or_(is_known, is_individual).to_numpy(
        zero_copy_only=False
    )
    return found


def _heads(sites: Rows | None, sirens: Integers) -> pa.RecordBatch | None:
    """The head office of each of these companies, a row of nulls where none is."""
    if sites is None or not len(sites.places) or not len(sirens):
        return None
    staged = _batch(sites.staged)
    heads = np.flatnonzero(are(staged["is_head"], "t"))
    best = heads[_first(sites.sirens[heads], _yes_first(staged["is_open"])[heads])]
    owners = np.searchsorted(sirens, sites.sirens[best])
    owners = np.minimum(owners, len(sirens) - 1)
    is_known = sirens[owners] == sites.sirens[best]
    rows = np.full(len(sirens), -1, np.int64)
    rows[owners[is_known]] = best[is_known]
    return staged.take(pa.array(rows, mask=rows < 0))


def _companies(
    units: pa.RecordBatch, heads: pa.RecordBatch | None, source_file: str
) -> pa.Table:
    count = units.num_rows
    known = units.schema.names
    columns: dict[str, pa.Array] = {"siren": units["siren"]}
    columns["name"] = _text(pc.coalesce(units["name"], units["trade_name"]))
    for name in _TEXTS:
        columns[name] = _text(units[name]) if name in known else _blank(count)
    is_repeated = pc.and_(
        pc.is_valid(units["name"]), pc.equal(columns["trade_name"], units["name"])
    )
    columns["trade_name"] = pc.if_else(
        pc.fill_null(is_repeated, False), "", columns["trade_name"]
    )
    for name in ("created_on", "closed_on"):
        columns[name] = units[name]
    columns["is_active"] = pc.fill_null(units["is_active"], "t")
    columns["diffusion"] = pc.fill_null(units["diffusion"], "O")
    columns["headcount_year"] = pc.if_else(
        pc.is_valid(units["headcount_band"]), units["headcount_year"], _unknown()
    )
    columns |= _of_head_office(units, heads)
    columns["website"] = _blank(count)
    columns["source"] = pa.repeat("sirene", count)
    columns["source_file"] = pa.repeat(source_file, count)
    columns["registered_at"] = pa.repeat("now", count)
    return pa.table(columns)


def _of_head_office(
    units: pa.RecordBatch, heads: pa.RecordBatch | None
) -> dict[str, pa.Array]:
    if heads is None:
        blank = _blank(units.num_rows)
        return {"siret": units["siret"], **dict.fromkeys(_PLACE, blank)}
    is_partial = pc.fill_null(pc.equal(units["diffusion"], "P"), False)
    siret = pc.cast(heads["siret"], pa.string())
    columns = {"siret": pc.coalesce(siret, units["siret"])}
    for name in _PLACE:
        columns[name] = _text(heads[name])
    columns["address"] = pc.if_else(is_partial, "", columns["address"])
    for name in ("latitude", "longitude"):
        if name in heads.schema.names:
            columns[name] = pc.if_else(is_partial, _unknown(), heads[name])
    return columns


def _register(
    units: pa.RecordBatch, heads: pa.RecordBatch | None, companies: pa.Table
) -> pa.Table:
    nothing = pa.nulls(units.num_rows, pa.string())
    flags = are(companies["is_active"], "t").astype(np.int16)
    flags += 2 * are(companies["diffusion"], "P").astype(np.int16)
    flags += 4 * (~are(companies["name"], "")).astype(np.int16)
    return pa.table(
        {
            "siren": units["siren"],
            "geo": nothing if heads is None else heads["geo"],
            "created_on": units["created_on"],
            "headcount": units["headcount"],
            "naf": units["naf"],
            "legal_form": units["legal_form"],
            "flags": pa.array(flags),
        }
    )


def _establishments(sites: Rows, sirens: Integers) -> tuple[pa.Table, Tally]:
    """Sites of these companies, one row per SIRET, as statements.WRITE_SITES has it."""
    staged, owners = _batch(sites.staged), sites.sirens
    sirets = staged["siret"].to_numpy()
    is_head, is_open = _yes_first(staged["is_head"]), _yes_first(staged["is_open"])
    if (np.diff(sirets) > 0).all():
        chosen = np.arange(len(sirets))
    else:
        chosen = _first(sirets, is_head, is_open)
    is_known = np.isin(owners[chosen], sirens, assume_unique=False)
    lost = {
        Reason.DUPLICATE: len(sirets) - len(chosen),
        Reason.NO_COMPANY: int((~is_known).sum()),
    }
    kept = chosen[is_known]
    flags = (is_open[kept] != 1).astype(np.int16)
    flags += 2 * (is_head[kept] == 0).astype(np.int16)
    rows = staged.select(["siret", "siren", "geo", "naf"]).take(pa.array(kept))
    table = pa.Table.from_batches([rows]).append_column("flags", pa.array(flags))
    return table, _tally(sites, lost, establishments_new=len(kept))


def _batch(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], table.schema)


def _text(column: pa.Array) -> pa.Array:
    return pc.fill_null(column, "")


def _blank(count: int) -> pa.Array:
    return pa.repeat("", count)


def _unknown() -> pa.Scalar:
    return pa.scalar(None, pa.string())
