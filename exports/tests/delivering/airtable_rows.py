"""Companies for an Airtable table, and a delivery of them."""

from datetime import date
from decimal import Decimal

import polars as pl

from exports.delivering import airtable
from exports.delivering.terms import Job, no_beat
from exports.profiles.column import Column, Kind, Table

TOKEN = "patSecret.0123456789"
KINDS: dict[str, Kind] = {
    "SIREN": "text",
    "Nom_Entreprise": "text",
    "CA_Actuel": "amount",
    "Score_MA": "points",
    "Marge_Nette": "percent",
    "Date_Creation": "date",
    "Statut_Prospect": "text",
    "Notes_Commerciales": "text",
    "Lien_Pappers": "text",
}
TABLE = Table(
    columns=tuple(Column(name, "", kind, pl.col(name)) for name, kind in KINDS.items())
)
DTYPES = {column.name: column.dtype for column in TABLE.columns}


def company(number, **changes):
    usual = {
        "SIREN": f"{number:09d}",
        "Nom_Entreprise": f"FONDERIE {number}",
        "CA_Actuel": 1_000_000 + number,
        "Score_MA": Decimal("84.50"),
        "Marge_Nette": Decimal("-12.34"),
        "Date_Creation": date(1987, 3, 2),
        "Statut_Prospect": "Prospect",
        "Notes_Commerciales": "Appel\nà refaire",
        "Lien_Pappers": "https://example.org/",
    }
    return usual | changes


def frame_of(rows):
    return pl.DataFrame(rows, schema=DTYPES)


def job_of(rows, **given):
    frames = [frame_of(rows[start : start + 40]) for start in range(0, len(rows), 40)]
    usual = {"reference": "r", "table": TABLE, "batches": lambda: iter(frames)}
    return Job(**usual | given)


ROWS = [company(number) for number in range(25)]


def deliver(job, place, beat=no_beat):
    return airtable.deliver(job, place, beat=beat)


def cells(table):
    return [table.shown(record)["fields"] for record in table.records.values()]


def sirens(table):
    return sorted(each["SIREN"] for each in cells(table))
