"""CSV, CSV.gz, ZIP, JSON and Parquet as one thing: a header and cells of text.

Everything streams: no more than a buffer (or a batch) is in memory.
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
from dataclasses import dataclass, replace
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from companies.registry import api_sirene
from companies.registry.errors import RegistryFileError
from companies.registry.lines import WholeLines

Row = Sequence[str]
Rows = Iterator[Row | None]

_SAMPLE_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 23
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


@dataclass
class Broken:
    """How many rows of another width than the header's were met so far."""

    rows: int = 0


Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True)
class Table:
    """``rows(columns)`` yields the cells of those columns; None for a broken row.

    ``batches`` yields the same cells by columns, blank for what is not there, and
    counts the broken rows instead. A table is gone through once, one way or the other.
    ``member`` is the name of the file inside an archive.
    """

    header: tuple[str, ...]
    rows: Callable[[Sequence[str]], Rows]
    batches: Callable[[Sequence[str], Broken], Batches]
    member: str = ""
    is_api: bool = False


@contextmanager
def open_table(path: Path, *, encoding: str | None = None) -> Iterator[Table]:
    """The table inside a file; raises RegistryFileError in words for the screen."""
    with ExitStack() as stack:
        with _in_words(path):
            table = _table(path, encoding, stack)

        def rows(columns: Sequence[str]) -> Rows:
            with _in_words(path):
                yield from table.rows(columns)

        def batches(columns: Sequence[str], broken: Broken) -> Batches:
            with _in_words(path):
                yield from table.batches(columns, broken)

        yield replace(table, rows=rows, batches=batches)


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
    except pa.ArrowInvalid as error:
        # A row that is wrong and no text either cannot even be counted as broken.
        if "UTF8" not in str(error) and "Expected" not in str(error):
            raise RegistryFileError(_broken(path, error)) from error
        raise RegistryFileError(
            f"{path.name} : un octet n’est pas du utf-8. Précisez "
            "l’encodage du fichier avec --encoding (cp1252 par exemple)."
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
    member = ""
    if magic == _ZIP:
        raw = _only_member(path, raw, stack)
        member = raw.name
    elif magic[:2] == _GZIP:
        raw = cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=raw)))
    buffered = io.BufferedReader(_Raw(raw), _SAMPLE_BYTES)
    return replace(_text_table(path, buffered, encoding), member=member)


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


def _text_table(
    path: Path, raw: "io.BufferedReader[Any]", encoding: str | None
) -> Table:
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
        codecs.lookup(encoding)
    except LookupError as error:
        raise RegistryFileError(f"Encodage inconnu : {encoding}.") from error
    if sample.lstrip()[:1] in (b"[", b"{"):
        return _json(path, io.TextIOWrapper(raw, encoding=encoding, newline=""))
    return _csv(path, raw, encoding, _first_line(sample, encoding))


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


def _first_line(sample: bytes, encoding: str) -> str:
    # What a whole sample cannot be is an error; what its cut end cannot be is none.
    text = codecs.getincrementaldecoder(encoding)().decode(sample)
    return io.StringIO(text, newline="").readline()


def _csv(path: Path, raw: "io.BufferedReader[Any]", encoding: str, first: str) -> Table:
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
        text = io.TextIOWrapper(raw, encoding=encoding, newline="")
        text.readline()
        width, pick = len(header), _picker(header, columns)
        for row in csv.reader(text, delimiter=separator):
            if len(row) == width:
                yield pick(row)
            elif row:
                yield None

    def batches(columns: Sequence[str], broken: Broken) -> Batches:
        lines = WholeLines(raw, encoding, first, _BROKEN)
        yield from _csv_batches(lines, header, separator, columns, broken)
        lines.complain()

    return Table(header, rows, batches)


def _csv_batches(
    lines: WholeLines,
    header: Sequence[str],
    separator: str,
    columns: Sequence[str],
    broken: Broken,
) -> Batches:
    def skip(_: Any) -> str:
        broken.rows += 1
        return "skip"

    # A header may name a column twice; the first one is meant.
    names = [
        name if header.index(name) == place else f"{name}\0{place}"
        for place, name in enumerate(header)
    ]
    yield from _opened(
        lines,
        pa_csv.ReadOptions(column_names=names, block_size=_BLOCK_BYTES),
        pa_csv.ParseOptions(
            delimiter=separator, newlines_in_values=True, invalid_row_handler=skip
        ),
        pa_csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            include_columns=list(columns),
            strings_can_be_null=False,
        ),
    )


def _opened(lines: WholeLines, *options: Any) -> Batches:
    try:
        yield from pa_csv.open_csv(lines, *options)
    except pa.ArrowInvalid as error:
        # A header without rows is a file like any other.
        if "Empty CSV" not in str(error):
            raise


def _picker(header: Row, columns: Sequence[str]) -> Callable[[Row], Row]:
    places = [header.index(name) for name in columns]
    if len(places) == 1:
        only = places[0]
        return lambda row: (row[only],)
    return itemgetter(*places)


def _json(path: Path, text: io.TextIOWrapper) -> Table:
    try:
        page = api_sirene.read(text)
    except (json.JSONDecodeError, AttributeError, TypeError) as error:
        raise RegistryFileError(_not_the_api(path, error)) from error

    def rows(columns: Sequence[str]) -> Rows:
        pick = _picker(page.columns, columns)
        try:
            yield from map(pick, page.rows)
        except (json.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
            raise RegistryFileError(_not_the_api(path, error)) from error

    def batches(columns: Sequence[str], _: Broken) -> Batches:
        cells = rows(columns)
        while batch := list(islice(cells, _BATCH_ROWS)):
            arrays = [pa.array(each, pa.string()) for each in zip(*batch, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, list(columns))

    return Table(page.columns, rows, batches, is_api=True)


def _not_the_api(path: Path, error: Exception) -> str:
    return (
        f"{path.name} : JSON illisible ou d’une autre forme que les "
        f"établissements et les unités légales de l’API Sirene ({error})."
    )


def _parquet(raw: IO[bytes]) -> Table:
    source = pq.ParquetFile(raw)
    header = tuple(source.schema_arrow.names)

    def batches(columns: Sequence[str], _: Broken) -> Batches:
        for batch in source.iter_batches(batch_size=_BATCH_ROWS, columns=list(columns)):
            cells = [_texts(batch.column(name)) for name in columns]
            yield pa.RecordBatch.from_arrays(cells, list(columns))

    def rows(columns: Sequence[str]) -> Rows:
        for batch in batches(columns, Broken()):
            cells = [column.to_pylist() for column in batch.columns]
            yield from zip(*cells, strict=True)

    return Table(header, rows, batches)


def _texts(column: Any) -> pa.Array:
    """Cells as the CSV would have them: ISO dates, ``true``, blank for null."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    text = column if pa.types.is_string(column.type) else pc.cast(column, pa.string())
    return pc.fill_null(text, "")
