"""Every figure that a comparison asks for, with its links and the desk's notes."""

from exports.profiles import values
from exports.profiles.column import Column, Table

COMPANY = (
    Column("SIREN", "neuf chiffres, en texte", "text", values.siren),
    Column("Nom_Entreprise", "dénomination, à défaut enseigne", "text", values.name),
    Column("Forme_Juridique", "en mots", "text", values.legal_form),
    Column("Date_Creation", "JJ/MM/AAAA", "date", values.col("created_on")),
    Column("Adresse", "du siège ; vide en diffusion partielle", "text", values.address),
    Column("Code_Postal", "en texte", "text", values.postal_code),
    Column("Ville", "commune du siège", "text", values.commune),
    Column(
        "CA_Actuel", "en euros, dernier exercice (N)", "amount", values.col("revenue")
    ),
    Column("CA_N1", "N−1, mêmes comptes", "amount", values.col("n1_revenue")),
    Column("CA_N2", "N−2, mêmes comptes", "amount", values.col("n2_revenue")),
    Column("Evolution_CA_3ans", "(N / N−2) − 1, en %", "percent", values.growth),
    Column("Resultat_Net", "en euros, exercice N", "amount", values.col("net_income")),
    Column("Marge_Nette", "résultat net / CA, en %", "percent", values.net_margin),
    Column("Effectif", "nombre, à défaut tranche en texte", "count", values.headcount),
    Column("Capital_Social", "en euros", "amount", values.col("capital_eur")),
    Column("Score_MA", "attractivité, de 0 à 100", "points", values.points("score")),
    Column(
        "Niveau_Score",
        "Excellent, Très bon, Bon, Moyen, Faible, Non évalué",
        "text",
        values.level("score"),
    ),
    Column("Cedabilite", "de 0 à 100", "points", values.points("sale_likelihood")),
    Column(
        "Couverture", "des données, de 0 à 100", "points", values.points("coverage")
    ),
    Column(
        "Potentiel_Acquisition", "niveau d’attractivité", "text", values.level("score")
    ),
    Column(
        "Potentiel_Cession",
        "niveau de cédabilité",
        "text",
        values.level("sale_likelihood"),
    ),
    Column(
        "Priorite_Contact", "HIGH dès 80, MEDIUM dès 60, LOW", "text", values.priority
    ),
    Column("Code_NAF", "NAF rév. 2", "text", values.known("naf_code")),
    Column("Secteur_Activite", "libellé de la NAF", "text", values.naf_label),
    Column("Dirigeant_Principal", "vide en diffusion partielle", "text", values.leader),
    Column(
        "Ratio_Endettement",
        "dettes financières / (dettes financières + capitaux propres)",
        "ratio",
        values.debt_ratio,
    ),
    Column(
        "Qualite_Donnees",
        "couverture : Haute dès 70, Moyenne dès 40, sinon Faible",
        "text",
        values.data_quality,
    ),
    Column("Derniere_MAJ", "dernière lecture d’une source", "date", values.read_on),
    Column("Lien_Pappers", "la société", "text", values.pappers),
    Column(
        "Lien_Annuaire",
        "Annuaire des entreprises, service public",
        "text",
        values.annuaire,
    ),
    Column("Statut_Prospect", "dans le suivi de votre équipe", "text", values.status),
    Column("Notes_Commerciales", "celles de votre équipe", "text", values.notes),
    Column("Derniere_Actualite", "AAAA-MM-JJ libellé", "text", values.latest_news),
)


def _contact(name: str, meaning: str, fact: str) -> Column:
    return Column(
        name,
        meaning,
        "integer" if fact == "contacts_total" else "text",
        values.col(fact),
        is_contact=True,
        only_with_contacts=True,
    )


CONTACTS = (
    _contact("Contact_Principal", "la première personne utilisable", "contact_name"),
    _contact("Poste_Contact", "sa fonction", "contact_title"),
    _contact("Email_Contact", "le sien, à défaut celui de la société", "contact_email"),
    _contact(
        "Telephone_Contact", "le sien, à défaut celui de la société", "contact_phone"
    ),
    _contact("LinkedIn_Contact", "son profil, quand il est connu", "contact_linkedin"),
    _contact("Nb_Contacts_Total", "adresses et numéros utilisables", "contacts_total"),
)
TABLE = Table(columns=(*COMPANY, *CONTACTS), has_french_dates=True)
