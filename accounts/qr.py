"""A QR code as one SVG path, so that the page needs no image and no inline style."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import segno

QUIET_ZONE = 4


@dataclass(frozen=True)
class Drawing:
    size: int
    path: str


def drawing(text: str) -> Drawing:
    code = segno.make_qr(text, error="m")
    rows = list(code.matrix_iter(border=QUIET_ZONE))
    runs = [run for y, row in enumerate(rows) for run in _runs(y, row)]
    return Drawing(size=len(rows), path="".join(runs))


def _runs(y: int, row: Iterable[int]) -> list[str]:
    """The dark stretches of one row, each a stroke one module thick."""
    runs, x = [], 0
    for is_dark, modules in groupby(row, key=bool):
        length = len(list(modules))
        if is_dark:
            runs.append(f"M{x} {y}.5h{length}")
        x += length
    return runs
