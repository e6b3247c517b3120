"""A layout and a header become one function: a row in, a COPY line or a reason out.

The rules row by row, as ``vectors`` applies them to whole columns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from companies.registry.keys import is_siren, is_siret
from companies.registry.layouts import Cell, Check, Layout
from companies.registry.report import Reason
from mainsite.lib.siren import repair_lost_zero

Row = Sequence[str]


@dataclass(frozen=True)
class Reader:
    """``columns`` of the file in the order ``read`` wants them; ``staged`` it fills."""

    columns: tuple[str, ...]
    staged: tuple[str, ...]
    read: Callable[[Row], str | Reason]
    keys: "KeyReader"


def compile_reader(layout: Layout, header: Sequence[str]) -> Reader:
    """The reader of a file whose header fits ``layout``."""
    used = used_cells(layout, header)
    columns = columns_of(layout, used)
    position = {name: index for index, name in enumerate(columns)}
    checks = [_check(check, position) for check in layout.checks]
    cleaners = [_cleaner(cell, position) for cell in used]
    keys = KeyReader(layout, position)

    def read(row: Row) -> str | Reason:
        for check in checks:
            reason = check(row)
            if reason is not None:
                return reason
        line = keys(row)
        if isinstance(line, Reason):
            return line
        line.extend([clean(row) for clean in cleaners])
        return "\t".join(line)

    return Reader(columns, staged_by(layout, used), read, keys)


def used_cells(layout: Layout, header: Sequence[str]) -> list[Cell]:
    """Those whose columns the file has: an edition may lack the optional ones."""
    present = set(header)
    return [
        cell
        for cell in layout.cells
        if not cell.optional or present.issuperset(cell.columns)
    ]


def columns_of(layout: Layout, used: Sequence[Cell]) -> tuple[str, ...]:
    named = [layout.siren, layout.siret]
    named += [name for check in layout.checks for name in check.columns]
    named += [name for cell in used for name in cell.columns]
    return tuple(dict.fromkeys(filter(None, named)))


def staged_by(layout: Layout, used: Sequence[Cell]) -> tuple[str, ...]:
    keys = ("siren", "siret") if layout.siret else ("siren",)
    return (*keys, *(name for cell in used for name in cell.fills))


def _check(check: Check, position: dict[str, int]) -> Callable[[Row], Reason | None]:
    refuse, places = check.refuse, [position[name] for name in check.columns]
    if len(places) == 1:
        only = places[0]
        return lambda row: refuse(row[only])
    pick = itemgetter(*places)
    return lambda row: refuse(*pick(row))


def _cleaner(cell: Cell, position: dict[str, int]) -> Callable[[Row], str]:
    clean, places = cell.clean, [position[name] for name in cell.columns]
    if len(places) == 1:
        only = places[0]
        return lambda row: clean(row[only])
    pick = itemgetter(*places)
    return lambda row: clean(*pick(row))


class KeyReader:
    """Reads the keys of a row; ``repaired`` counts the leading zeros given back."""

    def __init__(self, layout: Layout, position: dict[str, int]) -> None:
        self._siren_at = position.get(layout.siren, -1)
        self._siret_at = position.get(layout.siret, -1)
        self.repaired = 0

    def __call__(self, row: Row) -> list[str] | Reason:
        siren = row[self._siren_at] if self._siren_at >= 0 else ""
        if self._siret_at < 0:
            return self._unit(siren)
        siret = row[self._siret_at]
        return self._site(siren or siret[:-5], siret)

    def _unit(self, siren: str) -> list[str] | Reason:
        if is_siren(siren):
            return [siren]
        repaired = repair_lost_zero(siren)
        if repaired is None:
            return Reason.INVALID_SIREN
        self.repaired += 1
        return [repaired]

    def _site(self, siren: str, siret: str) -> list[str] | Reason:
        if siret.startswith(siren) and is_siret(siret):
            return [siren.zfill(9), siret]
        whole = f"0{siret}"
        if whole[1:9] == siren.zfill(9)[1:] and is_siret(whole):
            self.repaired += 1
            return [whole[:9], whole]
        if isinstance(reason := self._unit(siren), Reason):
            return reason
        return Reason.INVALID_SIRET
