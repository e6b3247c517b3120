"""What an export is, in words that travel with it: who, when, what, how many, sure?"""

import json
from datetime import datetime
from typing import Any

from django.utils import timezone

from exports import asked, choice, definition
from exports.models import Export, Format

SANDBOX = (
    "BAC À SABLE : sociétés réelles du répertoire Sirene ; les réponses marquées "
    "« bac à sable » sont des exemples, sans valeur."
)
LIVE = "Installation réelle."
FORMATS: dict[str, str] = {
    Format.CSV: (
        "CSV, séparateur « ; », UTF-8 avec BOM, décimales à virgule, fin de ligne CRLF"
    ),
    Format.XLSX: "XLSX, cellules typées, sans formule",
    Format.JSONL: "JSON Lines, UTF-8, une société par ligne",
    Format.PARQUET: "Parquet, colonnes typées",
    Format.SQL: "script SQL pour PostgreSQL",
    Format.SQLITE: "base SQLite 3",
    Format.PDF: "PDF, une ou deux pages par société",
    Format.DELIVERY: "envoi à une destination déclarée",
}
CONTACTS = (
    "oui : données de personnes. À n’utiliser que pour la prospection de l’équipe, à "
    "effacer dès qu’elles ne servent plus ; chaque ligne dit qui les a sorties."
)
RULES = (
    "Une cellule vide est inconnue ou non publiée : jamais zéro.",
    "Un texte qui commencerait comme une formule est précédé d’une apostrophe.",
    "Un texte qui vient d’une réponse du bac à sable finit par « (bac à sable) ».",
    "Diffusion partielle : ni dirigeant, ni adresse.",
)


def facts(export: Export) -> dict[str, str]:
    """In words, in the order they are read; what is not known yet is left out."""
    wish = asked.of_query(export.query, desk_id=export.desk_id)
    told = {
        "Fichier": "" if export.is_delivery else export.file_name,
        "Nature": SANDBOX if export.is_sandbox else LIVE,
        "Demandé par": f"{export.created_by}, {export.desk}",
        "Demandé le": _moment(export.created_at),
        "Écrit le": _moment(export.ended_at),
        "Programmation": export.schedule.name if export.schedule else "",
        "Profil": export.get_profile_display(),
        "Critères": export.words,
        "Requête": export.query,
        "Tri": wish.sort_words,
        "Lignes": str(export.rows_total),
        "Version des données": export.data_version,
        "Format": FORMATS[export.format],
        "Contacts": CONTACTS if export.with_contacts else "non",
        "Destination": export.destination.name if export.destination else "",
        "Envoi": _sent(export),
        "SHA-256": export.sha256,
        "Référence": str(export.public_id),
    }
    return {name: value for name, value in told.items() if value}


def text(export: Export) -> str:
    lines = [f"{name} : {value}" for name, value in facts(export).items()]
    columns = [f"- {name} : {meaning}" for name, meaning in _columns(export)]
    return "\n".join([*lines, "", "Colonnes :", *columns, "", *RULES, ""])


def as_json(export: Export) -> str:
    """The same for machines."""
    wish = asked.of_query(export.query, desk_id=export.desk_id)
    told: dict[str, Any] = {
        "reference": str(export.public_id),
        "fichier": None if export.is_delivery else export.file_name,
        "bac_a_sable": export.is_sandbox,
        "demande_par": str(export.created_by),
        "equipe": str(export.desk),
        "demande_le": _iso(export.created_at),
        "ecrit_le": _iso(export.ended_at),
        "programmation": export.schedule.name if export.schedule else None,
        "profil": export.profile,
        "format": export.format,
        "criteres": export.words,
        "requete": export.query,
        "tri": wish.search.sort,
        "lignes": export.rows_total,
        "version_des_donnees": export.data_version,
        "colonnes": [
            {"nom": name, "sens": meaning} for name, meaning in _columns(export)
        ],
        "contacts": export.with_contacts,
        "destination": export.destination.name if export.destination else None,
        "envoi": sent_counts(export) or None,
        "octets": export.size_bytes or None,
        "sha256": export.sha256 or None,
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def file_name(export: Export, kind: str) -> str:
    return f"{export.file_stem}.manifeste.{kind}"


# What a delivery tells of its rows, in the order that it is said.
SENT = {
    "created": "créées",
    "updated": "modifiées",
    "left": "laissées telles quelles",
    "refused": "refusées",
}


def sent_counts(export: Export) -> dict[str, int]:
    if not export.is_delivery:
        return {}
    return {name: int(export.progress.get(name, 0)) for name in SENT}


def _sent(export: Export) -> str:
    counts = sent_counts(export)
    return ", ".join(f"{count} {SENT[name]}" for name, count in counts.items())


def _columns(export: Export) -> list[tuple[str, str]]:
    """Those that were written, with what today's profile says of them."""
    found = definition.table(
        choice.of(export), watermark=definition.watermark(export)
    ).columns
    meanings = {column.name: column.meaning for column in found}
    names = list(dict.fromkeys([*export.columns, *meanings]))
    return [(name, meanings.get(name, "")) for name in names]


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S %Z}"


def _iso(at: datetime | None) -> str | None:
    return None if at is None else timezone.localtime(at).isoformat(timespec="seconds")
