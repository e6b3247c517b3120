"""Companies for the tables of a database, and a delivery of them."""

from datetime import date
from decimal import Decimal

import polars as pl

from exports.delivering import database
from exports.delivering.terms import Job, no_beat
from exports.profiles import sql
from exports.profiles.column import Column, Kind, Table

KINDS: dict[str, Kind] = {
    "siren": "text",
    "nom": "text",
    "chiffre_affaires": "amount",
    "marge": "percent",
    "ratio": "real",
    "date_creation": "date",
    "actif": "boolean",
}
TABLE = Table(
    columns=tuple(Column(name, "", kind, pl.col(name)) for name, kind in KINDS.items()),
    shape="tables",
)
SHAPES = sql.tables(TABLE)
NAMES = ["FONDERIE « LE 3 »", 'd\'Azur\n"NÎMES";\\N', "", None, "=1+1%s"]


def company(number, **changes):
    usual = {
        "siren": f"{number:09d}",
        "nom": NAMES[number % 5],
        "chiffre_affaires": None if number % 3 == 0 else -5 * number,
        "marge": Decimal("-12.34"),
        "ratio": 0.1,
        "date_creation": date(1726, 3, number % 28 + 1),
        "actif": [True, False, None][number % 3],
    }
    return usual | changes


def exercise(siren, year, revenue):
    return {
        "siren": siren,
        "cloture": date(year, 12, 31),
        "type_comptes": "sociaux",
        SHAPES["financials"][3].name: None,
    } | {each.name: revenue for each in SHAPES["financials"] if each.kind == "amount"}


def contact(siren, value):
    return {"siren": siren, "nature": "email", "valeur": value, "personnel": True}


def frame_of(name, rows):
    schema = {each.name: each.dtype for each in SHAPES[name]}
    filled = [{**dict.fromkeys(schema), **row} for row in rows]
    return pl.DataFrame(filled, schema=schema)


def job_of(rows, *, financials=(), contacts=(), reference="r1", **given):
    def batches():
        for start in range(0, len(rows), 10):
            part = rows[start : start + 10]
            chosen = {each["siren"] for each in part}
            yield {
                "companies": frame_of("companies", part),
                "financials": frame_of(
                    "financials",
                    [each for each in financials if each["siren"] in chosen],
                ),
                "contacts": frame_of(
                    "contacts", [each for each in contacts if each["siren"] in chosen]
                ),
            }

    usual = {
        "reference": reference,
        "table": TABLE,
        "batches": batches,
        "with_contacts": True,
        "facts": {"Demandé par": "Ana"},
    }
    return Job(**usual | given)


ROWS = [company(number) for number in range(25)]


def deliver(job, target, beat=no_beat):
    return database.deliver(job, target, beat=beat)


def counts(told):
    return tuple(told[key] for key in ("created", "updated", "left", "removed"))
