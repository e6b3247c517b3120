"""Workbooks made to unpack into more than a machine has, each refused at the door.

Each is looked at by a process of its own, as the page of the upload does: how long it
takes, what the look adds to that process, and the code of the refusal. The number of
rows that is asked for changes nothing here.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import parts
from benchmarks.files import serverless
from benchmarks.scoring import ground
from benchmarks.scoring.ground import Part, Rows, Verdicts

MOST_S, MOST_MB = 2.0, 200.0
MIB = 1 << 20
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_FEW = "<worksheet><sheetData><row r='1'><c r='A1'><v>1</v></c></row></sheetData>"
_FAR = b'<c r="GR1048576"/>'
Pieces = Iterator[bytes]


def blank(size: int) -> Pieces:
    """What packs a thousand times."""
    for _ in range(size // MIB):
        yield b" " * MIB


def under_the_ratio(size: int, end: bytes = b"") -> Pieces:
    """Ninety times smaller once packed: nothing in the table of contents tells."""
    chance = random.Random(1726)  # noqa: S311
    for _ in range(size // MIB):
        noise = chance.randbytes(MIB // 128).hex().encode()
        yield noise + b" " * (MIB - len(noise))
    yield end


def laughs() -> Pieces:
    """Each entity is ten of the one before."""
    told = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    yield f'<!DOCTYPE x [<!ENTITY l0 "ha">{told}]><sst>&l9;</sst>'.encode()


# {what it is: (parts, the code that refuses it)}.
Make = Callable[[Path], None]
BOMBS: dict[str, tuple[Make, str]] = {
    "a sheet of 2 GB of blanks": (
        lambda path: packed(path, {SHEET: blank(2048 * MIB)}),
        "unpacks_too_big",
    ),
    "480 MB under the ratio, a cell far away": (
        lambda path: packed(path, {SHEET: under_the_ratio(480 * MIB, _FAR)}),
        "too_many_cells",
    ),
    "a sheet of 512 MB that says it has 1 kB": (
        lambda path: lying(path, blank(512 * MIB)),
        "damaged_workbook",
    ),
    "180 sheets that are the same bytes": (
        lambda path: overlapping(path, under_the_ratio(8 * MIB)),
        "unpacks_too_big",
    ),
    "entities of entities": (
        lambda path: packed(path, {STRINGS: laughs()}),
        "entities",
    ),
    "ten thousand parts": (
        lambda path: packed(path, {f"xl/p{n}.xml": blank(0) for n in range(10_000)}),
        "too_many_parts",
    ),
}


def measure(_options: argparse.Namespace) -> Part:
    rows: Rows = []
    slowest = largest = idle = 0.0
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="ma-bench-") as folder:
        for number, (words, (make, code)) in enumerate(BOMBS.items()):
            path = Path(folder, f"{number}.xlsx")
            make(path)
            told = _looked_at(path, serverless.environ(folder))
            size = path.stat().st_size / 1e6
            rows.append(
                (
                    f"{words} ({size:,.1f} MB)",
                    f"{told['code']} in {told['seconds']:.2f} s, {told['peak_mb']:.0f} "
                    f"MB at most, {told['growth_mb']:.0f} MB for the work",
                )
            )
            slowest = max(slowest, told["seconds"])
            largest = max(largest, told["growth_mb"])
            idle = told["peak_mb"] - told["growth_mb"]
            wrong += told["code"] != code
            path.unlink()
    rows.append(("… of which a process that does nothing", f"{idle:.0f} MB"))
    verdicts: Verdicts = {
        "bomb_s": ground.verdict(slowest, MOST_S, most=True),
        "bomb_growth_mb": ground.verdict(largest, MOST_MB, most=True),
        "bomb_taken": ground.verdict(wrong, 0, most=True),
    }
    return rows, verdicts


# The bombs


def packed(path: Path, content: dict[str, Pieces]) -> None:
    """A workbook that is whole but for these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        for name, pieces in {SHEET: iter([_FEW.encode()]), **content}.items():
            with book.open(name, "w", force_zip64=True) as part:
                for piece in pieces:
                    part.write(piece)


def lying(path: Path, pieces: Pieces) -> None:
    """Both places where its size stands say another."""
    packed(path, {SHEET: pieces})
    data = path.read_bytes()
    with zipfile.ZipFile(path) as book:
        true = book.getinfo(SHEET).file_size.to_bytes(4, "little")
    path.write_bytes(data.replace(true, (1024).to_bytes(4, "little")))


def overlapping(path: Path, pieces: Pieces) -> None:
    """One part, and a table of contents that names it 180 times."""
    packed(path, {SHEET: pieces})
    with zipfile.ZipFile(path, "a") as book:
        one = book.getinfo(SHEET)
        for number in range(2, 182):
            again = zipfile.ZipInfo(f"xl/worksheets/sheet{number}.xml")
            for name in ("CRC", "compress_size", "file_size", "compress_type"):
                setattr(again, name, getattr(one, name))
            again.header_offset = one.header_offset
            book.filelist.append(again)
        book._didModify = True  # type: ignore[attr-defined]  # noqa: SLF001


# The look


def _looked_at(path: Path, env: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", __name__, str(path)],
        cwd=ground.PROJECT,
        env=env,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _look(path: Path) -> dict[str, Any]:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
    django.setup()
    from companies.imports.reading import detecting
    from mainsite.lib.sheets.decoding import SheetError

    before, began, code = parts.peak_mib(), time.perf_counter(), "taken"
    try:
        detecting.detect(path, name=path.name, known={"siren"}, chosen={})
    except SheetError as error:
        code = error.code
    seconds, peak = time.perf_counter() - began, parts.peak_mib()
    return {
        "code": code,
        "seconds": seconds,
        "peak_mb": peak,
        "growth_mb": peak - before,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_look(Path(sys.argv[1]))) + "\n")
