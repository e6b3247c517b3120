"""A selection in the tables of a database: all of it, or nothing.

Rows go into temporary tables first, then one statement a change brings the tables to
what the mode wants. The manifest is written in the same transaction: a delivery whose
end nobody heard of is known by its reference, and is not made again.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_all
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import polars as pl
from django.utils.translation import gettext as _

from exports.delivering.airtable_api import wait
from exports.delivering.database_engine import Broken, Engine, Target
from exports.delivering.database_mariadb import MariaDB
from exports.delivering.database_postgres import Postgres
from exports.delivering.database_sqlite import Sqlite
from exports.delivering.database_words import refusal
from exports.delivering.terms import Beat, Job, Plan, no_beat
from exports.models import WriteMode
from exports.profiles import sql
from exports.profiles.column import Column

T = TypeVar("T")

BEAT_S = 1.0
KEYS: dict[str, tuple[str, ...]] = {
    "companies": ("siren",),
    "financials": ("siren", "cloture", "type_comptes"),
    "contacts": ("siren", "nature", "valeur"),
    "manifest": (),
}
# A contact has no key of its own in a database: an address may be longer than one.
_PRIMARY = frozenset({"companies", "financials"})
_ENGINES: dict[str, type[Engine]] = {
    "postgres": Postgres,
    "postgresql": Postgres,
    "mysql": MariaDB,
    "mariadb": MariaDB,
    "sqlite": Sqlite,
}
# Which delivery a line of the manifest tells of.
_REFERENCE = Column("envoi", "référence de l’export", "text", pl.col("envoi"))
MANIFEST = (_REFERENCE, *sql.MANIFEST)
# In the manifest's own words, beside the facts of the export.
_COUNTED = {
    "created": "Sociétés ajoutées",
    "updated": "Sociétés mises à jour",
    "left": "Sociétés inchangées",
    "removed": "Sociétés retirées",
}


def plan(job: Job, target: Target, *, beat: Beat = no_beat) -> Plan:
    """What ``deliver`` would do now; whatever is tried for it is taken back."""
    with _opened(target) as engine:
        return _Delivery(job, engine, beat).plan()


def deliver(job: Job, target: Target, *, beat: Beat) -> dict[str, Any]:
    with _opened(target) as engine:
        return _Delivery(job, engine, beat).write()


def check(target: Target) -> str:
    with _opened(target) as engine:
        there = [name for name in KEYS if engine.columns(name)]
    if not there:
        return _("La base de données répond ; les tables y seront créées.")
    return _("La base de données répond ; tables déjà là : %(names)s.") % {
        "names": ", ".join(target.prefix + name for name in there)
    }


@contextmanager
def _opened(target: Target) -> Iterator[Engine]:
    """Closed without a COMMIT, whatever was begun is undone by the database."""
    scheme = urlsplit(target.address).scheme
    try:
        kind = _ENGINES.get(scheme)
        if kind is None:
            raise Broken("address")
        engine = kind(target)
        engine.open()
        try:
            yield engine
        finally:
            engine.close()
    except Broken as broken:
        raise refusal(broken) from None


@dataclass
class _Layout:
    """One of our tables, as the database has it or will have it."""

    name: str
    columns: tuple[Column, ...]
    keys: tuple[Column, ...]
    is_new: bool = False

    @property
    def values(self) -> list[Column]:
        return [each for each in self.columns if each not in self.keys]

    @property
    def staging(self) -> str:
        return f"envoi_{self.name}"


@dataclass
class _Counts:
    created: int = 0
    updated: int = 0
    left: int = 0
    removed: int = 0


class _Delivery:
    def __init__(self, job: Job, engine: Engine, beat: Beat) -> None:
        self._job = job
        self._engine = engine
        self._said = beat
        self._said_at = time.monotonic()
        self._mode = engine.target.mode
        self._missing: list[str] = []
        self._added: list[str] = []
        self._rows = 0

    # What it would do, and what it does

    def plan(self) -> Plan:
        self._engine.lock()
        layouts = self._layouts()
        self._engine.begin()
        self._stage(layouts)
        counts, changes = self._compared(layouts["companies"])
        self._engine.run("ROLLBACK")
        return Plan(
            rows=self._rows,
            created=counts.created,
            changed=counts.updated,
            left=counts.left,
            removed=counts.removed,
            changes=changes,
            added=tuple(self._added),
            missing=tuple(self._missing),
            withheld=self._job.withheld,
        )

    def write(self) -> dict[str, Any]:
        engine = self._engine
        engine.lock()
        layouts = self._layouts()
        self._create(layouts)
        engine.begin()
        known = self._delivered(layouts["manifest"])
        if known is not None:
            return self._told(known)
        self._stage(layouts)
        counts = self._compared(layouts["companies"])[0]
        for layout in layouts.values():
            if layout.name != "manifest":
                self._bring(layout)
        self._clear_orphans(layouts)
        self._note(layouts["manifest"], counts)
        engine.commit()
        return self._told(counts)

    def _told(self, counts: _Counts) -> dict[str, Any]:
        return {
            **asdict(counts),
            "refused": 0,
            "refusals": {},
            "added": self._added,
            "missing": self._missing,
            "withheld": list(self._job.withheld),
        }

    # Tables

    def _layouts(self) -> dict[str, _Layout]:
        shapes = dict(sql.tables(self._job.table)) | {"manifest": MANIFEST}
        if not self._job.with_contacts:
            del shapes["contacts"]
        return {name: self._layout(name, shape) for name, shape in shapes.items()}

    def _layout(self, name: str, shape: Sequence[Column]) -> _Layout:
        keys = tuple(each for each in shape if each.name in KEYS[name])
        held = self._engine.columns(name)
        table = self._engine.target.prefix + name
        if not held:
            self._added.append(table)
            return _Layout(name, tuple(shape), keys, is_new=True)
        kept = tuple(
            each
            for each in shape
            if self._engine.fits(each, held.get(each.name, "other"))
        )
        if any(each not in kept for each in keys or shape):
            raise Broken("no_key", name=table)
        left_out = [each.name for each in shape if each not in kept]
        self._missing += [f"{table}.{column}" for column in left_out]
        return _Layout(name, kept, keys)

    def _create(self, layouts: dict[str, _Layout]) -> None:
        for layout in layouts.values():
            if not layout.is_new:
                continue
            primary = KEYS[layout.name] if layout.name in _PRIMARY else ()
            self._engine.run(self._engine.create(layout.name, layout.columns, primary))
            if layout.name == "contacts":
                name = self._engine.quoted(
                    f"{self._engine.target.prefix}contacts_siren"
                )
                table = self._engine.named("contacts")
                self._engine.run(f"CREATE INDEX {name} ON {table} (siren)")

    # Rows

    def _stage(self, layouts: dict[str, _Layout]) -> None:
        engine = self._engine
        staged = [each for each in layouts.values() if each.name != "manifest"]
        for layout in staged:
            engine.run(engine.create_staging(layout.staging, layout.columns))
        for batch in self._job.batches():
            for layout in staged:
                engine.fill(layout.staging, layout.columns, batch[layout.name])
            self._rows += batch["companies"].height
            self._beat()
        for layout in staged:
            for statement in engine.index_staging(layout.staging):
                self._do(statement)

    def _compared(self, layout: _Layout) -> tuple[_Counts, dict[str, int]]:
        """How companies stand before anything changes; by field, how many differ."""
        if layout.is_new:
            return _Counts(created=self._rows), {}
        engine = self._engine
        table, staging = engine.named(layout.name), engine.quoted(layout.staging)
        matched = self._matched(layout)
        siren = engine.quoted("siren")
        many = f"SELECT 1 FROM {table} GROUP BY {siren} HAVING count(*) > 1 LIMIT 1"  # noqa: S608
        if self._ask(many):
            raise Broken("twice", name=engine.target.prefix + layout.name)
        differs = [
            f"sum(CASE WHEN {engine.pair(each)} THEN 0 ELSE 1 END)"
            for each in layout.values
        ]
        same = " AND ".join(map(engine.pair, layout.values)) or "1 = 1"
        counted = f"count(*), sum(CASE WHEN {same} THEN 1 ELSE 0 END)"
        held = self._ask(
            f"SELECT {', '.join([counted, *differs])}"  # noqa: S608
            f" FROM {staging} s JOIN {table} t ON {matched}"
        )[0]
        there, left = int(held[0] or 0), int(held[1] or 0)
        counts = _Counts(self._rows - there, there - left, left)
        if self._mode == WriteMode.APPEND:
            counts.left, counts.updated = there, 0
            return counts, {}
        if self._mode == WriteMode.REPLACE:
            all_of = self._ask(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608
            counts.removed = int(all_of) - there
        pairs = zip(layout.values, held[2:], strict=True)
        return counts, {each.name: int(n) for each, n in pairs if n}

    def _bring(self, layout: _Layout) -> None:
        """The table to what the mode wants of it."""
        engine = self._engine
        staging = engine.quoted(layout.staging)
        matched = self._matched(layout)
        if self._mode != WriteMode.APPEND:
            gone = f"NOT EXISTS (SELECT 1 FROM {staging} s WHERE {matched})"  # noqa: S608
            if self._mode == WriteMode.UPSERT:
                gone += f" AND {self._is_delivered()}"
            if self._mode == WriteMode.REPLACE or layout.name != "companies":
                self._do(engine.delete(layout.name, gone))
            if layout.values:
                self._do(
                    engine.update(
                        layout.name, layout.staging, layout.keys, layout.values
                    )
                )
        names = ", ".join(engine.quoted(each.name) for each in layout.columns)
        table = engine.named(layout.name)
        self._do(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {staging} s"  # noqa: S608
            f" WHERE NOT EXISTS (SELECT 1 FROM {table} t WHERE {matched})"
        )

    def _clear_orphans(self, layouts: dict[str, _Layout]) -> None:
        """Replaced without contacts: nobody's stay behind their company."""
        engine = self._engine
        if self._mode != WriteMode.REPLACE or "contacts" in layouts:
            return
        if "siren" in engine.columns("contacts"):
            self._do(engine.delete("contacts", f"NOT {self._is_delivered()}"))

    def _is_delivered(self) -> str:
        engine = self._engine
        same = engine.same_key("t.siren", "c.siren")
        staging = engine.quoted("envoi_companies")
        return f"EXISTS (SELECT 1 FROM {staging} c WHERE {same})"  # noqa: S608

    def _matched(self, layout: _Layout) -> str:
        return " AND ".join(map(self._engine.pair, layout.keys))

    # The manifest

    def _delivered(self, manifest: _Layout) -> _Counts | None:
        """What this very delivery did, when its end was not heard of."""
        table, mark = self._engine.named(manifest.name), self._engine.place_mark
        told = f"SELECT nom, valeur FROM {table} WHERE envoi = {mark}"  # noqa: S608
        found = dict(self._engine.rows(told, [self._job.reference]))
        if not found:
            return None
        numbers = {key: int(found.get(words, 0)) for key, words in _COUNTED.items()}
        return _Counts(**numbers)

    def _note(self, manifest: _Layout, counts: _Counts) -> None:
        table, mark = self._engine.named(manifest.name), self._engine.place_mark
        statement = (
            f"INSERT INTO {table} (envoi, nom, valeur)"  # noqa: S608
            f" VALUES ({mark}, {mark}, {mark})"
        )
        numbers = asdict(counts)
        did = {words: str(numbers[key]) for key, words in _COUNTED.items()}
        for name, value in {**self._job.facts, **did}.items():
            self._engine.run(statement, [self._job.reference, name, value])

    # While it lasts

    def _do(self, statement: str) -> int:
        return self._waited(lambda: self._engine.run(statement))

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self._waited(lambda: self._engine.rows(statement))

    def _waited(self, call: Callable[[], T]) -> T:
        """A long statement never hides a sign of life, nor somebody's wish to stop."""
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(call)
            try:
                return wait(future, beat=self._beat)
            except BaseException:
                if not future.done():
                    self._engine.interrupt()
                    wait_all([future])
                raise

    def _beat(self) -> None:
        if time.monotonic() - self._said_at >= BEAT_S:
            self._said_at = time.monotonic()
            self._said(self._rows, {})
