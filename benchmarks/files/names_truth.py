"""Names that people wrote beside their SIRENs, and a register that has most of them.

The register takes one name of each company, from the file that knows it best; rows
take every name of every file. One company in five is left out of the register: what a
row of it is then taken for is a wrong answer, however like.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import polars as pl

from companies.imports.matching import names

REGISTRY: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "registry"
FINANCIALS: Final = REGISTRY.parent / "financials"
_COLUMNS: Final = ("siren", "siret", "name", "trade_name", "acronym", "code", "town")
# Companies in a hundred that the register does not have.
ABSENT: Final = 20


@dataclass(frozen=True)
class Truth:
    """``companies`` is the register, ``sites`` its (SIRET, town), ``rows`` are to be
    matched: their file, names, place and SIREN, ``is_absent``, ``is_reported``."""

    companies: pl.DataFrame
    sites: pl.DataFrame
    rows: pl.DataFrame


def read() -> Truth:
    files = dict(_files())
    every = pl.concat(files.values()).unique("siren", keep="first", maintain_order=True)
    seats = files["sirene_sieges"].select("siren", "code", "town").unique("siren")
    every = every.update(seats, on="siren")
    marked = every.with_columns(is_absent=_drawn("absent", below=ABSENT))
    sites = pl.concat(
        [each.select("siret", "siren", "town", "code") for each in files.values()]
    )
    return Truth(
        companies=marked.filter(~pl.col("is_absent")).drop("siret"),
        sites=sites.filter(pl.col("siret").str.len_chars() == 14).unique("siret"),
        rows=_rows(files, marked),
    )


def _drawn(word: str, *, below: int) -> pl.Expr:
    """By a digest of the SIREN: the same companies at every run, whatever the files."""

    def number(siren: str) -> bool:
        return int(sha256(f"{word}:{siren}".encode()).hexdigest()[:8], 16) % 100 < below

    return pl.col("siren").map_elements(number, return_dtype=pl.Boolean)


def _rows(files: dict[str, pl.DataFrame], companies: pl.DataFrame) -> pl.DataFrame:
    asked = [
        table.select("siren", "code", "town", file=pl.lit(name), text=pl.col(column))
        for name, table in files.items()
        if name in _ASKED
        for column in ("name", "trade_name")
    ]
    rows = pl.concat(asked).filter(pl.col("text").str.contains(r"\pL"))
    rows = rows.with_columns(fold=names.folded(pl.col("text")))
    own = companies.select("siren", "is_absent", own=names.folded(pl.col("name")))
    return (
        rows.unique(["siren", "fold", "town"], keep="first", maintain_order=True)
        .join(own, on="siren")
        .with_columns(
            is_spelt_alike=pl.col("fold") == pl.col("own"),
            is_reported=_drawn("part", below=50),
        )
        .drop("own", "fold")
        .with_row_index("line", offset=2)
    )


# Whose names are asked; the others only make the register.
_ASKED: Final = (
    "egapro",
    "structures_insertion",
    "metz",
    "sirene_sites",
    "irep",
    "employeurs",
)


@dataclass(frozen=True)
class _File:
    """Where a file has its SIREN or SIRET, its two names, its acronym and its place."""

    name: str
    path: Path
    columns: dict[str, str]
    separator: str = ","
    town: str = ""
    only: str = ""


_SITES: Final = REGISTRY / "sirene_geo_etablissements_personnes_morales.csv.gz"
_SITE: Final = {
    "siren": "siren",
    "siret": "siret",
    "name": "denominationUsuelleEtablissement",
    "trade_name": "enseigne1Etablissement",
    "code": "codePostalEtablissement",
    "town": "libelleCommuneEtablissement",
}
# From the one that knows a company's own name best to the one that knows a sign.
_FILES: Final = (
    _File(
        "nominatifs",
        REGISTRY / "sirene_etablissements_nominatifs.csv.gz",
        {
            "siren": "siren",
            "siret": "siret",
            "name": "denominationUniteLegale",
            "acronym": "sigle",
            "code": "codePostal",
            "town": "libelleCommune",
        },
    ),
    _File(
        "ess",
        REGISTRY / "unites_legales_ess_numerique.csv.gz",
        {
            "siren": "siren",
            "name": "denomination",
            "trade_name": "nom_usage",
            "acronym": "sigle",
            "code": "code_postal",
            "town": "commune",
        },
    ),
    _File(
        "grandes",
        FINANCIALS / "dim_entreprises_grandes.csv.gz",
        {"siren": "siren", "name": "denominationUniteLegale"},
    ),
    _File(
        "bars",
        REGISTRY / "sirene_v2_2017_bars_et_restaurants.csv.gz",
        {
            "siren": "Identifiant de l'entreprise",
            "name": "Première ligne de l’adressage de l’établissement",
            "town": "Libellé de la commune de localisation de l'établissement",
        },
        separator=";",
    ),
    _File(
        "defense",
        REGISTRY / "groupes_defense_etablissements.csv.gz",
        {
            "siren": "siren",
            "siret": "siret",
            "name": "raison_sociale_sirene",
            "town": "ville",
        },
    ),
    _File(
        "egapro",
        REGISTRY / "egapro_200_entreprises_effectif.csv",
        {"siren": "siren", "name": "name"},
    ),
    _File(
        "structures_insertion",
        REGISTRY / "structures_insertion.csv.gz",
        {
            "siren": "siren",
            "siret": "siret",
            "name": "nom",
            "trade_name": "enseigne",
            "code": "code_postal",
            "town": "commune",
        },
    ),
    _File(
        "metz",
        REGISTRY / "etablissements_metz_raison_sociale.csv.gz",
        {
            "siren": "siren",
            "siret": "siret",
            "name": "raisonsociale",
            "trade_name": "enseigne",
            "code": "codepostal",
        },
        town="METZ",
    ),
    _File(
        "irep",
        REGISTRY / "irep_etablissements_industriels.csv.gz",
        {
            "siret": "Numero_SIRET",
            "name": "Nom_Etablissement",
            "code": "Code_Postal",
            "town": "Commune",
        },
    ),
    _File("sirene_sites", _SITES, _SITE),
    _File(
        "employeurs",
        REGISTRY / "employeurs_siret_enseigne_commune.csv.gz",
        {"siren": "siren", "siret": "siret", "name": "enseigne", "town": "commune"},
    ),
    _File("sirene_sieges", _SITES, _SITE, only="etablissementSiege"),
)


def _files() -> Iterator[tuple[str, pl.DataFrame]]:
    for file in _FILES:
        table = _read(file)
        is_named = pl.col("name") + pl.col("trade_name") != ""
        has_seats = bool(file.only)
        yield file.name, table if has_seats else table.filter(is_named)


def _read(file: _File) -> pl.DataFrame:
    table = pl.read_csv(
        file.path,
        infer_schema=False,
        separator=file.separator,
        truncate_ragged_lines=True,
        null_values=["NA"],
    )
    if file.only:
        table = table.filter(pl.col(file.only) == "true")
    cells = {
        name: pl.col(file.columns[name]) if name in file.columns else pl.lit("")
        for name in _COLUMNS
    }
    if file.town:
        cells["town"] = pl.lit(file.town)
    found = table.select(
        cell.fill_null("").str.strip_chars().alias(name) for name, cell in cells.items()
    )
    of_site = pl.col("siret").str.head(9)
    siren = pl.when(pl.col("siren") == "").then(of_site).otherwise("siren")
    return found.with_columns(siren=siren).filter(
        pl.col("siren").str.contains("^[0-9]{9}$")
    )
