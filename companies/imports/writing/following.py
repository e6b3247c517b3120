"""The leader, and what the desk itself says of a company: its status, its notes."""

from typing import Any, Final

from companies import targets
from companies.choices import Status
from companies.imports.chunks import Chunk, Tally
from companies.imports.codes import Repair
from companies.imports.fields import Policy
from companies.imports.writing.comparing import FILLED, KEPT, OVERWRITTEN, WORDS

_NAMED: Final = "SELECT siren FROM imported WHERE surname IS NOT NULL"
_FOLLOWED: Final = "SELECT siren FROM imported WHERE status IS NOT NULL"

# The same words in another order, or other capitals, are the same person.
_WORDS: Final = (
    "(SELECT array_agg(word ORDER BY word)"
    " FROM regexp_split_to_table(fold(trim({})), '[^A-Z0-9]+') word)"
)
_WORDS_OF: Final = {
    "leader": _WORDS.format("t.leader_name"),
    "first": _WORDS.format("s.first_name || ' ' || s.surname"),
    "officer": _WORDS.format("k.first_name || ' ' || k.surname"),
    "other": _WORDS.format("(o.one->>0) || ' ' || (o.one->>1)"),
}
_LEADERS: Final = """
CREATE TEMP TABLE leaders ON COMMIT DROP AS
SELECT s.siren, n.siren IS NOT NULL AS is_new, s.surname, s.first_name, m.others,
    is_same, coalesce(t.leader_name, '') AS before,
    CASE WHEN is_same THEN t.leader_name
        ELSE trim(s.first_name || ' ' || s.surname) END AS full_name,
    CASE WHEN coalesce(t.leader_name, '') = ''
            AND NOT EXISTS (SELECT FROM officer o WHERE o.siren = s.siren)
        THEN %(filled)s
        WHEN is_same AND m.others IS NULL THEN 0
        ELSE %(replaced)s END AS w_leader
FROM imported s JOIN company c ON c.siren = s.siren
LEFT JOIN created n ON n.siren = s.siren
LEFT JOIN target t ON t.siren = s.siren
CROSS JOIN LATERAL (SELECT coalesce({leader} = {first}, false) AS is_same) p
LEFT JOIN LATERAL (
    SELECT jsonb_agg(o.one ORDER BY o.rank) AS others
    FROM jsonb_array_elements(s.others) WITH ORDINALITY AS o (one, rank)
    WHERE NOT EXISTS (SELECT FROM officer k WHERE k.siren = s.siren
        AND {officer} = {other})
) m ON s.others IS NOT NULL
WHERE s.surname IS NOT NULL AND c.diffusion <> 'P'
"""
_SEVERAL: Final = "SELECT line FROM imported WHERE others IS NOT NULL ORDER BY line"
_LEADER_CHANGES: Final = """
INSERT INTO import_change (of_id, siren, thing, before, after)
SELECT %s, w.siren, 'leader',
    jsonb_build_object('leader_name', w.before, 'leader_birth_year',
        t.leader_birth_year, 'leader_since', t.leader_since),
    jsonb_build_object('leader_name', w.full_name, 'others', w.others,
        'surname', CASE WHEN NOT w.is_same THEN w.surname END,
        'first_name', CASE WHEN NOT w.is_same THEN w.first_name END)
FROM leaders w LEFT JOIN target t ON t.siren = w.siren
WHERE w.w_leader IN (1, 2) AND NOT w.is_new
"""
_INSERT_OFFICERS: Final = """
INSERT INTO officer (siren, surname, first_name, role, role_code, is_company, rank,
    source, retrieved_at, is_sandbox)
SELECT w.siren, o.one->>1, o.one->>0, %s, '', false, o.rank - 1, 'import', now(), false
FROM leaders w CROSS JOIN LATERAL jsonb_array_elements(
    jsonb_build_array(jsonb_build_array(w.first_name, w.surname))
        || coalesce(w.others, '[]')) WITH ORDINALITY AS o (one, rank)
WHERE w.w_leader IN (1, 2) AND NOT (w.is_same AND o.rank = 1) AND NOT EXISTS (
    SELECT FROM officer k WHERE k.siren = w.siren AND k.source = 'import'
        AND k.surname = o.one->>1 AND k.first_name = o.one->>0)
ORDER BY w.siren, o.rank
"""
_SET_LEADERS: Final = """
UPDATE target t SET leader_name = w.full_name,
    leader_birth_year = CASE WHEN w.is_same THEN t.leader_birth_year END,
    leader_since = CASE WHEN w.is_same THEN t.leader_since END
FROM leaders w WHERE t.siren = w.siren AND w.w_leader IN (1, 2)
"""
# A word of the domain, stored like those of the register.
ROLE: Final = "Dirigeant"


def write_leaders(cursor: Any, chunk: Chunk, tally: Tally) -> None:
    if "surname" not in chunk.rows.column_names:
        return
    cursor.execute(_SEVERAL)
    for (line,) in cursor.fetchall():
        tally.note(Repair.SEVERAL_PEOPLE, line)
    cursor.execute(_LEADERS.format(**_WORDS_OF), _numbers(chunk.policy("leader")))
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
