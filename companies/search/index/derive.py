"""Every array of a block, from the rows read of the database; ``block`` reads them."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from companies import nomenclature
from companies.nomenclature import Range
from companies.search.counts import READINGS
from companies.search.index import bits, likeness, words
from companies.search.index.bits import Positions, Words
from companies.search.index.block import RARE, Array, Arrays, rows_of
from companies.search.index.columns import (
    EVENT_KINDS,
    REGISTER,
    TARGET,
    Names,
    Table,
)
from companies.search.index.likeness import band_of

_ACTIVE = 1
_BIN, _BINS = 500, 20
# The unknown headcount is the first.
_BANDS = len(nomenclature.HEADCOUNT_BANDS) + 1
# Columns that the list sorts by; rows are in (geo, siren) order already.
_SORTED_REGISTER = ("siren", "naf", "legal_form", "seniority", "headcount")
_SORTED_TARGET = (
    "scored_at",
    "revenue",
    "net_income",
    *READINGS,
    "enriched_at",
    "leader_age",
    "leader_tenure",
)


def derive(
    rows: Table,
    events: Table | None = None,
    sites: Table | None = None,
    names: Names | None = None,
    accounts: Table | None = None,
) -> dict[str, Array]:
    """Every array of a block; ``rows`` have the columns of REGISTER, maybe TARGET's.

    ``names`` may name companies that are not among the rows.
    """
    is_target = "revenue" in (rows.dtype.names or ())
    rows = rows[np.argsort(_pair(rows["geo"], rows["siren"]), kind="stable")]
    columns = (*REGISTER, *TARGET) if is_target else REGISTER
    arrays = {c.name: np.ascontiguousarray(rows[c.name]) for c in columns}
    siren = arrays["siren"]
    for name in (*_SORTED_REGISTER, *(_SORTED_TARGET if is_target else ())):
        arrays |= _order(name, arrays[name], siren)
    arrays["sorted_siren"] = siren[arrays["order_siren"]]
    arrays["active"] = bits.pack(arrays["flags"] & _ACTIVE > 0)
    arrays |= _naf_bits(arrays) | _legal_forms(arrays) | _bands(arrays)
    if is_target:
        arrays |= _readings(arrays)
    if events is not None:
        arrays |= _events(events, arrays)
    if sites is not None:
        arrays |= _sites(sites, arrays)
    if names is not None:
        arrays |= _names(names, arrays)
    if accounts is not None:
        arrays |= likeness.derive(arrays, accounts)
    return arrays


def _pair(first: Array, second: Array) -> npt.NDArray[np.int64]:
    """One number that sorts as both would."""
    pair: npt.NDArray[np.int64] = (first.astype(np.int64) << 32) | second
    return pair


def _order(name: str, key: Array, siren: Array) -> dict[str, Array]:
    if name == "siren":
        order = np.argsort(siren)
    elif key.dtype.itemsize <= 4:
        order = np.argsort(_pair(key, siren))
    else:
        order = np.lexsort((siren, key))
    return _both_ways(name, order)


def _both_ways(name: str, order: Array) -> dict[str, Array]:
    rank = np.empty(len(order), np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    return {f"order_{name}": order.astype(np.uint32), f"rank_{name}": rank}


def _naf_bits(arrays: dict[str, Array]) -> dict[str, Array]:
    """Sections and divisions that many companies bear."""
    naf, count = arrays["naf"], len(arrays["naf"])
    spans = [
        span for code, (_, span) in nomenclature.naf_levels().items() if len(code) <= 2
    ]
    ordered = naf[arrays["order_naf"]]
    starts = np.searchsorted(ordered, [span.first for span in spans])
    ends = np.searchsorted(ordered, [span.last for span in spans], side="right")
    dense = [
        span
        for span, start, end in zip(spans, starts, ends, strict=True)
        if (end - start) * RARE > count
    ]
    numbers = np.arange(len(nomenclature.naf_by_id()) + 2)
    return {
        "naf_starts": np.searchsorted(ordered, numbers),
        "naf_first": np.array([span.first for span in dense], np.int16),
        "naf_last": np.array([span.last for span in dense], np.int16),
        "naf_bits": _stack([bits.between(naf, s.first, s.last) for s in dense], count),
    }


def _stack(rows: list[Words], count: int) -> Array:
    return np.array(rows) if rows else np.zeros((0, bits.size(count)), np.uint64)


def _legal_forms(arrays: dict[str, Array]) -> dict[str, Array]:
    """Bits of the frequent forms; the rows of the others, form after form."""
    order, form = arrays["order_legal_form"], arrays["legal_form"]
    codes, starts = np.unique(form[order], return_index=True)
    ends = np.append(starts[1:], len(order))
    is_dense = (ends - starts) * RARE > len(order)
    rare = [order[s:e] for s, e in zip(starts[~is_dense], ends[~is_dense], strict=True)]
    lengths = [len(rows) for rows in rare]
    return {
        "form_codes": codes[is_dense],
        "form_bits": _stack(
            [bits.pack(form == code) for code in codes[is_dense]], len(form)
        ),
        "rare_form_codes": codes[~is_dense],
        "rare_form_starts": np.cumsum([0, *lengths]).astype(np.int64),
        "rare_form_rows": np.concatenate([np.empty(0, np.uint32), *rare]),
    }


def _bands(arrays: dict[str, Array]) -> dict[str, Array]:
    band = band_of(arrays["headcount"]).astype(np.int8)
    rows = [bits.pack(band == number) for number in range(_BANDS)]
    return {"band_bits": np.array(rows)}


def _readings(arrays: dict[str, Array]) -> dict[str, Array]:
    found = {}
    for name in READINGS:
        bins = _bin_of(arrays[name])
        found[f"bits_{name}"] = np.array([bits.pack(bins == n) for n in range(_BINS)])
    found["not_evaluable"] = bits.pack(arrays["score_state"] == 2)
    return found


def _bin_of(reading: Array) -> Array:
    """Of five points each; a hundred is in the last one, unknown in none."""
    return np.where(reading < 0, -1, np.minimum(reading // _BIN, _BINS - 1))


def _events(events: Table, arrays: Arrays) -> dict[str, Array]:
    rows, is_here = rows_of(events["siren"], arrays)
    kind, day = events["kind"][is_here], events["day"][is_here]
    order = np.lexsort((day, kind))
    starts = np.searchsorted(kind[order], np.arange(len(EVENT_KINDS) + 1))
    return {
        "event_starts": starts.astype(np.int64),
        "event_day": day[order],
        "event_row": rows[order].astype(np.uint32),
    }


def _sites(sites: Table, arrays: Arrays) -> dict[str, Array]:
    """(place, row) once by company and commune; bits by département and région."""
    rows, is_here = rows_of(sites["siren"], arrays)
    geo = sites["geo"][is_here]
    found = {}
    for level, place in (
        ("commune", geo),
        ("department", _number(geo, nomenclature.department_ranges().values())),
        ("region", _number(geo, nomenclature.region_ranges().values())),
    ):
        pairs = np.unique(_pair(place, rows))
        places, firsts = np.unique(pairs >> 32, return_index=True)
        lists = np.split((pairs & 0xFFFFFFFF).astype(np.uint32), firsts[1:])
        if level == "commune":
            found["site_commune"] = (pairs >> 32).astype(np.int32)
            found["site_commune_row"] = np.concatenate(lists)
            continue
        count = len(arrays["siren"])
        found[f"site_{level}_places"] = places.astype(np.int32)
        found[f"site_{level}_bits"] = _stack(
            [bits.of_positions(each, count) for each in lists[: len(places)]], count
        )
    return found


def _number(geo: Array, spans: Iterable[Range]) -> Array:
    """The first commune of the span that holds each commune stands for the span."""
    firsts = np.array(sorted(span.first for span in spans))
    place: Array = firsts[np.maximum(np.searchsorted(firsts, geo, side="right") - 1, 0)]
    return place


def _names(names: Names, arrays: Arrays) -> dict[str, Array]:
    rows, is_here = rows_of(names.siren, arrays)
    folded = names.folded.filter(pa.array(is_here))
    text, ends = words.texts(folded)
    return {
        **_both_ways("name", _complete(rows, len(arrays["siren"]))),
        "name_text": text,
        "name_ends": ends,
        **words.postings(folded, rows),
    }


def _complete(rows: Positions, count: int) -> Positions:
    """Rows without a name come last: a name of the register is never missing long."""
    missing = np.setdiff1d(np.arange(count), rows)
    return np.concatenate([rows, missing])
