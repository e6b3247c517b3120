"""What a mapping does not say yet, in words."""

from django.utils.translation import gettext as _

from companies.imports import fields
from companies.imports.kinds import KINDS
from companies.imports.models import ColumnMapping, Import, ImportKind

_AMOUNTS = frozenset({"revenue", "net_income"})


def sentences(imp: Import) -> list[str]:
    codes = set(imp.mapping.values())
    if imp.kind in KINDS:
        lacks = KINDS[imp.kind].lacks(codes, imp.options)
        return [*_key(imp, codes), *([lacks] if lacks else [])]
    return [*_key(imp, codes), *_of_companies(imp, codes)]


def _key(imp: Import, codes: set[str]) -> list[str]:
    if codes & set(fields.KEYS):
        return []
    if imp.kind == ImportKind.OPPOSITIONS:
        return []
    if "name" in codes:
        told = [
            _(
                "Ni SIREN ni SIRET\u00a0: chaque ligne sera rapprochée par son nom, "
                "et vous trancherez les cas douteux."
            )
        ]
        if not codes & {"postal_code", "commune"}:
            told.append(
                _("Ni code postal ni commune\u00a0: bien des noms seront douteux.")
            )
        return told
    return [_("Aucune colonne ne dit de quelle société il s’agit.")]


def _of_companies(imp: Import, codes: set[str]) -> list[str]:
    told = []
    if _AMOUNTS & codes and "year" not in codes and not imp.options.get("year"):
        told.append(_("L’exercice des montants."))
    if "name" not in codes:
        told.append(
            _("La dénomination\u00a0: une société absente du registre sera refusée.")
        )
    return told


def is_remembered(imp: Import) -> bool:
    """The desk has read such a header before, and the columns are as it did."""
    rows = ColumnMapping.objects.filter(
        desk_id=imp.desk_id, kind=imp.kind, signature=imp.signature
    )
    known = rows.first()
    return bool(imp.detected.get("header_row")) and (
        known is not None and known.mapping == imp.mapping
    )
