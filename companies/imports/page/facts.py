"""What was found of a file, for the margin of its pages."""

from typing import Any

from django.utils.translation import gettext as _

from companies.imports import wording
from companies.imports.models import Import

CSV = "csv"


def detected(imp: Import) -> list[tuple[str, str]]:
    found = imp.detected
    told = _of_text(found) if found.get("format") == CSV else _of_workbook(found)
    told.append((_("En-tête"), _header(found)))
    if found.get("sample"):
        told.append((_("Échantillon accentué"), f"«\u00a0{found['sample']}\u00a0»"))
    total = len(found.get("titles") or ())
    if imp.mapping and total:
        sentence = _("%(used)s sur %(total)s")
        known = sentence % {"used": len(imp.mapping), "total": total}
        told.append((_("Colonnes reconnues"), known))
    return told


def _of_text(found: dict[str, Any]) -> list[tuple[str, str]]:
    encoding, separator = str(found.get("encoding", "")), found.get("separator", "")
    return [
        (_("Séparateur"), str(wording.SEPARATORS.get(separator, separator))),
        (_("Encodage"), wording.encoding(encoding)),
        (
            _("Marque d’ordre (BOM)"),
            _("présente") if found.get("has_bom") else _("absente"),
        ),
        (_("Signe décimal"), _decimal(found)),
    ]


def _of_workbook(found: dict[str, Any]) -> list[tuple[str, str]]:
    sheets = found.get("sheets") or ()
    told = [(_("Format"), _("classeur Excel")), (_("Feuille"), _sheet(found))]
    if len(sheets) > 1:
        told.append((_("Feuilles en tout"), str(len(sheets))))
    return told


def _sheet(found: dict[str, Any]) -> str:
    return f"«\u00a0{found.get('sheet', '')}\u00a0»"


def _decimal(found: dict[str, Any]) -> str:
    sign = str(found.get("decimal", ""))
    return str(wording.DECIMALS.get(sign, sign))


def _header(found: dict[str, Any]) -> str:
    row = int(found.get("header_row") or 0)
    return _("ligne %(row)s") % {"row": row} if row else _("aucun")


def warnings(imp: Import) -> list[str]:
    """What is odd in the file itself, beside what it says."""
    found, told = imp.detected, []
    if found.get("is_misnamed"):
        told.append(
            _(
                "Ce fichier porte le nom d’un classeur et contient du texte\u00a0: il "
                "est lu comme du CSV. Vérifiez que c’est le bon."
            )
            if found.get("format") == CSV
            else _(
                "Ce fichier porte le nom d’un texte et contient un classeur\u00a0: il "
                "est lu comme du XLSX. Vérifiez que c’est le bon."
            )
        )
    if found.get("duplicates"):
        titles = ", ".join(f"«\u00a0{title}\u00a0»" for title in found["duplicates"])
        told.append(
            _("Deux colonnes portent le même titre\u00a0: %(titles)s.")
            % {"titles": titles}
        )
    return told
