"""Member names of the data set and of the objects inside it: any other is drift."""

from enrichment.providers.reading import words

NOTICE = words(
    """
    acte commercant cp dateparution departement_nom_officiel depot divers familleavis
    familleavis_lib id ispdf_unitaire jugement listeetablissements listepersonnes
    listeprecedentexploitant listeprecedentproprietaire modificationsgenerales
    numeroannonce numerodepartement parution parutionavisprecedent
    pdf_parution_subfolder publicationavis publicationavis_facette radiationaurcs
    region_code region_nom_officiel registre sandbox tribunal typeavis typeavis_lib
    url_complete ville
    """
)
PARTY = words(
    """
    activite administration adresse adresseEtablissementPrincipal adressePP
    adresseSiegeSocial capital denomination denominationEIRL enseigne formeJuridique
    inscriptionRM nationalite nom nomCommercial nomUsage nonInscrit
    numeroImmatriculation personneMorale personnePhysique prenom pseudonyme sigle
    typePersonne
    """
)
JUDGEMENT = words("complementJugement date famille nature type")
DEPOSIT = words("dateCloture descriptif typeDepot")
ACT = words(
    """
    creation dateCommencementActivite dateEffet dateImmatriculation descriptif
    immatriculation vente
    """
)
CHANGE = words(
    """
    dateCommencementActivite dateEffet descriptif precedentExploitantPM
    precedentExploitantPP
    """
)
REMOVAL = words("commentaire dateCessationActivitePP radiationPM radiationPP")
PREVIOUS = words("dateParution nomPublication numeroAnnonce numeroParution")
