"""A short list to call from: who, where, how large, how promising."""

from exports.profiles import values
from exports.profiles.column import Column, Table

TABLE = Table(
    columns=(
        Column("siren", "neuf chiffres, en texte", "text", values.siren),
        Column(
            "nom_entreprise", "dénomination, à défaut enseigne", "text", values.name
        ),
        Column(
            "dirigeant_principal", "vide en diffusion partielle", "text", values.leader
        ),
        Column(
            "adresse", "du siège ; vide en diffusion partielle", "text", values.address
        ),
        Column("ville", "commune du siège", "text", values.commune),
        Column("code_postal", "en texte", "text", values.postal_code),
        Column(
            "email",
            "du contact ; vide sans contacts",
            "text",
            values.col("contact_email"),
            is_contact=True,
        ),
        Column(
            "telephone",
            "du contact ; vide sans contacts",
            "text",
            values.col("contact_phone"),
            is_contact=True,
        ),
        Column(
            "chiffre_affaires",
            "en euros, dernier exercice",
            "amount",
            values.col("revenue"),
        ),
        Column(
            "effectif", "nombre, à défaut tranche en texte", "count", values.headcount
        ),
        Column("statut", "dans le suivi de votre équipe", "text", values.status),
        Column(
            "ma_score", "attractivité, de 0 à 100", "points", values.points("score")
        ),
        Column("date_creation", "AAAA-MM-JJ", "date", values.col("created_on")),
    ),
)
