"""The rows of a file, in chunks that never part the rows of one company."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa

from companies.registry.files import Broken, Table
from companies.registry.layouts import Layout
from companies.registry.vectors.reader import Reader, Rows

Item = TypeVar("Item")


def read(
    layout: Layout, table: Table, *, size: int, skip: int = 0, broken: Broken
) -> Iterator[Rows]:
    """Chunks of about ``size`` kept rows, after the first ``skip`` rows of the file."""
    reader = Reader(layout, table.header)
    batches = _after(skip, table.batches(reader.columns, broken))
    return cut(map(reader.read, batches), size)


def _after(skip: int, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        if skip < batch.num_rows:
            yield batch.slice(skip)
        skip = max(0, skip - batch.num_rows)


def cut(batches: Iterator[Rows], size: int) -> Iterator[Rows]:
    """The rows of one company stay together, as long as they follow each other."""
    rest: Rows | None = None
    for rows in batches:
        rest = rows if rest is None else rest.then(rows)
        while (end := _end(rest, size)) is not None:
            chunk, rest = rest.first(end)
            yield chunk
    if rest is not None and rest.read:
        yield rest


def _end(rows: Rows, size: int) -> int | None:
    changes = np.flatnonzero(rows.sirens[size:] != rows.sirens[size - 1 : -1])
    return int(changes[0]) + size if len(changes) else None


class Ahead(Generic[Item]):
    """Makes the next item in a thread while the caller works on this one."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items

    def __enter__(self) -> Iterator[Item]:
        self._pool = ThreadPoolExecutor(max_workers=1)
        return self._read()

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def _read(self) -> Iterator[Item]:
        upcoming = self._pool.submit(next, self._items, None)
        while (item := upcoming.result()) is not None:
            upcoming = self._pool.submit(next, self._items, None)
            yield item
