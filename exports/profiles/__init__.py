"""The shapes a selection is written in: one table of columns each."""

from exports.models import Format, Profile
from exports.profiles import airtable, analyse, complet, excel, profil, rapide, sql
from exports.profiles.column import TRACE, Column, Table

TABLES: dict[str, Table] = {
    Profile.RAPIDE: rapide.TABLE,
    Profile.ANALYSE: analyse.TABLE,
    Profile.EXCEL: excel.TABLE,
    Profile.COMPLET: complet.TABLE,
    Profile.SQL: sql.TABLE,
    Profile.AIRTABLE: airtable.TABLE,
    Profile.PROFIL: profil.TABLE,
}
FORMATS: dict[str, tuple[str, ...]] = {
    Profile.RAPIDE: (Format.CSV,),
    Profile.ANALYSE: (Format.CSV, Format.XLSX),
    Profile.EXCEL: (Format.XLSX,),
    Profile.COMPLET: (Format.CSV, Format.JSONL, Format.PARQUET),
    Profile.SQL: (Format.SQL, Format.SQLITE),
    Profile.AIRTABLE: (),
    Profile.PROFIL: (Format.PDF,),
}


def table(
    profile: str,
    *,
    with_contacts: bool = False,
    watermark: str = "",
    columns: list[str] | None = None,
) -> Table:
    """The table of one export; ``columns`` are the names kept, all when None.

    ``watermark`` is said on every row of a file with contacts, whatever was chosen.
    """
    found = TABLES[profile]
    if not with_contacts:
        found = found.without_contacts()
    if columns is not None:
        found = found.chosen(columns)
    return found.marked(watermark) if with_contacts and watermark else found


__all__ = ["FORMATS", "TABLES", "TRACE", "Column", "Table", "table"]
