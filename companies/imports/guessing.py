"""Which column is which: remembered, by its title, or by what stands in it."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from companies.imports import fields
from companies.imports.models import ColumnMapping, Import, ImportKind
from companies.nomenclature import normal_naf
from mainsite.lib.siren import is_valid_siren, is_valid_siret, repair_lost_zero

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_PHONE: Final = re.compile(r"(?:\+33|0)[ .-]?[1-9](?:[ .-]?[0-9]{2}){4}")
_POSTAL: Final = re.compile(r"[0-9]{5}")
_SEPARATORS: Final = re.compile("[\\s\u00a0\u202f.-]")
_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")


def _is_a_siren(digits: str) -> bool:
    """Right as it is, or less a lost zero: a year is not a SIREN of many zeros."""
    return is_valid_siren(digits) or repair_lost_zero(digits) is not None


# By content, the surest first: a field goes to the first column that is mostly it.
_MOSTLY: Final = 0.6
_TESTS: Final[tuple[tuple[str, Callable[[str], object]], ...]] = (
    ("siret", lambda cell: is_valid_siret(_SEPARATORS.sub("", cell))),
    ("siren", lambda cell: _is_a_siren(_SEPARATORS.sub("", cell))),
    ("email", _EMAIL.fullmatch),
    ("phone", _PHONE.fullmatch),
    ("naf_code", normal_naf),
    ("postal_code", _POSTAL.fullmatch),
    ("name", _LETTERS.search),
)


def mapping_of(imp: Import, rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """``mapping``, ``policies`` and ``options``, as last used for this header.

    A header never seen is guessed by its titles; without one, by its first rows.
    """
    remembered = ColumnMapping.objects.filter(
        desk_id=imp.desk_id, kind=imp.kind, signature=imp.signature
    ).first()
    if remembered is not None and imp.detected.get("header_row"):
        return {
            "mapping": remembered.mapping,
            "policies": remembered.policies,
            "options": remembered.options,
        }
    found = fields.guess_by_titles(imp.detected.get("titles", ()), imp.kind)
    if not set(found.values()) & set(fields.KEYS):
        found |= _by_content(rows, found, imp.kind)
    return {"mapping": found, "policies": {}, "options": {}}


def _by_content(
    rows: Sequence[Sequence[str]], taken: dict[str, str], kind: str
) -> dict[str, str]:
    """Fields of columns that no title told of, by most of their cells."""
    may = {each.code for each in fields.fields_of(kind)} - set(taken.values())
    found: dict[str, str] = {}
    width = max((len(row) for row in rows), default=0)
    for code, is_one in _TESTS:
        # With titles only the key is looked for: the rest is the person's to say.
        if code not in may or (taken and code not in fields.KEYS):
            continue
        for place in map(str, range(width)):
            if place not in taken and place not in found:
                cells = [row[int(place)] for row in rows if int(place) < len(row)]
                if _is_mostly(cells, is_one):
                    found[place] = code
                    break
    return found


def _is_mostly(cells: Sequence[str], is_one: Callable[[str], object]) -> bool:
    given = [cell.strip() for cell in cells if cell.strip()]
    return bool(given) and sum(map(bool, map(is_one, given))) >= _MOSTLY * len(given)


def remember(imp: Import) -> None:
    if not imp.detected.get("header_row"):
        return
    ColumnMapping.objects.update_or_create(
        desk_id=imp.desk_id,
        kind=imp.kind,
        signature=imp.signature,
        defaults={
            "mapping": imp.mapping,
            "policies": imp.policies,
            "options": imp.options,
        },
    )


def has_name_to_match(imp: Import) -> bool:
    """Rows that name their company without SIREN or SIRET can be matched."""
    return imp.kind in ImportKind.values and "name" in imp.mapping.values()
