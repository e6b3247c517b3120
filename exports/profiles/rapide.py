"""A short list to call from: who, where, how large, how promising."""

from exports.profiles import values
from exports.profiles.column import Column, Table

TABLE = Table(
    columns=(
        Column("siren", "neuf chiffres, en texte", lambda r: r.row.siren),
        Column(
            "nom_entreprise", "dénomination, à défaut enseigne", lambda r: r.row.name
        ),
        Column("dirigeant_principal", "vide en diffusion partielle", values.leader),
        Column("adresse", "du siège ; vide en diffusion partielle", values.address),
        Column("ville", "commune du siège", lambda r: r.row.commune),
        Column("code_postal", "en texte", lambda r: r.company.postal_code),
        Column("email", "vide : aucun contact n’est enregistré", lambda _: None),
        Column("telephone", "vide : aucun contact n’est enregistré", lambda _: None),
        Column(
            "chiffre_affaires", "en euros, dernier exercice", lambda r: r.row.revenue
        ),
        Column("effectif", "nombre, à défaut tranche en texte", values.headcount),
        Column("statut", "dans le suivi de votre équipe", values.status),
        Column(
            "ma_score", "attractivité, de 0 à 100", lambda r: values.points(r.row.score)
        ),
        Column("date_creation", "AAAA-MM-JJ", lambda r: r.row.created_on),
    ),
    has_french_dates=False,
)
