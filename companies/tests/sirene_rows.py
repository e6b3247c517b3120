"""Rows of INSEE's two files for tests, and files made of them."""

import csv
import io

UNIT_COLUMNS = """
siren statutDiffusionUniteLegale unitePurgeeUniteLegale dateCreationUniteLegale
sigleUniteLegale trancheEffectifsUniteLegale anneeEffectifsUniteLegale
categorieEntreprise dateDebut etatAdministratifUniteLegale nomUniteLegale
denominationUniteLegale denominationUsuelle1UniteLegale categorieJuridiqueUniteLegale
activitePrincipaleUniteLegale nomenclatureActivitePrincipaleUniteLegale
nicSiegeUniteLegale
"""
SITE_COLUMNS = """
siren nic siret statutDiffusionEtablissement etablissementSiege
complementAdresseEtablissement numeroVoieEtablissement indiceRepetitionEtablissement
typeVoieEtablissement libelleVoieEtablissement codePostalEtablissement
libelleCommuneEtablissement codeCommuneEtablissement etatAdministratifEtablissement
activitePrincipaleEtablissement nomenclatureActivitePrincipaleEtablissement
"""
UNIT = dict.fromkeys(UNIT_COLUMNS.split(), "")
SITE = dict.fromkeys(SITE_COLUMNS.split(), "")
DORAS, MILLOT = "015851793", "005420021"


def unit(siren=DORAS, **given):
    return UNIT | {
        "siren": siren,
        "statutDiffusionUniteLegale": "O",
        "dateCreationUniteLegale": "1958-01-01",
        "trancheEffectifsUniteLegale": "41",
        "anneeEffectifsUniteLegale": "2022",
        "categorieEntreprise": "ETI",
        "dateDebut": "2008-01-01",
        "etatAdministratifUniteLegale": "A",
        "denominationUniteLegale": "DORAS",
        "categorieJuridiqueUniteLegale": "5710",
        "activitePrincipaleUniteLegale": "46.73A",
        "nomenclatureActivitePrincipaleUniteLegale": "NAFRev2",
        "nicSiegeUniteLegale": "00479",
        **given,
    }


def site(siret="01585179300479", **given):
    return SITE | {
        "siren": siret[:9],
        "nic": siret[9:],
        "siret": siret,
        "statutDiffusionEtablissement": "O",
        "etablissementSiege": "true",
        "numeroVoieEtablissement": "28",
        "typeVoieEtablissement": "AVENUE",
        "libelleVoieEtablissement": "DE MARBOZ",
        "codePostalEtablissement": "01290",
        "libelleCommuneEtablissement": "CROTTET",
        "codeCommuneEtablissement": "01134",
        "etatAdministratifEtablissement": "A",
        "activitePrincipaleEtablissement": "46.73A",
        "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
        **given,
    }


def as_csv(*rows, separator=","):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0], delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
