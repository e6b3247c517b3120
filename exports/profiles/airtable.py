"""The fields of an Airtable base, in the order in which they are listed there."""

import polars as pl

from exports.profiles import analyse, values
from exports.profiles.column import Column, Table

_BY_NAME = {each.name: each for each in analyse.TABLE.columns}
# Airtable sorts a number: a band in words is not one.
_HEADCOUNT = Column(
    "Effectif",
    "le nombre que donnent les comptes",
    "integer",
    pl.coalesce(values.col("now_headcount"), values.col("accounts_headcount")),
)
_NAMES = (
    "SIREN", "Nom_Entreprise", "Forme_Juridique", "Ville", "Code_Postal", "CA_Actuel",
    "Resultat_Net", "Effectif", "Score_MA", "Evolution_CA_3ans", "Marge_Nette",
    "Potentiel_Acquisition", "Potentiel_Cession", "Priorite_Contact",
    "Statut_Prospect", "Dirigeant_Principal", "Notes_Commerciales", "Date_Creation",
    "Derniere_MAJ", "Lien_Pappers", "Lien_Annuaire", "Contact_Principal",
    "Email_Contact", "Telephone_Contact", "LinkedIn_Contact",
)  # fmt: skip
TABLE = Table(
    columns=tuple(
        _HEADCOUNT if name == "Effectif" else _BY_NAME[name] for name in _NAMES
    )
)
