"""The demonstration: real companies and accounts shipped with the project, in demo/."""

import csv
import gzip
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts import installation
from companies.choices import Source
from companies.models import SourceReading
from companies.registry import demo_statements as statements
from companies.registry import load

# When the open files were collected: the copies do not say when they were made.
COLLECTED_AT = datetime(2026, 11, 22, tzinfo=UTC)
_FOLDER: Path = settings.BASE_DIR / "demo"


class NotASandboxError(Exception):
    """Demonstration data never enters a live database."""


@dataclass(frozen=True)
class DemoReport:
    """What this run added; all zero when it had been loaded before."""

    companies: int
    establishments: int
    accounts: int
    targets: int
    seconds: float


@dataclass(frozen=True)
class Suggestion:
    """A company whose enrichment in the sandbox gives a full page."""

    siren: str
    name: str


def load_demo() -> DemoReport:
    """Load demo/data: known values stay as they are, a second run adds nothing."""
    if not installation.is_sandbox():
        raise NotASandboxError
    started = time.monotonic()
    register = load([_data("companies"), _data("establishments")])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements.PREPARE)
        _copy(cursor, "demo_company", ["siren"], _data("companies"))
        _copy(cursor, "demo_accounts", statements.ACCOUNTS, _data("accounts"))
        day = {"collected_on": COLLECTED_AT.date().isoformat()}
        accounts = cursor.execute(statements.WRITE_ACCOUNTS, day).rowcount
        targets = cursor.execute(statements.WRITE_TARGETS).rowcount
        cursor.execute(statements.WRITE_READINGS, {"collected_at": COLLECTED_AT})
    return DemoReport(
        companies=sum(file.companies_new for file in register.files),
        establishments=sum(file.establishments_new for file in register.files),
        accounts=accounts,
        targets=targets,
        seconds=time.monotonic() - started,
    )


def demo_is_loaded() -> bool:
    """One look at what the load writes last."""
    return SourceReading.objects.filter(
        source=Source.SIRENE, retrieved_at=COLLECTED_AT
    ).exists()


def what_to_try_first() -> tuple[Suggestion, ...]:
    with (_FOLDER / "try_first.csv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return tuple(Suggestion(row["siren"], row["name"]) for row in rows)


def _data(name: str) -> Path:
    return _FOLDER / "data" / f"{name}.csv.gz"


def _copy(cursor: Any, table: str, columns: Sequence[str], path: Path) -> None:
    with cursor.copy(statements.copy(table, columns)) as stream:
        for row in _rows(path, columns):
            stream.write("\t".join(row) + "\n")


def _rows(path: Path, columns: Sequence[str]) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield [row[column] for column in columns]
