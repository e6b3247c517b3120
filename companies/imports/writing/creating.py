"""Companies that only the file knows: their wide row and the one of the register."""

from typing import Any, Final

from companies.imports.chunks import Chunk, Refused, Tally
from companies.imports.codes import Reason

# The row's source says where its fields come from, but for those that the register
# never tells: it may take the row over, and leaves them.
_INSERT: Final = """
WITH w AS (
    INSERT INTO company (siren, name, trade_name, acronym, legal_form, naf_code,
        naf25_code, created_on, is_active, diffusion, headcount_band, headcount_year,
        category, capital_eur, website, siret, address, postal_code, commune_code,
        commune, source, source_file, registered_at, provenance)
    SELECT s.siren, s.name, coalesce(s.trade_name, ''), coalesce(s.acronym, ''),
        coalesce(s.legal_form, ''), coalesce(s.naf_code, ''), '', s.created_on, true,
        'O', coalesce(s.headcount_band, ''),
        CASE WHEN s.headcount_band IS NOT NULL
            THEN extract(year FROM s.closed_on)::smallint END,
        '', s.capital, coalesce(s.website, ''), s.siret, coalesce(s.address, ''),
        coalesce(s.postal_code, ''), coalesce(s.commune_code, ''),
        coalesce(s.commune, ''), 'import', %(file)s, now(),
        nullif(jsonb_strip_nulls(jsonb_build_object(
            'website', CASE WHEN s.website IS NOT NULL THEN said END,
            'capital_eur', CASE WHEN s.capital IS NOT NULL THEN said END)), '{}')
    FROM imported s CROSS JOIN (SELECT jsonb_build_array('import',
        to_char(now() AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD')) AS said) d
    WHERE s.name IS NOT NULL
        AND NOT EXISTS (SELECT FROM company c WHERE c.siren = s.siren)
    ORDER BY s.siren
    ON CONFLICT (siren) DO NOTHING
    RETURNING siren
)
INSERT INTO created SELECT siren FROM w
"""
_INSERT_REGISTER: Final = """
INSERT INTO register (siren, geo, created_on, headcount, naf, legal_form, flags)
SELECT s.siren, s.geo, s.created_on, s.headcount, s.naf, s.legal_form::smallint, 5
FROM imported s JOIN created n ON n.siren = s.siren
ON CONFLICT (siren) DO NOTHING
"""
_UNKNOWN: Final = """
    SELECT s.line, s.siren FROM imported s
    WHERE s.name IS NULL AND NOT EXISTS (SELECT FROM company c WHERE c.siren = s.siren)
    ORDER BY s.line
"""
_WOULD_CREATE: Final = """
    SELECT count(*) FROM imported s WHERE s.name IS NOT NULL
        AND NOT EXISTS (SELECT FROM company c WHERE c.siren = s.siren)
"""


def create(cursor: Any, chunk: Chunk, tally: Tally) -> None:
    """Companies that nobody knows: a name is the least to make one."""
    cursor.execute(_UNKNOWN)
    unknown = [
        Refused(line=line, reason=Reason.NO_NAME, field="name", value=f"{siren:09d}")
        for line, siren in cursor.fetchall()
    ]
    if unknown:
        tally.refuse(unknown)
        lines = [each.line for each in unknown]
        cursor.execute("DELETE FROM imported WHERE line = ANY (%s)", [lines])
    if chunk.is_trial:
        cursor.execute(_WOULD_CREATE)
        tally.new = cursor.fetchone()[0]
        return
    cursor.execute(_INSERT, {"file": chunk.imp.file_name})
    tally.new = cursor.rowcount
    if tally.new:
        cursor.execute(_INSERT_REGISTER)
        cursor.execute("SELECT siren FROM created ORDER BY siren")
        tally.new_sirens = [siren for (siren,) in cursor.fetchall()]
