"""The stored form of a result: numbers and codes, at most 600 bytes of JSON.

Words are not stored: ``wording`` makes them when the row is shown. Weights, caps and
the most a family can bring are those of the ruleset version named by the row.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any, Final

from scoring.rules.columns import FLAGS as INPUT_FLAGS
from scoring.rules.columns import TEXTS
from scoring.rules.inputs import Inputs
from scoring.rules.readings import FLAGS
from scoring.rules.reasons import ReasonCodes
from scoring.rules.result import Result, Terms
from scoring.rules.ruleset import Ruleset

Row = dict[str, Any]
# source, fiscal year
Provenance = Mapping[str, tuple[str, int | None]]

SCALARS: Final = tuple(f.name for f in fields(Inputs) if f.name not in INPUT_FLAGS)
INTEGERS: Final = frozenset(
    f.name for f in fields(Inputs) if f.type in {int, int | None}
)
PLACES: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def to_row(result: Result, provenance: Provenance | None = None) -> Row:
    """``provenance`` tells, input by input, which source gave it for which year."""
    row: Row = {
        "v": result.ruleset,
        "w": result.preset,
        "d": result.as_of.isoformat(),
        "a": _short(result.attractiveness),
        "c": [_short(value) for value in result.values],
        "i": _pack_inputs(result.inputs),
    }
    if result.terms.has_readings:
        row |= _readings(result)
    else:
        row["p"] = _short(result.penalty)
    if provenance:
        row["o"] = pack_provenance(provenance)
    return row


def from_row(row: Row, *, siren: str, ruleset: Ruleset) -> Result:
    """The result as it was stored; ``ruleset`` must be the version it names."""
    if row["v"] != ruleset.version:
        raise ValueError(f"the row is of ruleset {row['v']}, not {ruleset.version}")
    terms = Terms.of(ruleset, row["w"])
    common: dict[str, Any] = {
        "siren": siren,
        "terms": terms,
        "as_of": date.fromisoformat(row["d"]),
        "attractiveness": _float(row["a"]),
        "values": tuple(_float(value) for value in row["c"]),
        "penalty": float(row.get("p", 0)),
        "inputs": _unpack_inputs(row["i"]),
    }
    if not terms.has_readings:
        codes = (1,) * len(row["c"])
        return Result(**common, basis_codes=codes, flags=(), is_evaluable=True)
    return Result(**common, **_read_readings(row))


def provenance_of(row: Row) -> dict[str, tuple[str, int | None]]:
    return {
        SCALARS[PLACES.index(place)]: _origin(origin)
        for origin, places in row.get("o", {}).items()
        for place in places
    }


def _readings(result: Result) -> Row:
    codes = result.reason_codes
    return {
        "t": "".join(str(code) for code in result.basis_codes),
        "f": [FLAGS.index(flag) for flag in result.flags],
        "e": int(result.is_evaluable),
        "s": _short(result.sale_likelihood),
        "n": [_short(points) for points in result.contribution_values],
        "k": _short(result.coverage),
        "g": [_short(points) for points in result.point_values],
        "r": [codes.attractiveness, codes.sale, codes.coverage],
        "m": [_pack_stake(*stake) for stake in result.stake_values],
    }


def _read_readings(row: Row) -> dict[str, Any]:
    return {
        "basis_codes": tuple(int(code) for code in row["t"]),
        "flags": tuple(FLAGS[place] for place in row["f"]),
        "is_evaluable": bool(row["e"]),
        "sale_likelihood": _float(row["s"]),
        "contribution_values": tuple(float(points) for points in row["n"]),
        "coverage": float(row["k"]),
        "point_values": tuple(float(points) for points in row["g"]),
        "reason_codes": ReasonCodes(*row["r"]),
        "stake_values": tuple(_unpack_stake(stake) for stake in row["m"]),
    }


def _pack_stake(score: float, coverage: float, verdict: bool) -> list[Any] | int:
    if not (score or coverage or verdict):
        return 0
    return [_short(score), _short(coverage), *([1] if verdict else [])]


def _unpack_stake(stake: list[Any] | int) -> tuple[float, float, bool]:
    if isinstance(stake, int):
        return 0.0, 0.0, False
    return float(stake[0]), float(stake[1]), len(stake) == 3


def _short(value: float | None) -> float | int | None:
    """84.0 is written 84."""
    return int(value) if value is not None and value == int(value) else value


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _pack_inputs(inputs: Inputs) -> str:
    scalars = [getattr(inputs, name) for name in SCALARS]
    flags = "".join(
        PLACES[place] for place, name in enumerate(INPUT_FLAGS) if getattr(inputs, name)
    )
    return ";".join([*(_write(value) for value in scalars), flags])


def _write(value: float | str | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else str(_short(value))


def _unpack_inputs(packed: str) -> Inputs:
    *scalars, flags = packed.split(";")
    values: dict[str, Any] = {
        name: _read(name, value) for name, value in zip(SCALARS, scalars, strict=True)
    }
    for place, name in enumerate(INPUT_FLAGS):
        values[name] = PLACES[place] in flags
    return Inputs(**values)


def _read(name: str, value: str) -> Any:
    if name in TEXTS:
        return value
    if not value:
        return None
    return int(value) if name in INTEGERS else float(value)


def pack_provenance(provenance: Provenance) -> dict[str, str]:
    packed: dict[str, str] = {}
    for name, (source, year) in provenance.items():
        origin = source if year is None else f"{source} {year}"
        packed[origin] = packed.get(origin, "") + PLACES[SCALARS.index(name)]
    return packed


def _origin(origin: str) -> tuple[str, int | None]:
    source, _, year = origin.rpartition(" ")
    return (source, int(year)) if source and year.isdigit() else (origin, None)
