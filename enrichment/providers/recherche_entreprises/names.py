"""Member names of the contract and of answers seen: any other one is drift."""

from enrichment.providers.reading import words

ANSWER = words(
    """
    page per_page results sandbox total_pages total_results
    """
)
RESULT = words(
    """
    activite_principale activite_principale_naf25 admin annee_categorie_entreprise
    annee_tranche_effectif_salarie caractere_employeur categorie_entreprise
    complements date_creation date_fermeture date_mise_a_jour date_mise_a_jour_insee
    date_mise_a_jour_rne dirigeants etablissements etat_administratif finances
    immatriculation matching_etablissements nature_juridique nom_complet
    nom_raison_sociale nombre_etablissements nombre_etablissements_ouverts sandbox
    score section_activite_principale siege sigle siren slug statut_diffusion
    tranche_effectif_salarie tva
    """
)
OFFICE = words(
    """
    activite_principale activite_principale_naf25
    activite_principale_registre_metier adresse annee_tranche_effectif_salarie
    caractere_employeur cedex code_pays_etranger code_postal commune
    complement_adresse coordonnees date_creation date_debut_activite date_fermeture
    date_mise_a_jour date_mise_a_jour_insee departement dernier_numero_voie
    distribution_speciale epci est_siege etat_administratif geo_adresse geo_id
    indice_repetition latitude libelle_cedex libelle_commune
    libelle_commune_etranger libelle_pays_etranger libelle_voie liste_enseignes
    liste_finess liste_id_bio liste_id_organisme_formation liste_idcc liste_rge
    liste_uai longitude nom_commercial numero_voie region siret
    statut_diffusion_etablissement tranche_effectif_salarie type_voie
    """
)
ENTRY = words(
    """
    capital_social capital_variable date_cloture_exercice date_debut_activite
    date_fin_existence date_immatriculation date_radiation devise_capital
    duree_personne_morale indicateur_associe_unique nature_entreprise
    """
)
COMPLEMENTS = words(
    """
    a_aide_ademe a_aide_minimis bilan_ges_renseigne collectivite_territoriale
    convention_collective_renseignee egapro_renseignee est_achats_responsables
    est_administration est_alim_confiance est_association est_avocat est_bio
    est_entrepreneur_individuel est_entrepreneur_spectacle est_ess est_finess
    est_l100_3 est_organisme_formation est_patrimoine_vivant est_qualiopi est_rge
    est_service_public est_siae est_societe_mission est_uai identifiant_association
    liste_finess_juridique liste_id_organisme_formation liste_idcc
    statut_entrepreneur_spectacle type_siae
    """
)
OFFICER = words(
    """
    annee_de_naissance date_de_naissance denomination nationalite nom prenoms
    qualite siren type_dirigeant
    """
)
FINANCES = words(
    """
    ca resultat_net
    """
)
