"""CSV, CSV.gz, ZIP, JSON and Parquet as one thing: a header and rows of text.

Everything streams: no more than a buffer (or a Parquet batch) is in memory.
"""

import codecs
import csv
import gzip
import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from companies.registry.api_sirene import COLUMNS as API_COLUMNS
from companies.registry.api_sirene import rows as api_rows
from companies.registry.errors import RegistryFileError

Row = Sequence[str]
Rows = Iterator[Row | None]

_SAMPLE_BYTES = 1 << 20
_BATCH_ROWS = 20_000
_SEPARATORS = ",;\t|"
_GZIP, _ZIP, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BROKEN = (
    EOFError,
    OSError,
    zlib.error,
    zipfile.BadZipFile,
    lzma.LZMAError,
    pa.ArrowInvalid,
)


@dataclass(frozen=True)
class Table:
    """``rows(columns)`` yields the cells of those columns; None for a broken row."""

    header: tuple[str, ...]
    rows: Callable[[Sequence[str]], Rows]


@contextmanager
def open_table(path: Path, *, encoding: str | None = None) -> Iterator[Table]:
    """The table inside a file; raises RegistryFileError in words for the screen."""
    with ExitStack() as stack:
        with _in_words(path):
            table = _table(path, encoding, stack)

        def rows(columns: Sequence[str]) -> Rows:
            with _in_words(path):
                yield from table.rows(columns)

        yield Table(table.header, rows)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise RegistryFileError(
            f"{path.name} : un octet n’est pas du {error.encoding}. Précisez "
            "l’encodage du fichier avec --encoding (cp1252 par exemple)."
        ) from error
    except csv.Error as error:
        raise RegistryFileError(
            f"{path.name} : ligne illisible pour un CSV ({error})."
        ) from error
    except _BROKEN as error:
        raise RegistryFileError(_broken(path, error)) from error


def _broken(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path} : fichier introuvable."
    if isinstance(error, IsADirectoryError):
        return f"{path} : c’est un dossier, donnez les fichiers."
    if isinstance(error, PermissionError):
        return f"{path} : lecture refusée."
    return f"{path.name} : fichier tronqué ou abîmé ({error})."


def _table(path: Path, encoding: str | None, stack: ExitStack) -> Table:
    raw: IO[bytes] = stack.enter_context(path.open("rb"))
    magic = raw.read(4)
    raw.seek(0)
    if not magic:
        raise RegistryFileError(f"{path.name} : fichier vide.")
    if magic == _PARQUET:
        return _parquet(raw)
    if magic == _ZIP:
        raw = _only_member(path, raw, stack)
    elif magic[:2] == _GZIP:
        raw = cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=raw)))
    return _text_table(path, io.BufferedReader(_Raw(raw), _SAMPLE_BYTES), encoding)


class _Raw(io.RawIOBase):
    """Lets a BufferedReader peek into any stream of bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _only_member(path: Path, raw: IO[bytes], stack: ExitStack) -> IO[bytes]:
    archive = stack.enter_context(zipfile.ZipFile(raw))
    names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
    if len(names) == 1:
        return stack.enter_context(archive.open(names[0]))
    if not names:
        raise RegistryFileError(f"{path.name} : cette archive ne contient aucun CSV.")
    raise RegistryFileError(
        f"{path.name} : cette archive contient {len(names)} CSV "
        f"({', '.join(sorted(names)[:5])}) ; donnez-les un par un."
    )


def _text_table(path: Path, raw: io.BufferedReader, encoding: str | None) -> Table:
    sample = raw.peek(_SAMPLE_BYTES)[:_SAMPLE_BYTES]
    if not sample.strip():
        raise RegistryFileError(f"{path.name} : fichier vide.")
    encoding = encoding or _encoding(sample)
    if "utf-16" not in encoding and b"\x00" in sample:
        raise RegistryFileError(
            f"{path.name} : fichier binaire. Formats lus : CSV, CSV.gz, ZIP d’un CSV, "
            "JSON de l’API Sirene, Parquet."
        )
    try:
        text = io.TextIOWrapper(raw, encoding=encoding, newline="")
    except LookupError as error:
        raise RegistryFileError(f"Encodage inconnu : {encoding}.") from error
    if sample.lstrip()[:1] in (b"[", b"{"):
        return _json(path, text)
    return _csv(path, text)


def _encoding(sample: bytes) -> str:
    """The mark at the start decides, else what the first megabyte can be."""
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return encoding
    try:
        # Incremental: a character cut by the end of the sample is no error.
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _csv(path: Path, text: io.TextIOWrapper) -> Table:
    first = text.readline()
    separator = max(_SEPARATORS, key=first.count)
    header = tuple(
        cell.strip() for cell in next(csv.reader([first], delimiter=separator))
    )
    if len(header) < 2:
        raise RegistryFileError(
            f"{path.name} : une seule colonne trouvée (« {first.strip()[:80]} »). "
            "Séparateurs reconnus : virgule, point-virgule, tabulation, barre."
        )

    def rows(columns: Sequence[str]) -> Rows:
        width, pick = len(header), _picker(header, columns)
        for row in csv.reader(text, delimiter=separator):
            if len(row) == width:
                yield pick(row)
            elif row:
                yield None

    return Table(header, rows)


def _picker(header: Row, columns: Sequence[str]) -> Callable[[Row], Row]:
    places = [header.index(name) for name in columns]
    if len(places) == 1:
        only = places[0]
        return lambda row: (row[only],)
    return itemgetter(*places)


def _json(path: Path, text: io.TextIOWrapper) -> Table:
    def rows(columns: Sequence[str]) -> Rows:
        pick = _picker(API_COLUMNS, columns)
        try:
            yield from map(pick, api_rows(text))
        except (json.JSONDecodeError, AttributeError, TypeError) as error:
            raise RegistryFileError(
                f"{path.name} : JSON illisible ou d’une autre forme que les "
                f"établissements de l’API Sirene ({error})."
            ) from error

    return Table(API_COLUMNS, rows)


def _parquet(raw: IO[bytes]) -> Table:
    source = pq.ParquetFile(raw)
    header = tuple(source.schema_arrow.names)

    def rows(columns: Sequence[str]) -> Rows:
        batches = source.iter_batches(batch_size=_BATCH_ROWS, columns=list(columns))
        for batch in batches:
            cells = [_texts(batch.column(name)) for name in columns]
            yield from zip(*cells, strict=True)

    return Table(header, rows)


def _texts(column: Any) -> list[str]:
    """Cells as the CSV would have them: ISO dates, ``true``, blank for null."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    text = column if pa.types.is_string(column.type) else pc.cast(column, pa.string())
    values: list[str] = pc.fill_null(text, "").to_pylist()
    return values
