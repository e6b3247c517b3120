"""The open files the demonstration is made of, and what each one is trusted for.

Left out of the data folder: extracts whose source states no licence, aggregates, and
the two header samples of the stock files.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class RegisterFile:
    """Lower ranks win. A file whose names are signs only has no ``name`` rank."""

    name: str
    place_rank: int
    name_rank: int


REGISTER_FILES = (
    RegisterFile("api_sirene_siret_2025_pm.json.gz", place_rank=1, name_rank=1),
    RegisterFile("sirene_etablissements_nominatifs.csv.gz", place_rank=3, name_rank=2),
    RegisterFile("unites_legales_ess_numerique.csv.gz", place_rank=2, name_rank=3),
    RegisterFile("structures_insertion.csv.gz", place_rank=5, name_rank=5),
    RegisterFile("egapro_200_entreprises_effectif.csv", place_rank=9, name_rank=4),
    RegisterFile(
        "etablissements_metz_raison_sociale.csv.gz", place_rank=6, name_rank=8
    ),
    RegisterFile(
        "sirene_v2_2017_bars_et_restaurants.csv.gz", place_rank=7, name_rank=7
    ),
    RegisterFile(
        "sirene_geo_etablissements_personnes_morales.csv.gz", place_rank=2, name_rank=9
    ),
    RegisterFile("employeurs_siret_enseigne_commune.csv.gz", place_rank=8, name_rank=9),
    RegisterFile("irep_etablissements_industriels.csv.gz", place_rank=9, name_rank=9),
)
LARGE_COMPANIES = "dim_entreprises_grandes.csv.gz"
LARGE_COMPANIES_NAME_RANK = 6


@dataclass(frozen=True)
class AccountsFile:
    """Annual accounts published by INPI; the column names differ by copy."""

    name: str
    revenue: str
    net_income: str


ACCOUNTS_FILES = (
    AccountsFile("inpi_bce_ca_resultat_2018_2023.csv.gz", "ca", "resultat_net"),
    AccountsFile(
        "inpi_bce_grandes_entreprises_2016_2024.csv.gz",
        "Chiffre_d_affaires",
        "Resultat_net",
    ),
)
