"""Member names of the API's answers, 3.9 to 3.11: any other one is drift."""

from enrichment.providers.reading import words

ANSWER = words(
    """
    etablissement etablissements facettes header sandbox uniteLegale unitesLegales
    """
)
SITE = words(
    """
    activitePrincipaleNAF25Etablissement
    activitePrincipaleRegistreMetiersEtablissement adresse2Etablissement
    adresseEtablissement anneeEffectifsEtablissement dateCreationEtablissement
    dateDernierTraitementEtablissement etablissementSiege nic
    nombrePeriodesEtablissement periodesEtablissement score siren siret
    statutDiffusionEtablissement trancheEffectifsEtablissement uniteLegale
    """
)
SITE_PERIOD = words(
    """
    activitePrincipaleEtablissement caractereEmployeurEtablissement
    changementActivitePrincipaleEtablissement
    changementCaractereEmployeurEtablissement
    changementDenominationUsuelleEtablissement changementEnseigneEtablissement
    changementEtatAdministratifEtablissement dateDebut dateFin
    denominationUsuelleEtablissement enseigne1Etablissement enseigne2Etablissement
    enseigne3Etablissement etatAdministratifEtablissement
    nomenclatureActivitePrincipaleEtablissement
    """
)
ADDRESS = words(
    """
    codeCedexEtablissement codeCommuneEtablissement codePaysEtrangerEtablissement
    codePostalEtablissement complementAdresseEtablissement
    coordonneeLambertAbscisseEtablissement coordonneeLambertOrdonneeEtablissement
    dernierNumeroVoieEtablissement distributionSpecialeEtablissement
    identifiantAdresseEtablissement indiceRepetitionDernierNumeroVoieEtablissement
    indiceRepetitionEtablissement libelleCedexEtablissement
    libelleCommuneEtablissement libelleCommuneEtrangerEtablissement
    libellePaysEtrangerEtablissement libelleVoieEtablissement
    numeroVoieEtablissement typeVoieEtablissement
    """
)
# By company the members that change lie in its periods, by site in the unit itself.
UNIT_PERIOD = words(
    """
    activitePrincipaleUniteLegale caractereEmployeurUniteLegale
    categorieJuridiqueUniteLegale changementActivitePrincipaleUniteLegale
    changementCaractereEmployeurUniteLegale changementCategorieJuridiqueUniteLegale
    changementDenominationUniteLegale changementDenominationUsuelleUniteLegale
    changementEconomieSocialeSolidaireUniteLegale
    changementEtatAdministratifUniteLegale changementNicSiegeUniteLegale
    changementNomUniteLegale changementNomUsageUniteLegale
    changementSocieteMissionUniteLegale dateDebut dateFin denominationUniteLegale
    denominationUsuelle1UniteLegale denominationUsuelle2UniteLegale
    denominationUsuelle3UniteLegale economieSocialeSolidaireUniteLegale
    etatAdministratifUniteLegale nicSiegeUniteLegale nomUniteLegale
    nomUsageUniteLegale nomenclatureActivitePrincipaleUniteLegale
    societeMissionUniteLegale
    """
)
UNIT = UNIT_PERIOD | words(
    """
    activitePrincipaleNAF25UniteLegale anneeCategorieEntreprise
    anneeEffectifsUniteLegale categorieEntreprise dateCreationUniteLegale
    dateDernierTraitementUniteLegale identifiantAssociationUniteLegale
    nombrePeriodesUniteLegale periodesUniteLegale prenom1UniteLegale
    prenom2UniteLegale prenom3UniteLegale prenom4UniteLegale prenomUsuelUniteLegale
    pseudonymeUniteLegale score sexeUniteLegale sigleUniteLegale siren
    statutDiffusionUniteLegale trancheEffectifsUniteLegale unitePurgeeUniteLegale
    """
)
