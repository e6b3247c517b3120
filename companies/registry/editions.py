"""Whether a file of INSEE is complete, and whether it may stand for the whole register.

A complete file closes what it no longer names; a file of differences says nothing of
the rest. Taking one for the other would close the register or never close anything, so
what cannot be told apart is asked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow.compute as pc
from django.db import connection

from companies.models import Edition
from companies.registry import progress
from companies.registry.errors import RegistryFileError
from companies.registry.files import Broken, open_table
from companies.registry.plans import Plan
from companies.registry.vectors import keys
from companies.registry.vectors.keys import Integers

# The least that a complete file may hold of the rows of the one before it.
LEAST_SHARE = 0.98
_OFFICIAL = re.compile(r"stock(unitelegale|etablissement)(_utf8)?\b", re.IGNORECASE)
_DIFFERENCES = re.compile(r"diff|quotidien|journalier|maj|delta", re.IGNORECASE)
# What INSEE processed within so few days is not the whole register.
_MOST_DAYS = 31


class ShrunkFileError(RegistryFileError):
    """The complete file holds too little: nothing was changed."""


@dataclass(frozen=True)
class Survey:
    """What a look through a file says: its keys in order, and the days it is of."""

    rows: int
    keys: Integers
    first_day: str = ""
    last_day: str = ""

    @property
    def days(self) -> int | None:
        try:
            first = date.fromisoformat(self.first_day[:10])
            return (date.fromisoformat(self.last_day[:10]) - first).days
        except ValueError:
            return None


def survey(plan: Plan) -> Survey:
    """Every key of the file, those of rows that will be left out included."""
    layout, rows, found = plan.layout, 0, []
    first_day = last_day = ""
    names = [name for name in (layout.siren, layout.siret) if name]
    is_dated = layout.processed in plan.header
    columns = [*names, layout.processed] if is_dated else names
    with open_table(plan.path, encoding=plan.encoding) as table:
        for batch in table.batches(columns, Broken()):
            rows += batch.num_rows
            read = keys.read(layout, batch)
            numbers = read.sirens if read.sirets is None else read.sirets
            found.append(numbers[numbers > 0])
            if is_dated:
                days = batch.column(layout.processed)
                days = days.filter(pc.not_equal(days, ""))
                if len(days):
                    low, high = pc.min_max(days).as_py().values()
                    first_day = min(first_day or low, low)
                    last_day = max(last_day, high)
    merged = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
    return Survey(rows, merged, first_day, last_day)


def decide(plan: Plan, asked: Edition | None, found: Survey | None) -> Edition | None:
    """None when only a look through the file (``found``) can tell."""
    if not plan.is_register or plan.is_api:
        if asked == Edition.COMPLETE and plan.is_register:
            raise RegistryFileError(
                f"{plan.path.name} : une page de l’API n’est jamais complète. "
                "Retirez --complete."
            )
        return Edition.DIFFERENCES
    if asked is not None:
        return asked
    for name in (plan.path.name, plan.member):
        if _DIFFERENCES.search(name):
            return Edition.DIFFERENCES
        if _OFFICIAL.match(name):
            return Edition.COMPLETE
    previous = progress.last_complete(plan.layout.key)
    if previous is None:
        # Nothing says yet what the whole is: nothing is closed.
        return Edition.DIFFERENCES
    return None if found is None else _by_content(plan, found, previous.rows_read)


def _by_content(plan: Plan, found: Survey, previous: int) -> Edition:
    if found.rows >= LEAST_SHARE * previous:
        return Edition.COMPLETE
    if found.days is not None and found.days <= _MOST_DAYS:
        return Edition.DIFFERENCES
    raise RegistryFileError(
        f"{plan.path.name} : rien ne dit si ce fichier est complet ou ne porte que "
        f"des différences ({found.rows} lignes, {previous} dans le dernier fichier "
        "complet). Précisez --complete (ce qui n’y est plus sera fermé) ou "
        "--differences (le reste ne change pas)."
    )


def refuse_if_shrunk(plan: Plan, found: Survey) -> None:
    """Before anything is written: a cut file must not close what it lost."""
    previous = progress.last_complete(plan.layout.key)
    if previous is not None:
        before, now = previous.rows_read, found.rows
    else:
        before, now = _stored(plan, found.keys)
    if now < LEAST_SHARE * before:
        raise ShrunkFileError(
            f"{plan.path.name} : {now} lignes, pour {before} "
            + ("dans le fichier complet précédent" if previous else "déjà en base")
            + f" ; il en faut au moins {LEAST_SHARE:.0%} pour remplacer le registre. "
            "Rien n’a été modifié. Si ce fichier est bien le bon, relancez avec "
            "--force-shrink ; s’il ne porte que des différences, avec --differences."
        )


def _stored(plan: Plan, keys_now: Integers) -> tuple[int, int]:
    """Rows of the table that the file stands for, and how many of them it names."""
    before = now = 0
    for batch in StoredKeys(plan):
        before += len(batch)
        now += int(np.isin(batch, keys_now, assume_unique=True).sum())
    return before, now


class StoredKeys:
    """Open companies or sites that the file should name, by ascending batches."""

    _BATCH = 50_000

    def __init__(self, plan: Plan) -> None:
        table, key = (
            ("establishment", "siret")
            if plan.layout.siret
            else (
                "register",
                "siren",
            )
        )
        # Sole traders are in the file, yet not in the load that leaves them out.
        only = (
            " AND (legal_form IS NULL OR legal_form NOT BETWEEN 1000 AND 1999)"
            if table == "register" and not plan.with_individuals
            else ""
        )
        self._statement = (
            f"SELECT {key} FROM {table} WHERE {key} > %s AND flags & 1 = 1{only} "  # noqa: S608
            f"ORDER BY {key} LIMIT %s"
        )

    def __iter__(self) -> Iterator[Integers]:
        last = -1
        while True:
            with connection.cursor() as cursor:
                cursor.execute(self._statement, [last, self._BATCH])
                batch = np.array([key for (key,) in cursor.fetchall()], np.int64)
            if not len(batch):
                return
            yield batch
            last = int(batch[-1])
