"""What must be true of the ledger at any moment, as SQL that finds the exceptions.

Raw answers are dropped after thirty-six months: rules about them look no further.
"""

import hashlib
import zlib
from dataclasses import dataclass

from django.db import connection, transaction

from enrichment import packing
from enrichment.models import Answer
from mainsite.lib.connections import take_time

# Each answers with the identifiers of the rows that break it.
RULES = {
    "les lignes d’un lot sont ses sociétés acceptées, une fois par source": """
        SELECT b.id FROM enrichment_batch b
        JOIN enrichment_item i ON i.batch_id = b.id
        GROUP BY b.id, b.detected
        HAVING count(DISTINCT i.siren) <> (b.detected->>'accepted')::int
            OR count(*) <> count(DISTINCT i.siren)
                * count(DISTINCT (i.source, i.subject))
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
            AND i.updated_at > now() - interval '35 months'
    """,
    "une ligne enrichie porte l’empreinte de sa réponse": """
        SELECT i.id FROM enrichment_item i JOIN enrichment_answer a
            ON a.id = i.answer_id AND a.siren = i.siren AND a.source = i.source
        WHERE i.state IN ('done', 'reused') AND i.result_sha256 <> ''
            AND i.result_sha256 <> a.sha256
    """,
    "un appel n’a qu’une réponse": """
        SELECT call_id FROM enrichment_answer GROUP BY call_id HAVING count(*) > 1
    """,
    "un appel payé a une réponse": """
        SELECT c.id FROM enrichment_call c
        LEFT JOIN enrichment_answer a ON a.call_id = c.id
        WHERE c.state = 'paid' AND a.id IS NULL
            AND c.opened_at > now() - interval '35 months'
    """,
    "aucun appel en vol sans ligne en cours": """
        SELECT c.id FROM enrichment_call c
        WHERE c.state = 'open' AND c.opened_at < now() - interval '90 seconds'
            AND NOT EXISTS (SELECT 1 FROM enrichment_item i
                WHERE i.batch_id = c.batch_id AND i.siren = c.siren
                AND i.source = c.source AND i.subject = c.subject
                AND i.state = 'running')
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
    "les mouvements d’un appel font ce qu’il coûte": """
        SELECT c.id FROM enrichment_call c
        LEFT JOIN enrichment_moneyline m ON m.call_id = c.id
        WHERE c.opened_at >= (SELECT min(at) FROM enrichment_moneyline)
        GROUP BY c.id, c.state, c.held_eur, c.amount_eur
        HAVING coalesce(sum(m.amount_eur), 0) <> CASE
            WHEN c.state IN ('open', 'lost') THEN c.held_eur ELSE c.amount_eur END
    """,
    "le jour d’un utilisateur est la somme de ses mouvements": """
        SELECT d.id FROM enrichment_dayspending d
        LEFT JOIN enrichment_moneyline m ON m.user_id = d.user_id AND m.day = d.day
        GROUP BY d.id, d.committed_eur
        HAVING d.committed_eur <> coalesce(sum(m.amount_eur), 0)
    """,
    "aucun mouvement sans le jour de son utilisateur": """
        SELECT m.id FROM enrichment_moneyline m
        LEFT JOIN enrichment_dayspending d ON d.user_id = m.user_id AND d.day = m.day
        WHERE d.id IS NULL
    """,
}


@dataclass(frozen=True)
class Broken:
    rule: str
    count: int
    example: str


# Packed bodies are unpacked here, so many at a time.
BODIES = 1000
SAME_BYTES = "une réponse est celle qui a été reçue, octet pour octet"


@transaction.atomic
def broken() -> list[Broken]:
    """The rules that do not hold now, with how many rows break each."""
    take_time()
    found = _altered_answers()
    with connection.cursor() as cursor:
        for rule, sql in RULES.items():
            cursor.execute(sql)
            rows = cursor.fetchall()
            if rows:
                found.append(Broken(rule, len(rows), str(rows[0][0])))
    return found


def _altered_answers() -> list[Broken]:
    """Those whose body is not the one that was received; erased ones have none."""
    kept = Answer.objects.exclude(encoding=packing.ERASED).order_by("pk")
    altered = [
        answer.pk
        for answer in kept.only("raw", "encoding", "sha256").iterator(BODIES)
        if not _is_intact(answer)
    ]
    return [Broken(SAME_BYTES, len(altered), str(altered[0]))] if altered else []


def _is_intact(answer: Answer) -> bool:
    try:
        return hashlib.sha256(answer.body).hexdigest() == answer.sha256
    except zlib.error:
        return False
