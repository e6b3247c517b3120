"""Member names of the register's answers: any other one is drift.

After the answers seen and the two published readers of them. Beside most members
stands a flag that says whether it is filled: `voie`, `voiePresent`.
"""

from enrichment.providers.reading import words


def _flagged(text: str) -> frozenset[str]:
    plain = words(text)
    return plain | {f"{name}Present" for name in plain}


ANSWER = words(
    """
    createdAt formality id nombreBeneficiairesEffectifsActifs
    nombreEtablissementsOuverts nombreRepresentantsActifs origin sandbox siren
    sirenDoublons updatedAt
    """
)
FORMALITY = _flagged(
    """
    codeAPE companyName content created diffusionCommerciale diffusionINSEE
    formeJuridique hasRnippBeenCalled historique indicateurEntreeSortieRegistre
    numNat numRna observationSignature referenceMandataire siren typeFormalite
    typePersonne updated
    """
)
CONTENT = _flagged(
    """
    evenementCessation exploitation formeExerciceActivitePrincipale
    indicateurActive inscriptionsOffices natureCessation natureCessationEntreprise
    natureCreation personneMorale personnePhysique registreAnterieur
    succursaleOuFiliale
    """
)
CREATION = _flagged(
    """
    dateCreation eirl entrepriseAgricole etablieEnFrance formeJuridique
    formeJuridiqueInsee indicateurEtablissementFictif microEntreprise
    relieeEntrepriseAgricole salarieEnFrance societeEtrangere typeExploitation
    """
)
COMPANY = _flagged(
    """
    adresseEntreprise autresEtablissements beneficiairesEffectifs composition
    detailCessationEntreprise etablissementPrincipal identite immatriculationRcs
    observations optionsFiscales structureEntreprise
    """
)
ENTERPRISE = _flagged(
    """
    autreIdentifiantEtranger codeApe dateDebutActiv dateImmat denomination
    effectifAgricole effectifApprenti effectifSalarie entrepriseRdd
    entrepriseValidated formeJuridique formeJuridiqueInsee indicateurAssocieUnique
    lieuRegistre nicSiege nombreSalarie nomCommercial nomExploitation numDetenteur
    numExploitation origineId pays roleEntreprise siren
    """
)
DESCRIPTION = _flagged(
    """
    capitalMinimum capitalVariable continuationAvecActifNetInferieurMoitieCapital
    contratAppuiDeclare dateClotureExerciceSocial dateEffet dateFinExistence
    datePremiereCloture depotDemandeAcre deviseCapital duree ess filialeFranceEtranger
    formeCooperative indicateurAssocieUnique indicateurAssocieUniqueDirigeant
    indicateurOrigineFusionScission montantCapital natureGerance nomDomaine objet
    prorogationDuree reconstitutionCapitauxPropres sigle societeMission
    typeDeStatuts
    """
)
HEAD_OFFICE = _flagged(
    """
    adresse caracteristiques datePriseEffetAdresse entrepriseDomiciliataire
    """
)
ADDRESS = _flagged(
    """
    caracteristiques codeInseeCommune codeInseeCommuneAnterieur codePays codePostal
    commune communeAncienne communeDeRattachement complementLocalisation
    datePriseEffetAdresse distributionSpeciale indicateurValidationBAN
    indiceRepetition numVoie pays rgpd roleAdresse typeVoie voie voieCodifiee
    """
)
SITE = _flagged(
    """
    activites adresse descriptionEtablissement detailCessationEtablissement
    domiciliataire effectifSalarie isPrincipal nomsDeDomaine registreAnterieur
    """
)
SITE_DESCRIPTION = _flagged(
    """
    activiteNonSedentaire autreIdentifiantEtranger codeApe codePays dateEffet
    dateEffetFermeture dateEffetTransfert dateFinActivite dateFinToutEffectifSalarie
    effectifAgricole effectifApprenti effectifSalarie enseigne etablissementRdd
    etablissementValidated indicateurEtablissementPrincipal lieuDitEtablissement
    nomCommercial nomEtablissement numDetenteur pays rolePourEntreprise siret
    statutOuvertFerme statutPourFormalite
    """
)
OFFICE = _flagged(
    """
    actif adresseEntreprise autreRoleEntreprise beneficiaireEffectif dateDebut
    dateEffetRoleDeclarant dateFin dateMentionDemissionOrdre entreprise
    indicateurActifAgricole indicateurSecondRoleEntreprise individu
    libelleRoleEntreprise libelleSecondRoleEntreprise mentionDemissionOrdre
    qualiteArtisan representant representantId roleEntreprise secondRoleEntreprise
    typeDePersonne
    """
)
INDIVIDUAL = _flagged(
    """
    adresseDomicile conjoint contact descriptionPersonne indicateurActifAgricole
    qualiteArtisan roleConjoint
    """
)
PERSON = _flagged(
    """
    codeInseeGeographique codeNationalite codePostalNaissance dateDeNaissance
    dateEffetRoleDeclarant genre indicateurDeNonSedentarite lieuDeNaissance
    nationalite nom nomUsage paysNaissance prenoms pseudonyme
    qualiteDeNonSedentarite role siren situationMatrimoniale titre
    """
)
CLOSING = _flagged(
    """
    dateCessationActiviteSalariee dateCessationTotaleActivite dateDissolutionDisparition
    dateEffet dateMiseEnSommeil dateRadiation detailMotifCessation
    indicateurCessationTemporaire indicateurDisparitionPM indicateurDissolution
    indicateurMaintienImmatriculationRegistre indicateurMaintienRcs
    indicateurMaintienRm indicateurPoursuiteActivite motifCessation motifDisparition
    publiciteNominationLiquidateur repreneurs typeDissolution
    """
)
CLOSING_NATURE = _flagged(
    """
    dateRadiation etatAdministratifInsee
    """
)
ATTACHMENTS = words(
    """
    actes bilans bilansSaisis sandbox
    """
)
# A deposit of accounts: the same members whether scanned or typed.
DEPOSIT = words(
    """
    bilanSaisi confidentiality createdAt dateCloture dateDepot deleted denomination
    id nomDocument numChrono path siren typeBilan updatedAt version
    """
)
BALANCE_SHEET = words(
    """
    detail identite
    """
)
IDENTITY = words(
    """
    adresse codeActivite codeConfidentialite codeDevise codeGreffe codeMotif
    codeOrigineDevise codeSaisie codeTypeBilan dateClotureExercice
    dateClotureExerciceNMoins1 dateDepot denomination dureeExerciceN
    dureeExerciceNMoins1 infoTraitement numDepot numGestion siren
    """
)
PAGE = words(
    """
    liasses numero
    """
)
LINE = words(
    """
    code m1 m2 m3 m4
    """
)
