"""Columns of the data set: any other one is drift. Only five of them are read."""

from enrichment.providers.reading import words

ROW = words(
    """
    autonomie_financiere caf_sur_ca capacite_de_remboursement chiffre_d_affaires
    confidentiality couverture_des_interets credit_clients_jours
    credit_fournisseurs_jours date_cloture_exercice ebe ebit marge_brute marge_ebe
    poids_bfr_exploitation_sur_ca poids_bfr_exploitation_sur_ca_jours
    ratio_de_liquidite ratio_de_vetuste resultat_courant_avant_impots_sur_ca
    resultat_net rotation_des_stocks_jours sandbox siren taux_d_endettement type_bilan
    """
)
