"""What must be true of every export, as questions that find the exceptions."""

from hashlib import sha256

from exports import files
from exports.models import Export, ExportState

RULES = {
    "un export prêt a écrit toutes les lignes de sa sélection": """
        SELECT id FROM exports_export WHERE state = 'done' AND rows_done <> rows_total
    """,
    "un fichier gardé a son empreinte": """
        SELECT id FROM exports_export
        WHERE state = 'done' AND path <> '' AND sha256 = ''
    """,
    "un export qui n’a pas abouti n’a pas de fichier": """
        SELECT id FROM exports_export
        WHERE state IN ('failed', 'cancelled') AND path <> ''
    """,
    "aucun export en cours sans signe de vie": """
        SELECT id FROM exports_export
        WHERE state = 'running' AND heartbeat_at < now() - interval '30 minutes'
    """,
}
SAME_FILE = "un fichier gardé est celui qui a été écrit, octet pour octet"


def altered() -> list[str]:
    """References of the exports whose file is not the one that was written."""
    kept = Export.objects.filter(state=ExportState.DONE).exclude(path="")
    return [str(each.public_id) for each in kept if not _is_intact(each)]


def _is_intact(export: Export) -> bool:
    digest = sha256()
    try:
        with files.read(export.path) as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == export.sha256
