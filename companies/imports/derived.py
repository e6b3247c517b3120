"""Columns that follow from others: what is stored of an activity, a band, a name."""

import json
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from companies import nomenclature
from companies.imports.cells import words


def activity(found: dict[str, pa.Array]) -> None:
    """The code, or the label where there is none, and the number that is searched."""
    label = found.pop("naf_label", None)
    if label is not None:
        code = found.get("naf_code")
        found["naf_code"] = label if code is None else pc.coalesce(code, label)
    if "naf_code" in found:
        found["naf"] = pc.add(
            pc.index_in(found["naf_code"], value_set=_nafs()),
            pa.scalar(1, pa.int32()),
        )


def headcount(found: dict[str, pa.Array]) -> None:
    """The band, its lower bound, and the number of people where one was given."""
    if "headcount" not in found:
        return
    given = found.pop("headcount")
    band = pc.utf8_slice_codeunits(given, 0, 2)
    people = null(pc.utf8_slice_codeunits(given, 3))
    found["headcount_band"] = band
    bands, lower_bounds = _bands()
    found["headcount"] = lower_bounds.take(pc.index_in(band, value_set=bands))
    found["people"] = pc.cast(people, pa.int32())


def split_leaders(found: dict[str, pa.Array]) -> None:
    """The first who is named leads; the others are ``[first name, surname]`` each."""
    people = [
        _persons(cell) if cell else None for cell in found.pop("leader").to_pylist()
    ]
    found["first_name"] = pa.array([p and p[0][0] for p in people], pa.string())
    found["surname"] = pa.array([p and p[0][1] for p in people], pa.string())
    others = [json.dumps(p[1:]) if p and len(p) > 1 else None for p in people]
    found["others"] = pa.array(others, pa.string())


def _persons(cell: str) -> list[tuple[str, str]]:
    """One who is named twice, with a title or without, is one."""
    found: dict[str, tuple[str, str]] = {}
    for name in cell.split("\n"):
        person = words.person(name)
        found.setdefault(" ".join(person).casefold(), person)
    return list(found.values())


def null(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


# Not constants: ``pa.array`` imports pandas, a quarter of a second in every process.
@cache
def _nafs() -> pa.Array:
    return pa.array(list(nomenclature.naf_codes()), pa.string())


@cache
def _bands() -> tuple[pa.Array, pa.Array]:
    bands = nomenclature.HEADCOUNT_BANDS
    lower = [band.lower for band in bands.values()]
    return pa.array(list(bands), pa.string()), pa.array(lower, pa.int32())
