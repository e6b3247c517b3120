"""Files that the wizard's tests bring, and imports at each state of their life."""

from copy import deepcopy

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from companies.imports.matching.models import ImportMatch
from companies.imports.models import UNDONE_WITHIN, Import, ImportRefusal, ImportState

COMPANIES = (
    "siren;nom;ville;chiffre_affaires;effectif;couleur\r\n"
    "732829320;MÉCANIQUE DU LAC;ANNECY;1 200 000,50;12;bleu\r\n"
    "957520448;DÉCOLLETAGE DU GIFFRE;CLUSES;;;rouge\r\n"
)


def upload(text=COMPANIES, *, name="cibles.csv", encoding="cp1252"):
    return SimpleUploadedFile(name, text.encode(encoding), content_type="text/csv")


COUNTS = {
    "read": 6,
    "new": 2,
    "updated": 1,
    "unchanged": 1,
    "refused": 2,
    "fields": {"headcount": {"filled": 1, "overwritten": 0, "kept": 2}},
    "reasons": {"key": 1, "status": 1},
    "repairs": {"lost_zero": 1},
    "aliases": {"à contacter → prospect": 1},
    "samples": [
        {
            "line": 2,
            "siren": "732829320",
            "name": "MÉCANIQUE DU LAC",
            "field": "headcount",
            "before": "",
            "after": "12",
            "rule": "fill",
        }
    ],
    "seconds": 1.0,
}


def make_import(by, state=ImportState.DRAFT, **fields):
    """With two refused rows once it was tried."""
    has_run = state in ("running", "done", "undoing", "undone")
    now = timezone.now()
    given = {
        "file_name": "cibles.csv",
        "kind": "companies",
        "path": "0" * 32,
        "size_bytes": 200,
        "sha256": "a" * 64,
        "detected": {
            "format": "csv",
            "encoding": "cp1252",
            "has_bom": False,
            "separator": ";",
            "decimal": ",",
            "header_row": 1,
            "titles": ["siren", "nom", "statut"],
            "sample": "MÉCANIQUE",
            "sheets": [],
            "sheet": "",
        },
        "mapping": {"0": "siren", "1": "name", "2": "status"},
        # Tests change them.
        "trial": {} if state in ("draft", "checking") else deepcopy(COUNTS),
        "counts": deepcopy(COUNTS) if has_run and state != "running" else {},
        "rows_total": 6,
        "started_at": now if has_run else None,
        "expires_at": now + UNDONE_WITHIN,
        **fields,
    }
    imp = Import.objects.create(desk=by.desk, created_by=by, state=state, **given)
    if state not in ("draft", "checking"):
        make_refusals(imp)
    return imp


def make_refusals(imp):
    common = {"of": imp, "is_trial": imp.started_at is None}
    ImportRefusal.objects.create(
        line=3,
        reason="key",
        field="siren",
        value="732829321",
        cells=["732829321", "=HYPERLINK(1)", "-1 200,50"],
        **common,
    )
    ImportRefusal.objects.create(
        line=5,
        reason="status",
        field="status",
        value="chaud",
        cells=["957520448", "STOCA", "chaud"],
        **common,
    )


def make_match(imp, line=2, **fields):
    given = {
        "name": "DECOLLETAGE GIFFRE",
        "place": "74300 CLUSES",
        "state": "doubtful",
        "candidates": [
            {
                "siren": "957520448",
                "name": "DÉCOLLETAGE DU GIFFRE",
                "place": "74300 CLUSES",
                "score": 0.91,
            },
            {
                "siren": "732829320",
                "name": "DÉCOLLETAGE GIFFRE SERVICES",
                "place": "74300 CLUSES",
                "score": 0.88,
            },
        ],
        **fields,
    }
    return ImportMatch.objects.create(of=imp, line=line, **given)
