"""What a delivery needs of a database, whichever it is."""

import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import polars as pl
from django.utils.translation import gettext as _

from exports.delivering.terms import DeliveryRefused
from exports.models import WriteMode
from exports.profiles.column import Column, Kind

logger = logging.getLogger(__name__)

CONNECT_S = 5
# Another delivery, or a reader who holds a table: patience, then a sentence.
LOCK_S = 15
STATEMENT_S = 600
# Of the longest of our names, whatever the database allows.
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,29}")
Family = Literal["text", "number", "day", "boolean", "any", "other"]
_FAMILIES: dict[Kind, Family] = {
    "text": "text",
    "count": "text",
    "integer": "number",
    "amount": "number",
    "points": "number",
    "percent": "number",
    "ratio": "number",
    "real": "number",
    "date": "day",
    "boolean": "boolean",
}


@dataclass(frozen=True, kw_only=True)
class Target:
    """A database that ops declared. Its words never hold the address."""

    address: str = field(repr=False)
    schema: str = ""
    prefix: str = ""
    mode: WriteMode = WriteMode.UPSERT

    def checked(self) -> "Target":
        """Names come from ops, and still only as names."""
        for name in (self.schema, self.prefix):
            if name and not _NAME.fullmatch(name):
                raise DeliveryRefused(
                    _(
                        "Le schéma et le préfixe des tables ne prennent que des "
                        "lettres minuscules, des chiffres et « _ » (30 au plus)."
                    )
                )
        return self


class Broken(Exception):
    """What the database refused, by a word of ours: see ``database_words``."""

    def __init__(self, why: str, *, name: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.name = name


class Engine(ABC):
    """One connection; inside ``begin`` and ``commit`` all is done, or nothing."""

    types: ClassVar[Mapping[Kind, str]]
    key_text: ClassVar[str]
    quote_mark: ClassVar[str] = '"'
    place_mark: ClassVar[str] = "%s"

    def __init__(self, target: Target) -> None:
        self.target = target.checked()
        self.schema = target.schema

    # What each does its own way

    @abstractmethod
    def connect(self) -> None: ...

    @abstractmethod
    def prepare(self) -> None:
        """What a connection needs before anything is asked of it."""

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def interrupt(self) -> None:
        """From another thread: what runs now ends in a failure."""

    @abstractmethod
    def lock(self) -> None:
        """Keeps other deliveries out, until the end or the connection's."""

    @abstractmethod
    def begin(self) -> None:
        """From here on all is done, or nothing."""

    @abstractmethod
    def columns(self, table: str) -> dict[str, Family]:
        """Of a table that is there; nothing when there is none."""

    @abstractmethod
    def fill(
        self, staging: str, columns: Sequence[Column], frame: pl.DataFrame
    ) -> None: ...

    @abstractmethod
    def same(self, one: str, other: str, kind: Kind) -> str:
        """Whether two values are equal, unknown ones included."""

    def same_key(self, one: str, other: str) -> str:
        return f"{one} = {other}"

    def pair(self, column: Column) -> str:
        """Whether ``t`` and ``s`` have the same in a column."""
        name = self.quoted(column.name)
        if column.name == "siren":
            return self.same_key(f"t.{name}", f"s.{name}")
        return self.same(f"t.{name}", f"s.{name}", column.kind)

    def index_staging(self, staging: str) -> list[str]:
        """By SIREN: an older table may have no index of its own to meet ours by."""
        name = self.quoted(staging)
        return [f"CREATE INDEX {self.quoted(staging + '_key')} ON {name} (siren)"]

    @abstractmethod
    def update(
        self, table: str, staging: str, keys: Sequence[Column], values: Sequence[Column]
    ) -> str:
        """The statement that writes what differs, of ``t`` from ``s``."""

    @abstractmethod
    def delete(self, table: str, condition: str) -> str:
        """The statement that takes out rows of ``t``."""

    @abstractmethod
    def execute(self, statement: str, args: Sequence[Any] = ()) -> int: ...

    @abstractmethod
    def select(
        self, statement: str, args: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]: ...

    @abstractmethod
    def why(self, error: Exception) -> Broken | None:
        """None for what is not the database's."""

    # What all do alike

    def open(self) -> None:
        self.connect()
        try:
            self.prepare()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """The library's errors, which may quote an address or a cell, as ours."""
        try:
            yield
        except Exception as error:
            broken = self.why(error)
            if broken is None:
                raise
            logger.warning("target database: %s (%s)", broken.why, type(error).__name__)
            raise broken from None

    def run(self, statement: str, args: Sequence[Any] = ()) -> int:
        with self.speaking():
            return self.execute(statement, args)

    def rows(self, statement: str, args: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self.speaking():
            return self.select(statement, args)

    def commit(self) -> None:
        self.run("COMMIT")

    def quoted(self, name: str) -> str:
        mark = self.quote_mark
        return f"{mark}{name.replace(mark, mark * 2)}{mark}"

    def named(self, table: str) -> str:
        """A table of ours, where it is there."""
        name = self.quoted(self.target.prefix + table)
        return f"{self.quoted(self.schema)}.{name}" if self.schema else name

    def create(self, table: str, columns: Sequence[Column], keys: Sequence[str]) -> str:
        fields = self._fields(columns, keys)
        if keys:
            fields.append(f"PRIMARY KEY ({', '.join(map(self.quoted, keys))})")
        return f"CREATE TABLE {self.named(table)} ({', '.join(fields)})"

    def create_staging(self, staging: str, columns: Sequence[Column]) -> str:
        fields = self._fields(columns, ())
        name = self.quoted(staging)
        return f"CREATE TEMPORARY TABLE {name} ({', '.join(fields)})"

    def _fields(self, columns: Sequence[Column], keys: Sequence[str]) -> list[str]:
        return [
            f"{self.quoted(each.name)} {self._type(each, keys)}" for each in columns
        ]

    def _type(self, column: Column, keys: Sequence[str]) -> str:
        is_key_text = column.name in (*keys, "siren") and column.kind == "text"
        return self.key_text if is_key_text else self.types[column.kind]

    def fits(self, column: Column, family: Family) -> bool:
        return family == "any" or family == _FAMILIES[column.kind]
