"""Tables of a database: companies, their exercises, their contacts."""

from collections.abc import Mapping

import polars as pl

from exports.profiles import complet, values
from exports.profiles.column import TRACE, Column, Table
from exports.profiles.values import col, known, marked, worded

# The figures of the last three exercises are in ``financials``.
_REPEATED = frozenset(
    each.name
    for prefix, suffix in (("n1_", "_n1"), ("n2_", "_n2"))
    for each in complet.exercise(prefix, suffix, "")
)
TABLE = Table(
    columns=tuple(each for each in complet.COMPANY if each.name not in _REPEATED),
    shape="tables",
)
FINANCIALS = (
    Column("siren", "neuf chiffres, en texte", "text", values.siren),
    *complet.exercise("", "", "dernier jour de l’exercice"),
    Column(
        "cloture_estimee",
        "la source ne donne que l’année",
        "boolean",
        col("is_closing_estimated"),
    ),
    Column(
        "comptes_confidentiels",
        "déposés, non publics",
        "boolean",
        col("is_confidential"),
    ),
)
CONTACTS = (
    Column("siren", "neuf chiffres, en texte", "text", values.siren),
    Column("nature", "email ou phone", "text", col("kind")),
    Column("valeur", "adresse ou numéro", "text", marked(col("value"), "is_sandbox")),
    Column("nom", "de qui", "text", marked(known("full_name"), "is_sandbox")),
    Column("fonction", "sa fonction", "text", known("title")),
    Column("personnel", "d’une personne", "boolean", col("is_personal")),
    Column("professionnel", "lié à la fonction", "boolean", col("is_professional")),
    Column("source", "qui l’a donné", "text", worded(col("source"), complet.SOURCES)),
    Column("base_legale", "document", "text", known("lawful_basis")),
    Column("licence", "contrat ou licence", "text", known("licence")),
    Column("recueilli_le", "jour", "date", col("collected_on")),
    Column("informe_le", "la personne", "date", col("informed_on")),
    Column("garde_jusqu_au", "effacé ce jour-là", "date", col("delete_after")),
)
MANIFEST = (
    Column("nom", "ce qui est dit", "text", col("nom")),
    Column("valeur", "de cet export", "text", col("valeur")),
)


def tables(table: Table) -> dict[str, tuple[Column, ...]]:
    """The tables of a database and their columns; each trace of contacts follows."""
    trace = tuple(each for each in table.columns if each.name == TRACE)
    return {
        "companies": table.columns,
        "financials": FINANCIALS,
        "contacts": (*CONTACTS, *trace),
        "manifest": MANIFEST,
    }


def manifest(told: Mapping[str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"nom": list(told), "valeur": list(told.values())},
        schema={"nom": pl.String, "valeur": pl.String},
    )
