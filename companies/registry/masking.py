"""What is forgotten of a company that is no longer fully diffused.

INSEE's partial diffusion hides addresses, and of sole traders the names; what other
sources said of persons goes with them (product.md, rules 6 and 10).
"""

from typing import Any

from companies.registry.vectors.keys import Integers

# Of the companies that a chunk has just written.
_FORGET_OFFICERS = """
DELETE FROM officer USING written w
WHERE officer.siren = w.siren AND w.flags & 2 <> 0 AND NOT officer.is_company
"""
_FORGET_LEADERS = """
UPDATE target t SET (leader_birth_year, leader_since, leader_name, has_email,
    has_phone) = ROW (NULL::smallint, NULL::date, '', false, false)
FROM written w
WHERE t.siren = w.siren AND w.flags & 2 <> 0
    AND (t.leader_birth_year, t.leader_since, t.leader_name, t.has_email, t.has_phone)
    IS DISTINCT FROM (NULL::smallint, NULL::date, ''::text, false, false)
"""

_WITHDRAW = """
WITH w AS (
    UPDATE company SET diffusion = 'P', address = '', latitude = NULL,
        longitude = NULL, registered_at = now(),
        name = CASE WHEN legal_form LIKE '1%%' THEN '' ELSE name END,
        trade_name = CASE WHEN legal_form LIKE '1%%' THEN '' ELSE trade_name END,
        acronym = CASE WHEN legal_form LIKE '1%%' THEN '' ELSE acronym END
    WHERE siren = ANY (%s) AND (diffusion <> 'P' OR address <> ''
        OR latitude IS NOT NULL
        OR (legal_form LIKE '1%%' AND name || trade_name || acronym <> ''))
    RETURNING siren, is_active::int + 2 + 4 * (name <> '')::int
)
INSERT INTO written (siren, flags) SELECT * FROM w
"""
_FLAG_REGISTER = """
UPDATE register r SET flags = w.flags FROM written w WHERE r.siren = w.siren
"""
_FLAG_TARGET = """
UPDATE target t SET flags = w.flags, folded_name = c.folded_name
FROM written w JOIN company c USING (siren) WHERE t.siren = w.siren
"""


def forget_persons(cursor: Any) -> None:
    cursor.execute(_FORGET_OFFICERS)
    cursor.execute(_FORGET_LEADERS)


def withdraw(cursor: Any, sirens: Integers) -> int:
    """Mask stored companies whose rows are left out; returns how many there were."""
    cursor.execute(_WITHDRAW, [sirens.tolist()])
    masked = int(cursor.rowcount)
    if masked:
        cursor.execute(_FLAG_REGISTER)
        cursor.execute(_FLAG_TARGET)
        forget_persons(cursor)
        cursor.execute("TRUNCATE written")
    return masked
