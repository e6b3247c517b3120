"""Files into the register: recognised first, then read as a stream, chunk by chunk."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DatabaseError, connection, transaction

from companies.registry.errors import LoadInterruptedError, RegistryFileError
from companies.registry.files import Row, Table, open_table
from companies.registry.head_offices import HeadOffices
from companies.registry.known_layouts import LAYOUTS, nearest, recognise
from companies.registry.layouts import Company, Layout
from companies.registry.reading import Reader, compile_reader
from companies.registry.report import FileReport, LoadReport, Reason
from companies.registry.staging import Chunk, Lines, apply
from companies.search.names import rebuild_words

CHUNK_ROWS = 25_000
Report = Callable[[LoadReport], None]


def load_files(
    paths: Iterable[Path | str],
    *,
    report: Report | None = None,
    encoding: str | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> LoadReport:
    """See ``companies.registry.load``."""
    plans = sorted(
        (_plan(Path(path), encoding) for path in paths),
        key=lambda plan: plan.layout.company.value,
    )
    sites = [plan for plan in plans if plan.layout.company is Company.HEAD_OFFICE]
    total = LoadReport()
    for plan in plans:
        total.files.append(FileReport(plan.path, plan.layout.label))
        run = _Run(plan, sites, total, report or _nobody, chunk_rows)
        try:
            _load_file(run, total.files[-1])
            if run.has_orphans:
                _adopt_orphans(run)
        except (RegistryFileError, DatabaseError) as error:
            raise LoadInterruptedError(_where(error, total), total) from error
    if total.written:
        _refresh()
    return total


@dataclass(frozen=True)
class _Plan:
    path: Path
    layout: Layout
    encoding: str | None


@dataclass
class _Run:
    """One file's turn; ``pieces`` were applied."""

    plan: _Plan
    sites: list[_Plan]
    total: LoadReport
    report: Report
    chunk_rows: int
    pieces: int = 0

    @property
    def has_orphans(self) -> bool:
        """Rows of no known company, which a later piece may have named."""
        is_filling = self.plan.layout.company is Company.FILL
        orphans = self.total.files[-1].left_out[Reason.NO_NAME]
        return is_filling and self.pieces > 1 and orphans > 0


def _nobody(_: LoadReport) -> None:
    """Nobody watches."""


def _plan(path: Path, encoding: str | None) -> _Plan:
    with open_table(path, encoding=encoding) as table:
        layout = recognise(table.header)
    if layout is None:
        raise RegistryFileError(_unknown(path, table))
    return _Plan(path, layout, encoding)


def _unknown(path: Path, table: Table) -> str:
    found = ", ".join(table.header[:12]) + (" …" if len(table.header) > 12 else "")
    layout, missing = nearest(table.header)
    known = "\n".join(f"  – {each.label}" for each in LAYOUTS)
    return (
        f"{path.name} : colonnes non reconnues.\n"
        f"Trouvées ({len(table.header)}) : {found}\n"
        f"Le plus proche est « {layout.label} » ; il y manque : {', '.join(missing)}\n"
        f"Fichiers lus :\n{known}"
    )


def _load_file(run: _Run, file: FileReport) -> None:
    plan, started = run.plan, time.monotonic()
    with ExitStack() as stack:
        table = stack.enter_context(open_table(plan.path, encoding=plan.encoding))
        reader = compile_reader(plan.layout, table.header)
        pieces = _pieces(reader, table.rows(reader.columns), run.chunk_rows)
        if plan.layout.company is Company.REPLACE:
            pieces = _with_head_offices(pieces, _open_sites(run.sites, stack))
        for piece in stack.enter_context(_Ahead(pieces)):
            if piece.lines:
                lines = Lines(reader.staged, piece.lines)
                chunk = Chunk(plan.layout, lines, plan.path.name, piece.head_offices)
                apply(chunk, file)
            run.pieces += 1
            file.read += piece.read
            file.left_out.update(piece.left_out)
            file.repaired = reader.keys.repaired
            file.seconds = time.monotonic() - started
            run.report(run.total)


def _adopt_orphans(run: _Run) -> None:
    """Go through the file once more, now that it has named all it names."""
    file, again = run.total.files[-1], FileReport(run.plan.path, run.plan.layout.label)
    _load_file(run, again)
    adopted = file.left_out[Reason.NO_NAME] - again.left_out[Reason.NO_NAME]
    file.left_out -= Counter({Reason.NO_NAME: adopted})
    file.written += adopted
    file.companies_updated += again.companies_updated
    file.establishments_new += again.establishments_new
    file.seconds += again.seconds


@dataclass
class _Piece:
    """Rows of a file on their way: what was read, and what of it is to be staged."""

    read: int = 0
    lines: list[str] = field(default_factory=list)
    left_out: Counter[Reason] = field(default_factory=Counter)
    head_offices: Lines | None = None


def _pieces(reader: Reader, rows: Iterator[Row | None], size: int) -> Iterator[_Piece]:
    """Pieces that never part the rows of one company, as long as they follow."""
    read, piece = reader.read, _Piece()
    lines = piece.lines
    for row in rows:
        line = read(row) if row is not None else Reason.MALFORMED
        if isinstance(line, Reason):
            piece.left_out[line] += 1
            piece.read += 1
            continue
        if len(lines) >= size and not line.startswith(lines[-1][:9]):
            yield piece
            piece = _Piece()
            lines = piece.lines
        piece.read += 1
        lines.append(line)
    if piece.read:
        yield piece


def _open_sites(sites: Iterable[_Plan], stack: ExitStack) -> HeadOffices | None:
    """The first sites' file, if there is one; a second one waits for its turn."""
    for plan in sites:
        table = stack.enter_context(open_table(plan.path, encoding=plan.encoding))
        return HeadOffices(plan.layout, table)
    return None


def _with_head_offices(
    pieces: Iterator[_Piece], sites: HeadOffices | None
) -> Iterator[_Piece]:
    for piece in pieces:
        if sites is not None and piece.lines:
            sirens = {line[:9] for line in piece.lines}
            piece.head_offices = Lines(sites.columns, list(sites.of(sirens)))
        yield piece


class _Ahead:
    """Reads the next piece in a thread while the database works on this one."""

    def __init__(self, pieces: Iterator[_Piece]) -> None:
        self._pieces = pieces

    def __enter__(self) -> Iterator[_Piece]:
        self._pool = ThreadPoolExecutor(max_workers=1)
        return self._read()

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def _read(self) -> Iterator[_Piece]:
        upcoming = self._pool.submit(next, self._pieces, None)
        while (piece := upcoming.result()) is not None:
            upcoming = self._pool.submit(next, self._pieces, None)
            yield piece


def _where(error: Exception, total: LoadReport) -> str:
    file = total.files[-1]
    return (
        f"{error}\nArrêté après {file.read} lignes de {file.path.name}. Les lots "
        "précédents sont enregistrés ; une fois le fichier réparé, relancez la même "
        "commande : rien n’est fait deux fois."
    )


def _refresh() -> None:
    """The words of the names, then the planner's statistics."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        rebuild_words()
    with connection.cursor() as cursor:
        # Only the owner may; the nightly autovacuum does it for the others.
        cursor.execute("SET client_min_messages = error")
        cursor.execute("ANALYZE company, register, establishment, name_word")
        cursor.execute("RESET client_min_messages")
