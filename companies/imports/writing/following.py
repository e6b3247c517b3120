"""The leader, and what the desk itself says of a company: its status, its notes."""

from typing import Any, Final

from companies import targets
from companies.choices import Status
from companies.imports.chunks import Chunk, Tally
from companies.imports.fields import Policy
from companies.imports.writing.comparing import FILLED, KEPT, OVERWRITTEN, WORDS

_NAMED: Final = "SELECT siren FROM imported WHERE surname IS NOT NULL"
_FOLLOWED: Final = "SELECT siren FROM imported WHERE status IS NOT NULL"

# The same words in another order, or other capitals, are the same person.
_LEADERS: Final = """
CREATE TEMP TABLE leaders ON COMMIT DROP AS
SELECT s.siren, n.siren IS NOT NULL AS is_new, s.surname, s.first_name,
    trim(s.first_name || ' ' || s.surname) AS full_name,
    coalesce(t.leader_name, '') AS before,
    CASE WHEN coalesce(t.leader_name, '') = ''
            AND NOT EXISTS (SELECT FROM officer o WHERE o.siren = s.siren)
        THEN %(filled)s
        WHEN (SELECT array_agg(word ORDER BY word) FROM regexp_split_to_table(
                fold(t.leader_name), '[^A-Z0-9]+') word)
            = (SELECT array_agg(word ORDER BY word) FROM regexp_split_to_table(
                fold(trim(s.first_name || ' ' || s.surname)), '[^A-Z0-9]+') word)
            THEN 0
        ELSE %(replaced)s END AS w_leader
FROM imported s JOIN company c ON c.siren = s.siren
LEFT JOIN created n ON n.siren = s.siren
LEFT JOIN target t ON t.siren = s.siren
WHERE s.surname IS NOT NULL AND c.diffusion <> 'P'
"""
_LEADER_CHANGES: Final = """
INSERT INTO import_change (of_id, siren, thing, before, after)
SELECT %s, w.siren, 'leader',
    jsonb_build_object('leader_name', w.before, 'leader_birth_year',
        t.leader_birth_year, 'leader_since', t.leader_since),
    jsonb_build_object('leader_name', w.full_name, 'surname', w.surname,
        'first_name', w.first_name)
FROM leaders w LEFT JOIN target t ON t.siren = w.siren
WHERE w.w_leader IN (1, 2) AND NOT w.is_new
"""
_INSERT_OFFICERS: Final = """
INSERT INTO officer (siren, surname, first_name, role, role_code, is_company, rank,
    source, retrieved_at, is_sandbox)
SELECT w.siren, w.surname, w.first_name, %s, '', false, 0, 'import', now(), false
FROM leaders w WHERE w.w_leader IN (1, 2) AND NOT EXISTS (
    SELECT FROM officer o WHERE o.siren = w.siren AND o.source = 'import'
        AND o.surname = w.surname AND o.first_name = w.first_name)
ORDER BY w.siren
"""
_SET_LEADERS: Final = """
UPDATE target t SET leader_name = w.full_name, leader_birth_year = NULL,
    leader_since = NULL
FROM leaders w WHERE t.siren = w.siren AND w.w_leader IN (1, 2)
"""
# A word of the domain, stored like those of the register.
ROLE: Final = "Dirigeant"


def write_leaders(cursor: Any, chunk: Chunk, tally: Tally) -> None:
    if "surname" not in chunk.rows.column_names:
        return
    cursor.execute(_LEADERS, _numbers(chunk.policy("leader")))
    cursor.execute(
        "SELECT w_leader, count(*) FROM leaders WHERE NOT is_new AND w_leader > 0"
        " GROUP BY 1"
    )
    _count(cursor, tally, "leader")
    cursor.execute(
        "INSERT INTO touched SELECT siren FROM leaders"
        " WHERE w_leader IN (1, 2) AND NOT is_new"
    )
    if not chunk.is_trial:
        targets.ensure_selected(cursor, _NAMED)
        cursor.execute(_LEADER_CHANGES, [chunk.imp.pk])
        cursor.execute(_INSERT_OFFICERS, [ROLE])
        cursor.execute(_SET_LEADERS)


def _numbers(policy: str) -> dict[str, int]:
    return {
        "filled": KEPT if policy == Policy.NEVER else FILLED,
        "replaced": OVERWRITTEN if policy == Policy.OVERWRITE else KEPT,
    }


def _count(cursor: Any, tally: Tally, code: str) -> None:
    for number, count in cursor.fetchall():
        tally.count(code, WORDS[number], count)


