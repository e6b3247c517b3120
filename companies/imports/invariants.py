"""What must be true of every import, as SQL that finds the exceptions."""

RULES = {
    "lignes lues d’un import = nouvelles + changées + identiques + refusées": """
        SELECT id FROM import_file
        WHERE started_at IS NOT NULL AND state IN ('done', 'stopped', 'failed')
            AND coalesce((counts->>'read')::int, 0)
                <> coalesce((counts->>'new')::int, 0)
                + coalesce((counts->>'updated')::int, 0)
                + coalesce((counts->>'unchanged')::int, 0)
                + coalesce((counts->>'refused')::int, 0)
    """,
    "un import terminé est allé au bout de son fichier": """
        SELECT id FROM import_file WHERE state = 'done' AND position <> rows_total
    """,
    "ce qu’un import a écrit est la somme de ses lots": """
        SELECT i.id FROM import_file i LEFT JOIN import_chunk c ON c.of_id = i.id
        WHERE i.state IN ('done', 'running', 'stopped') AND i.started_at IS NOT NULL
        GROUP BY i.id, i.position HAVING i.position <> coalesce(sum(c.rows), 0)
    """,
    "aucun import en cours sans signe de vie": """
        SELECT id FROM import_file
        WHERE state IN ('checking', 'running', 'undoing')
            AND heartbeat_at < now() - interval '30 minutes'
    """,
}
