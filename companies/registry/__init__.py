"""The register of companies: INSEE's stock files and the layouts derived from them.

``load`` is the door; the rest of the package reads files (files, api_sirene), says what
their columns mean (known_layouts, cells, places), decides who overwrites what (columns)
and writes the tables (staging, statements).
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from companies.registry.errors import LoadInterruptedError, RegistryFileError
from companies.registry.report import FileReport, LoadReport, Reason

__all__ = [
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
) -> LoadReport:
    """Load register files; the same files again write nothing.

    Every header is recognised before anything is written. Units go before sites,
    whatever the order given. ``report`` is called after each chunk, which is one
    transaction: when reading fails, earlier chunks stay (LoadInterruptedError).
    """
    # Whoever only reads files needs neither models nor settings.
    from companies.registry.loading import load_files

    return load_files(paths, report=report, encoding=encoding)
