"""Member names of the contract and of answers seen: any other one is drift."""

from enrichment.providers.reading import words

SHEET = words(
    """
    annee_categorie_entreprise annee_effectif annee_tranche_effectif association
    associe_unique beneficiaires_effectifs capital capital_actuel_si_variable
    capital_formate categorie_entreprise categorie_juridique code_greffe code_naf
    code_nafa comptes conventions_collectives date_cessation date_cessation_formate
    date_cloture_exercice date_cloture_exercice_exceptionnelle
    date_cloture_exercice_exceptionnelle_formate date_creation date_creation_formate
    date_debut_activite date_debut_premiere_activite date_immatriculation_rcs
    date_immatriculation_rne date_premiere_immatriculation_rcs date_radiation_rcs
    date_radiation_rne date_reouverture denomination depots_actes dernier_traitement
    derniere_mise_a_jour_rcs derniere_mise_a_jour_rne derniere_mise_a_jour_sirene
    derniers_statuts devise_capital diffusable domaine_activite
    duree_personne_morale economie_sociale_solidaire effectif effectif_max
    effectif_min email entreprise_cessee entreprise_employeuse etablissement
    etablissements extrait_immatriculation finances finances_consolidees
    forme_exercice forme_juridique formes_exercice greffe labels libelle_code_naf
    marques micro_entreprise nom nom_entreprise numero_rcs
    numero_tva_intracommunautaire objet_social opposition_utilisation_commerciale
    personne_morale prenom procedure_collective_en_cours procedure_collective_existe
    procedures_collectives prochaine_date_cloture_exercice
    prochaine_date_cloture_exercice_formate publications_bodacc qualite_artisan
    representants rnm sandbox scoring_financier scoring_non_financier sexe siege
    sigle siren siren_formate sites_internet societe_a_mission statut_consolide
    statut_rcs statut_rne telephone tranche_effectif validite_tva_intracommunautaire
    """
)
OFFICE = words(
    """
    adresse_ligne_1 adresse_ligne_2 annee_effectif code_cedex code_commune
    code_departement code_naf code_pays code_postal code_region complement_adresse
    date_cessation date_de_creation departement diffusion_partielle
    distribution_speciale domiciliation effectif effectif_max effectif_min enseigne
    enseigne_1 enseigne_2 enseigne_3 etablissement_cesse etablissement_employeur
    indice_repetition labels latitude libelle_cedex libelle_code_naf libelle_voie
    longitude nic nom_commercial nomenclature_code_naf numero_voie pays
    predecesseurs region siege siret siret_formate successeurs tranche_effectif
    type_etablissement type_voie ville
    """
)
OFFICER = words(
    """
    adresse_ligne_1 adresse_ligne_2 adresse_ligne_3 age code_nationalite
    code_nationalité code_pays code_pays_de_naissance code_postal codes_nationalites
    date_de_deces date_de_naissance date_de_naissance_formate date_de_naissance_rgpd
    date_de_naissance_rgpd_formatee date_prise_de_poste decede denomination
    departement departement_de_naissance forme_juridique nationalite nom nom_complet
    nom_usage pays pays_de_naissance personne_morale personne_politiquement_exposee
    prenom prenom_usuel pseudonyme qualite qualites sanctions sanctions_en_cours
    sexe siren ville ville_de_naissance
    """
)
FINANCES = words(
    """
    annee autonomie_financiere BFR BFR_exploitation BFR_exploitation_jours_CA
    BFR_hors_exploitation BFR_hors_exploitation_jours_CA BFR_jours_CA
    capacite_autofinancement capacite_autofinancement_CA capacite_remboursement
    chiffre_affaires chiffre_affaires_export couverture_BFR couverture_dettes
    date_de_cloture_exercice delai_paiement_clients_jours
    delai_paiement_fournisseurs_jours dettes_financieres duree_exercice effectif
    etat_dettes_1_an_au_plus excedent_brut_exploitation fonds_propres
    fonds_roulement_net_global impots_taxes liquidite_generale marge_brute
    marge_nette ratio_endettement ratio_stock_CA_jours rentabilite_economique
    rentabilite_fonds_propres resultat resultat_exploitation salaires_CA
    salaires_charges_sociales taux_croissance_chiffre_affaires taux_levier
    taux_marge_brute taux_marge_EBITDA taux_marge_operationnelle tresorerie
    type_comptes valeur_ajoutee valeur_ajoutee_CA
    """
)
DEPOSIT = words(
    """
    annee_cloture confdentialite confidentialite confidentialite_compte_de_resultat
    date_cloture date_depot date_depot_formate disponible disponible_xlsx
    nom_fichier_pdf nom_fichier_xlsx token token_xlsx type_comptes
    """
)
NOTICE = words(
    """
    activite administration adresse annonce_rectificative bodacc capital
    categorie_creation categorie_immatriculation categorie_vente commentaires
    complement_jugement date date_cloture date_debut_activite date_immatriculation
    date_rectification declaration_creance denomination
    denomination_ancien_exploitant denomination_ancien_proprietaire
    denomination_nouveau_proprietaire denomination_nouvel_exploitant descriptif
    description devise_capital famille forme_juridique greffe nationnalite nature
    nom nom_commercial nom_entreprise numero_annonce numero_annonce_rectification
    numero_parution numero_parution_rectification oppositions origine_fonds
    personne_morale prenom pseudonyme publication_legale rcs sigle
    siren_ancien_exploitant siren_ancien_proprietaire siren_nouveau_proprietaire
    siren_nouvel_exploitant type type_depot type_rectification
    """
)
PROCEEDING = words(
    """
    date_debut date_fin publications_bodacc type
    """
)
