"""What an export is, in words that travel with it: who, when, what, how many, sure?"""

from datetime import datetime

from django.utils import timezone

from exports import asked
from exports.models import Export
from exports.profiles import TABLES

SANDBOX = (
    "BAC À SABLE : sociétés réelles du répertoire Sirene ; les réponses marquées "
    "« bac à sable » sont des exemples, sans valeur."
)
LIVE = "Installation réelle."
ENCODING = (
    "CSV, séparateur « ; », UTF-8 avec BOM, décimales à virgule, fin de ligne CRLF"
)
RULES = (
    "Une cellule vide est inconnue ou non publiée : jamais zéro.",
    "Un texte qui commencerait comme une formule est précédé d’une apostrophe.",
    "Un texte qui vient d’une réponse du bac à sable finit par « (bac à sable) ».",
    "Diffusion partielle : ni dirigeant, ni adresse.",
)


def text(export: Export) -> str:
    wish = asked.of_query(export.query, desk_id=export.desk_id)
    facts = {
        "Fichier": export.file_name,
        "Nature": SANDBOX if export.is_sandbox else LIVE,
        "Demandé par": f"{export.created_by}, {export.desk}",
        "Demandé le": _moment(export.created_at),
        "Écrit le": _moment(export.ended_at),
        "Profil": export.get_profile_display(),
        "Critères": export.words,
        "Requête": export.query,
        "Tri": wish.sort_words,
        "Lignes": str(export.rows_total),
        "Version des données": export.data_version,
        "Format": ENCODING,
        "SHA-256": export.sha256,
        "Référence": str(export.public_id),
    }
    lines = [f"{name} : {value}" for name, value in facts.items()]
    return "\n".join([*lines, "", "Colonnes :", *_columns(export), "", *RULES, ""])


def file_name(export: Export) -> str:
    return export.file_name.removesuffix(".csv") + ".manifeste.txt"


def _columns(export: Export) -> list[str]:
    """Those that were written, with what today's profile says of them."""
    meanings = {
        column.name: column.meaning for column in TABLES[export.profile].columns
    }
    return [f"- {name} : {meanings.get(name, '')}" for name in export.columns]


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S %Z}"
