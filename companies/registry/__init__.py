"""The register of companies: INSEE's stock files and the layouts derived from them.

``load`` is the door. The package reads files (files, lines, api_sirene), says what
their columns mean, for a row (known_layouts, cells, places, reading) and for columns at
a time (vectors), and parts them in chunks. Into empty tables these are copied
(first_load, initial, indexes); otherwise they are staged and compared (incremental,
staging, statements), and columns decides who overwrites what. editions, disappeared and
masking are about what a file says by its silence.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from companies.registry.errors import LoadInterruptedError, RegistryFileError
from companies.registry.report import COUNTS, FileReport, LoadReport, Reason

if TYPE_CHECKING:
    from companies.models import Edition

__all__ = [
    "COUNTS",
    "FileReport",
    "LoadInterruptedError",
    "LoadReport",
    "Reason",
    "RegistryFileError",
    "load",
]


def load(
    paths: Iterable[Path | str],
    *,
    report: Callable[[LoadReport], None] | None = None,
    encoding: str | None = None,
    chunk_rows: int | None = None,
    edition: "Edition | None" = None,
    individuals: bool = False,
    force_shrink: bool = False,
) -> LoadReport:
    """Load register files; the same files again write nothing.

    Every header is recognised before anything is written. Units go before sites,
    whatever the order given. ``report`` is called after each chunk, which is one
    transaction: when reading fails, earlier chunks stay (LoadInterruptedError), and the
    same file goes on from there.

    ``edition`` says whether INSEE's files are complete (what they no longer name is
    closed) or differences; None looks for itself and raises RegistryFileError when it
    cannot tell. ``force_shrink`` takes a complete file with far fewer rows than the
    one before, ``individuals`` sole traders as far as they are diffused.
    """
    # Whoever only reads files needs neither models nor settings.
    from companies.registry.loading import load_files

    return load_files(
        paths,
        report=report,
        encoding=encoding,
        chunk_rows=chunk_rows,
        edition=edition,
        individuals=individuals,
        force_shrink=force_shrink,
    )
