"""A workbook to read and to sort, with real numbers and real days."""

from exports.profiles import values
from exports.profiles.column import Column, Table

TABLE = Table(
    columns=(
        Column("SIREN", "neuf chiffres, en texte", "text", values.siren),
        Column(
            "Raison Sociale", "dénomination, à défaut enseigne", "text", values.name
        ),
        Column("Forme Juridique", "en mots", "text", values.legal_form),
        Column("Date Création", "au registre", "date", values.col("created_on")),
        Column(
            "Adresse", "du siège ; vide en diffusion partielle", "text", values.address
        ),
        Column("Code Postal", "en texte", "text", values.postal_code),
        Column("Ville", "commune du siège", "text", values.commune),
        Column("CA (€)", "dernier exercice", "amount", values.col("revenue")),
        Column("Résultat (€)", "même exercice", "amount", values.col("net_income")),
        Column(
            "Effectif", "nombre, à défaut tranche en texte", "count", values.headcount
        ),
        Column(
            "Score M&A", "attractivité, de 0 à 100", "points", values.points("score")
        ),
        Column("Priorité", "HIGH dès 80, MEDIUM dès 60, LOW", "text", values.priority),
        Column("Dirigeant", "vide en diffusion partielle", "text", values.leader),
        Column(
            "Téléphone",
            "du contact ; vide sans contacts",
            "text",
            values.col("contact_phone"),
            is_contact=True,
        ),
        Column(
            "Email",
            "du contact ; vide sans contacts",
            "text",
            values.col("contact_email"),
            is_contact=True,
        ),
        Column("Statut", "dans le suivi de votre équipe", "text", values.status),
    ),
    has_french_dates=True,
)
