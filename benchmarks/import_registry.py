"""Register load against plain COPY of the same rows into the same tables.

    .venv/bin/python -m deploy.local.servers --var DIR -- \
        .venv/bin/python -m benchmarks.import_registry [--companies N] [--rounds N]

Works in a schema of its own, made of the product's tables with all their indexes, and
drops it at the end. The input is made up: deterministic, valid keys, two stock files.
"""

import argparse
import csv
import gzip
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

BAR = 0.2
SCHEMA = "bench_import"
TABLES = ("company", "register", "establishment", "target", "name_word")
MEASURED = ("company", "register", "establishment")
_WORDS = [
    "ATELIER",
    "MENUISERIE",
    "TRANSPORTS",
    "BOULANGERIE",
    "CONSEIL",
    "TECHNOLOGIES",
    "DURAND",
    "MARTIN",
    "LEROY",
    "MOREL",
    "GARNIER",
    "BATIMENT",
    "INDUSTRIES",
    "LOGISTIQUE",
    "AGENCEMENT",
    "PLASTIQUES",
    "DU",
    "DES",
    "ATLANTIQUE",
    "SAVOIE",
    "BRETAGNE",
    "LITTORAL",
    "GROUPE",
    "HOLDING",
    "ETABLISSEMENTS",
    "SOCIETE",
    "NOUVELLE",
    "EUROPE",
    "MECANIQUE",
    "PRECISION",
    "ELECTRICITE",
    "SERVICES",
    "FORMATION",
    "INGENIERIE",
]
_UNIT_COLUMNS = [
    "siren",
    "statutDiffusionUniteLegale",
    "unitePurgeeUniteLegale",
    "dateCreationUniteLegale",
    "sigleUniteLegale",
    "trancheEffectifsUniteLegale",
    "anneeEffectifsUniteLegale",
    "dateDernierTraitementUniteLegale",
    "categorieEntreprise",
    "dateDebut",
    "etatAdministratifUniteLegale",
    "nomUniteLegale",
    "denominationUniteLegale",
    "denominationUsuelle1UniteLegale",
    "categorieJuridiqueUniteLegale",
    "activitePrincipaleUniteLegale",
    "nomenclatureActivitePrincipaleUniteLegale",
    "nicSiegeUniteLegale",
    "caractereEmployeurUniteLegale",
]
_SITE_COLUMNS = [
    "siren",
    "nic",
    "siret",
    "statutDiffusionEtablissement",
    "dateCreationEtablissement",
    "etablissementSiege",
    "complementAdresseEtablissement",
    "numeroVoieEtablissement",
    "indiceRepetitionEtablissement",
    "typeVoieEtablissement",
    "libelleVoieEtablissement",
    "codePostalEtablissement",
    "libelleCommuneEtablissement",
    "codeCommuneEtablissement",
    "dateDebut",
    "etatAdministratifEtablissement",
    "activitePrincipaleEtablissement",
    "nomenclatureActivitePrincipaleEtablissement",
    "enseigne1Etablissement",
]


def main() -> int:
    options = _options()
    _set_up_django()
    with tempfile.TemporaryDirectory() as folder, _Schema() as schema:
        files = generate(Path(folder), options.companies)
        result = measure(files, Path(folder), schema, options.rounds)
    _say(result)
    return 0 if result.ratio >= BAR else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--companies", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _set_up_django() -> None:
    """As the owner: the schema is made and dropped here."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings_test")
    owner = os.environ.get("DATABASE_OWNER_URL")
    if owner:
        os.environ["DATABASE_URL"] = owner
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


# ── input ─────────────────────────────────────────────────────────────────


def generate(folder: Path, companies: int) -> tuple[Path, Path]:
    """Two gzipped CSV files; each company has its head office, half have a branch."""
    from companies.nomenclature import HEADCOUNT_BANDS, naf_codes, places

    draw = random.Random(7)  # noqa: S311 - the same file on every machine
    naf, bands = sorted(naf_codes()), [*HEADCOUNT_BANDS, "NN", "NN"]
    towns = [town for town in places().values() if town.postal_codes]
    units, sites = folder / "StockUniteLegale.csv.gz", folder / "StockEtab.csv.gz"
    with _writer(units, _UNIT_COLUMNS) as unit, _writer(sites, _SITE_COLUMNS) as site:
        for number in range(companies):
            siren = _keyed(f"{30_000_000 + number * 211:08d}")
            code, day = draw.choice(naf), _day(draw)
            unit(
                [siren, "O", "", day, "", draw.choice(bands), "2023"]
                + ["2026-01-01T00:00:00", "PME", day, "AAAC"[number % 4], ""]
                + [" ".join(draw.sample(_WORDS, 3)), "", "5710", code, "NAFRev2"]
                + [_nic(siren, 1), "O"]
            )
            for rank in range(1 + number % 2):
                town = draw.choice(towns)
                nic = _nic(siren, rank + 1)
                site(
                    [siren, nic, siren + nic, "O", day, str(rank == 0).lower(), ""]
                    + [str(draw.randrange(1, 200)), "", "RUE", draw.choice(_WORDS)]
                    + [town.postal_codes[0], town.name.upper(), town.code, day, "A"]
                    + [code, "NAFRev2", ""]
                )
    return units, sites


@contextmanager
def _writer(
    path: Path, columns: Sequence[str]
) -> Iterator[Callable[[Sequence[str]], Any]]:
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=1) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        yield writer.writerow


def _keyed(digits: str) -> str:
    """The number followed by its Luhn key."""
    total = 0
    for rank, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 - rank % 2)
        total += value - 9 if value > 9 else value
    return f"{digits}{-total % 10}"


def _nic(siren: str, rank: int) -> str:
    return _keyed(f"{siren}{rank:04d}")[9:]


def _day(draw: random.Random) -> str:
    return f"{draw.randrange(1960, 2026)}-{draw.randrange(1, 13):02d}-01"


# ── measure ───────────────────────────────────────────────────────────────


class _Schema:
    """The product's tables again, empty, with every index, in front of the path."""

    def __enter__(self) -> "_Schema":
        self.run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
        for table in TABLES:
            self.run(
                f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING ALL)"
            )
        self.run(f"SET search_path = {SCHEMA}, public; SET statement_timeout = 0")
        return self

    def __exit__(self, *_: object) -> None:
        self.run(f"DROP SCHEMA {SCHEMA} CASCADE")

    def run(self, statement: str) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(statement)

    def empty(self) -> None:
        self.run(f"TRUNCATE {', '.join(TABLES)}")


