"""What must be true of the ledger at any moment, as SQL that finds the exceptions."""

from dataclasses import dataclass

from django.db import connection

# Each answers with the identifiers of the rows that break it.
RULES = {
    "les lignes d’un lot sont ses sociétés acceptées, une fois par source": """
        SELECT b.id FROM enrichment_batch b
        JOIN enrichment_item i ON i.batch_id = b.id
        GROUP BY b.id, b.detected
        HAVING count(DISTINCT i.siren) <> (b.detected->>'accepted')::int
            OR count(*) <> count(DISTINCT i.siren) * count(DISTINCT i.source)
    """,
    "lignes lues = acceptées + refusées": """
        SELECT b.id FROM enrichment_batch b
        WHERE b.lines_read <> coalesce((b.detected->>'accepted')::int, 0)
            + coalesce((SELECT sum(value::int)
                FROM jsonb_each_text(b.detected->'refused')), 0)
    """,
    "un lot terminé n’a plus rien à faire": """
        SELECT b.id FROM enrichment_batch b
        WHERE b.state = 'done' AND EXISTS (SELECT 1 FROM enrichment_item i
            WHERE i.batch_id = b.id AND i.state IN ('waiting', 'running'))
    """,
    "aucune ligne en cours sans bail vivant": """
        SELECT id FROM enrichment_item
        WHERE state = 'running' AND lease_until < now() - interval '30 seconds'
    """,
    "une ligne enrichie a une réponse de sa société et de sa source": """
        SELECT i.id FROM enrichment_item i LEFT JOIN enrichment_answer a
            ON a.id = i.answer_id AND a.siren = i.siren AND a.source = i.source
        WHERE i.state IN ('done', 'reused') AND a.id IS NULL
    """,
    "une réponse est celle qui a été reçue, octet pour octet": """
        SELECT id FROM enrichment_answer
        WHERE sha256 <> encode(sha256(raw), 'hex')
    """,
    "un appel payé a une réponse": """
        SELECT c.id FROM enrichment_call c
        LEFT JOIN enrichment_answer a ON a.call_id = c.id
        WHERE c.state = 'paid' AND a.id IS NULL
    """,
    "aucun appel en vol sans ligne en cours": """
        SELECT c.id FROM enrichment_call c
        WHERE c.state = 'open' AND c.opened_at < now() - interval '90 seconds'
            AND NOT EXISTS (SELECT 1 FROM enrichment_item i
                WHERE i.batch_id = c.batch_id AND i.siren = c.siren
                AND i.source = c.source AND i.state = 'running')
    """,
    "l’engagé d’un lot est la somme de ses appels": """
        SELECT b.id FROM enrichment_batch b
        LEFT JOIN enrichment_call c ON c.batch_id = b.id
        GROUP BY b.id, b.committed_eur
        HAVING b.committed_eur <> coalesce(sum(CASE WHEN c.state IN ('open', 'lost')
            THEN c.held_eur ELSE c.amount_eur END), 0)
    """,
    "aucun lot ne passe son plafond": """
        SELECT id FROM enrichment_batch WHERE committed_eur > cap_eur
    """,
}


@dataclass(frozen=True)
class Broken:
    rule: str
    count: int
    example: str


def broken() -> list[Broken]:
    """The rules that do not hold now, with how many rows break each."""
    found = []
    with connection.cursor() as cursor:
        for rule, sql in RULES.items():
            cursor.execute(sql)
            rows = cursor.fetchall()
            if rows:
                found.append(Broken(rule, len(rows), str(rows[0][0])))
    return found