# A lock needs a row: the insert that loses a race waits for the one that wins.
_ENSURE_PURSUITS: Final = """
INSERT INTO pursuit (desk_id, siren, status, reason, since)
SELECT %(desk)s, s.siren, 'prospect', '', now()
FROM imported s JOIN company c ON c.siren = s.siren
WHERE s.status IS NOT NULL AND s.status <> 'prospect'
    AND NOT EXISTS (SELECT FROM pursuit p
        WHERE p.desk_id = %(desk)s AND p.siren = s.siren)
ORDER BY s.siren
ON CONFLICT (desk_id, siren) DO NOTHING
RETURNING siren
"""
_LOCK_PURSUITS: Final = """
    SELECT count(*) FROM (
        SELECT p.siren FROM pursuit p JOIN imported s ON s.siren = p.siren
        WHERE p.desk_id = %(desk)s AND s.status IS NOT NULL
        ORDER BY p.siren FOR UPDATE OF p
    ) locked
"""
_STATUSES: Final = """
CREATE TEMP TABLE statuses ON COMMIT DROP AS
SELECT s.siren, s.line, c.name, s.status, coalesce(s.reason, '') AS reason,
    coalesce(p.status, 'prospect') AS before,
    CASE WHEN coalesce(p.status, 'prospect') = s.status THEN 0
        WHEN coalesce(p.status, 'prospect') = 'prospect' THEN %(filled)s
        ELSE %(replaced)s END AS w_status,
    n.siren IS NOT NULL AS is_new
FROM imported s JOIN company c ON c.siren = s.siren
LEFT JOIN created n ON n.siren = s.siren
LEFT JOIN pursuit p ON p.desk_id = %(desk)s AND p.siren = s.siren
WHERE s.status IS NOT NULL
"""
_STATUS_CHANGES: Final = """
INSERT INTO import_change (of_id, siren, thing, before, after)
SELECT %(imp)s, w.siren, 'pursuit',
    CASE WHEN NOT w.siren = ANY (%(made)s) THEN jsonb_build_object('status', p.status,
        'reason', p.reason, 'wake_on', p.wake_on, 'owner_id', p.owner_id) END,
    jsonb_build_object('status', w.status, 'reason', w.reason)
FROM statuses w JOIN pursuit p ON p.desk_id = %(desk)s AND p.siren = w.siren
WHERE w.w_status IN (1, 2)
"""
_SET_STATUSES: Final = """
UPDATE pursuit p SET status = w.status, reason = w.reason, wake_on = NULL,
    since = now(),
    owner_id = CASE WHEN w.status = 'prospect' THEN NULL
        ELSE coalesce(p.owner_id, %(by)s) END
FROM statuses w
WHERE p.desk_id = %(desk)s AND p.siren = w.siren AND w.w_status IN (1, 2)
"""
_REMEMBER: Final = """
INSERT INTO pursuit_change (desk_id, siren, before, after, reason, by_id, at)
SELECT %(desk)s, w.siren, w.before, w.status, w.reason, %(by)s, now()
FROM statuses w WHERE w.w_status IN (1, 2) ORDER BY w.siren
"""


def write_statuses(cursor: Any, chunk: Chunk, tally: Tally) -> None:
    """The desk's pipeline, with a line of history for each step."""
    if "status" not in chunk.rows.column_names:
        return
    facts = {
        "desk": chunk.imp.desk_id,
        "by": chunk.imp.created_by_id,
        "imp": chunk.imp.pk,
        "made": [],
        **_numbers(chunk.policy("status")),
    }
    is_written = not chunk.is_trial and chunk.policy("status") != Policy.NEVER
    if is_written:
        targets.ensure_selected(cursor, _FOLLOWED)
        cursor.execute(_ENSURE_PURSUITS, facts)
        facts["made"] = [siren for (siren,) in cursor.fetchall()]
        cursor.execute(_LOCK_PURSUITS, facts)
    cursor.execute(_STATUSES, facts)
    cursor.execute(
        "SELECT w_status, count(*) FROM statuses WHERE NOT is_new AND w_status > 0"
        " GROUP BY 1"
    )
    _count(cursor, tally, "status")
    _show_statuses(cursor, chunk, tally)
    cursor.execute(
        "INSERT INTO touched SELECT siren FROM statuses"
        " WHERE w_status IN (1, 2) AND NOT is_new"
    )
    if is_written:
        cursor.execute(_STATUS_CHANGES, facts)
        cursor.execute(_SET_STATUSES, facts)
        cursor.execute(_REMEMBER, facts)


def _show_statuses(cursor: Any, chunk: Chunk, tally: Tally) -> None:
    cursor.execute(
        "SELECT line, siren, name, before, status FROM statuses"
        " WHERE NOT is_new AND w_status > 0 ORDER BY w_status = 2 DESC, line LIMIT 10"
    )
    for line, siren, name, before, after in cursor.fetchall():
        tally.show(
            {
                "line": line,
                "siren": f"{siren:09d}",
                "name": name,
                "field": "status",
                "before": "" if before == Status.PROSPECT else before,
                "after": after,
                "rule": chunk.policy("status"),
            }
        )


_NOTES: Final = """
CREATE TEMP TABLE noted ON COMMIT DROP AS
SELECT s.siren, s.note, n.siren IS NOT NULL AS is_new
FROM imported s JOIN company c ON c.siren = s.siren
LEFT JOIN created n ON n.siren = s.siren
WHERE s.note IS NOT NULL AND NOT EXISTS (SELECT FROM note o
    WHERE o.desk_id = %s AND o.siren = s.siren AND o.text = s.note)
"""
_INSERT_NOTES: Final = """
WITH w AS (
    INSERT INTO note (desk_id, siren, author_id, text, written_at)
    SELECT %(desk)s, w.siren, %(by)s, w.note, now() FROM noted w ORDER BY w.siren
    RETURNING id, siren, text
)
INSERT INTO import_change (of_id, siren, thing, before, after)
SELECT %(imp)s, w.siren, 'note', NULL, jsonb_build_object('id', w.id, 'text', w.text)
FROM w
"""


def write_notes(cursor: Any, chunk: Chunk, tally: Tally) -> None:
    """The same note again is not another one."""
    if "note" not in chunk.rows.column_names:
        return
    cursor.execute(_NOTES, [chunk.imp.desk_id])
    cursor.execute("SELECT count(*) FROM noted WHERE NOT is_new")
    if number := cursor.fetchone()[0]:
        tally.count("note", "filled", number)
    cursor.execute("INSERT INTO touched SELECT siren FROM noted WHERE NOT is_new")
    if not chunk.is_trial:
        imp = chunk.imp
        facts = {"desk": imp.desk_id, "by": imp.created_by_id, "imp": imp.pk}
        cursor.execute(_INSERT_NOTES, facts)