@dataclass(frozen=True)
class Result:
    rows: int
    file_rows: int
    ours_s: float
    again_s: float
    copy_s: float
    peak_mib: float

    @property
    def ratio(self) -> float:
        return self.copy_s / self.ours_s


def measure(
    files: tuple[Path, Path], folder: Path, schema: _Schema, rounds: int
) -> Result:
    from companies.registry import load

    ours: list[float] = []
    again: list[float] = []
    copy: list[float] = []
    rows = file_rows = 0
    expected: dict[str, tuple[int, str]] = {}
    for _ in range(rounds):
        schema.empty()
        started = time.perf_counter()
        report = load(files)
        ours.append(time.perf_counter() - started)
        file_rows = report.read
        if not expected:
            expected = _fingerprints()
            rows = sum(count for count, _ in expected.values())
            for table in MEASURED:
                _dump(table, folder)
        started = time.perf_counter()
        if load(files).written:
            sys.exit("the second load of the same files wrote something")
        again.append(time.perf_counter() - started)
        schema.empty()
        started = time.perf_counter()
        for table in MEASURED:
            _restore(table, folder)
        copy.append(time.perf_counter() - started)
        if _fingerprints() != expected:
            sys.exit("both ways must give the same rows")
    return Result(
        rows=rows,
        file_rows=file_rows,
        ours_s=statistics.median(ours),
        again_s=statistics.median(again),
        copy_s=statistics.median(copy),
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _columns(table: str) -> str:
    from django.apps import apps

    model = apps.get_model("companies", table)
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    return ", ".join(str(field.column) for field in fields)


def _fingerprints() -> dict[str, tuple[int, str]]:
    """Count and order-free sum of the rows of each table."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for table in MEASURED:
            columns = _columns(table)
            cursor.execute(
                f"SELECT count(*), sum(hashtextextended(t::text, 0))::text "  # noqa: S608
                f"FROM (SELECT {columns} FROM {table}) t"
            )
            found[table] = cursor.fetchone()
    return found


def _dump(table: str, folder: Path) -> None:
    from django.db import connection

    statement = f"COPY {table} ({_columns(table)}) TO STDOUT"
    with (
        connection.cursor() as cursor,
        (folder / table).open("wb") as target,
        cursor.copy(statement) as stream,
    ):
        for block in stream:
            target.write(block)


def _restore(table: str, folder: Path) -> None:
    from django.db import connection

    statement = f"COPY {table} ({_columns(table)}) FROM STDIN"
    with (
        connection.cursor() as cursor,
        (folder / table).open("rb") as source,
        cursor.copy(statement) as stream,
    ):
        for block in _blocks(source):
            stream.write(block)


def _blocks(source: Any) -> Iterator[bytes]:
    while block := source.read(1 << 20):
        yield block


def _say(result: Result) -> None:
    lines = [
        f"{'way':<28}{'seconds':>10}{'table rows/s':>14}{'file rows/s':>14}",
        _line("load_registry", result.ours_s, result),
        _line("the same files again", result.again_s, result),
        _line("COPY of the same rows", result.copy_s, result),
        f"ratio {result.ratio:.2f} (bar {BAR}), peak memory {result.peak_mib:.0f} MiB",
        json.dumps(
            {
                "import": {
                    "value": round(result.ratio, 3),
                    "bar": BAR,
                    "ok": result.ratio >= BAR,
                }
            }
        ),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _line(name: str, seconds: float, result: Result) -> str:
    return (
        f"{name:<28}{seconds:>10.1f}{result.rows / seconds:>14,.0f}"
        f"{result.file_rows / seconds:>14,.0f}"
    )


if __name__ == "__main__":
    sys.exit(main())
