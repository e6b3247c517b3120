"""Every figure that a comparison asks for, with its links and the desk's notes."""

from exports.profiles import values
from exports.profiles.column import Column, Table

TABLE = Table(
    columns=(
        Column("SIREN", "neuf chiffres, en texte", lambda r: r.row.siren),
        Column(
            "Nom_Entreprise", "dénomination, à défaut enseigne", lambda r: r.row.name
        ),
        Column("Forme_Juridique", "en mots", lambda r: r.company.legal_form_name),
        Column("Date_Creation", "JJ/MM/AAAA", lambda r: r.row.created_on),
        Column("Adresse", "du siège ; vide en diffusion partielle", values.address),
        Column("Code_Postal", "en texte", lambda r: r.company.postal_code),
        Column("Ville", "commune du siège", lambda r: r.row.commune),
        Column("CA_Actuel", "en euros, dernier exercice (N)", lambda r: r.row.revenue),
        Column("CA_N1", "N−1, mêmes comptes", values.revenue_before),
        Column("CA_N2", "N−2, mêmes comptes", values.revenue_two_before),
        Column("Evolution_CA_3ans", "(N / N−2) − 1, en %", values.growth),
        Column("Resultat_Net", "en euros, exercice N", lambda r: r.row.net_income),
        Column("Marge_Nette", "résultat net / CA, en %", values.net_margin),
        Column("Effectif", "nombre, à défaut tranche en texte", values.headcount),
        Column("Capital_Social", "en euros", lambda r: r.company.capital_eur),
        Column(
            "Score_MA", "attractivité, de 0 à 100", lambda r: values.points(r.row.score)
        ),
        Column(
            "Niveau_Score",
            "Excellent, Très bon, Bon, Moyen, Faible, Non évalué",
            lambda r: values.level(r.row.score),
        ),
        Column(
            "Cedabilite", "de 0 à 100", lambda r: values.points(r.row.sale_likelihood)
        ),
        Column(
            "Couverture",
            "des données, de 0 à 100",
            lambda r: values.points(r.row.coverage),
        ),
        Column(
            "Potentiel_Acquisition",
            "niveau d’attractivité",
            lambda r: values.level(r.row.score),
        ),
        Column(
            "Potentiel_Cession",
            "niveau de cédabilité",
            lambda r: values.level(r.row.sale_likelihood),
        ),
        Column("Priorite_Contact", "HIGH dès 80, MEDIUM dès 60, LOW", values.priority),
        Column("Code_NAF", "NAF rév. 2", lambda r: r.row.naf_code),
        Column("Secteur_Activite", "libellé de la NAF", lambda r: r.row.naf_label),
        Column("Dirigeant_Principal", "vide en diffusion partielle", values.leader),
        Column(
            "Ratio_Endettement",
            "dettes financières / (dettes financières + capitaux propres)",
            values.debt,
        ),
        Column(
            "Qualite_Donnees",
            "couverture : Haute dès 70, Moyenne dès 40, sinon Faible",
            values.data_quality,
        ),
        Column("Derniere_MAJ", "dernière lecture d’une source", values.read_on),
        Column("Lien_Pappers", "la société", lambda r: values.PAPPERS + r.row.siren),
        Column(
            "Lien_Annuaire",
            "Annuaire des entreprises, service public",
            lambda r: values.ANNUAIRE + r.row.siren,
        ),
        Column("Statut_Prospect", "dans le suivi de votre équipe", values.status),
        Column("Notes_Commerciales", "celles de votre équipe", values.notes),
        Column("Derniere_Actualite", "AAAA-MM-JJ libellé", values.latest_news),
    ),
    has_french_dates=True,
)
