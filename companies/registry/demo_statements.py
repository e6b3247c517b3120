"""The SQL that follows the register's load of the demonstration."""

from collections.abc import Sequence

from psycopg import sql

ACCOUNTS = (
    "siren",
    "closed_on",
    "account_type",
    "revenue",
    "net_income",
    "has_unit_jump",
)

PREPARE = sql.SQL(
    """
SET LOCAL statement_timeout = 0;
SET LOCAL client_min_messages = warning;
CREATE TEMP TABLE IF NOT EXISTS demo_company (siren integer) ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS demo_accounts (
    siren integer, closed_on date, account_type text,
    revenue bigint, net_income bigint, has_unit_jump boolean
) ON COMMIT DROP;
TRUNCATE demo_company, demo_accounts;
"""
)


def copy(table: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN (NULL '')").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )


# An exercise that an enrichment has merged since is left to it.
WRITE_ACCOUNTS = """
INSERT INTO annual_accounts (siren, closed_on, account_type, is_closing_estimated,
    revenue, net_income, is_confidential, is_sandbox, has_unit_jump, provenance,
    disagreements)
SELECT d.siren, d.closed_on, d.account_type, false, d.revenue, d.net_income,
    false, false, d.has_unit_jump,
    jsonb_strip_nulls(jsonb_build_object(
        'revenue', CASE WHEN d.revenue IS NOT NULL
            THEN jsonb_build_array('inpi_bce', %(collected_on)s::text) END,
        'net_income', CASE WHEN d.net_income IS NOT NULL
            THEN jsonb_build_array('inpi_bce', %(collected_on)s::text) END)),
    '{}'
FROM demo_accounts d JOIN company USING (siren)
ON CONFLICT (siren, closed_on, account_type) DO NOTHING
"""

# The exercise that stands for a company: the newest year, then its own accounts before
# the group's, as companies.facts.latest_figures has it.
WRITE_TARGETS = """
WITH ranked AS (
    SELECT *, extract(year FROM closed_on) AS year,
        strpos('CSK', account_type) AS preference
    FROM demo_accounts
), filed AS (
    SELECT DISTINCT ON (siren) siren, closed_on FROM ranked
    ORDER BY siren, year DESC, preference, closed_on DESC
), told AS (
    SELECT DISTINCT ON (siren) * FROM ranked WHERE revenue IS NOT NULL
    ORDER BY siren, year DESC, preference, closed_on DESC
)
INSERT INTO target (siren, geo, created_on, headcount, naf, legal_form, flags,
    folded_name, revenue, revenue_year, net_income, accounts_closed_on)
SELECT f.siren, r.geo, r.created_on, r.headcount, r.naf, r.legal_form, r.flags,
    c.folded_name, t.revenue, t.year, t.net_income, f.closed_on
FROM filed f JOIN company c USING (siren) JOIN register r USING (siren)
LEFT JOIN told t USING (siren)
ON CONFLICT (siren) DO NOTHING
"""

WRITE_READINGS = """
INSERT INTO source_reading (siren, source, retrieved_at, status, is_sandbox, gave)
SELECT siren, 'sirene', %(collected_at)s, 'found', false, '{"identity": 1}'::jsonb
FROM demo_company JOIN company USING (siren)
UNION ALL
SELECT siren, 'inpi_bce', %(collected_at)s, 'found', false,
    jsonb_build_object('accounts', count(*))
FROM demo_accounts JOIN company USING (siren) GROUP BY siren
ON CONFLICT (siren, source) DO NOTHING
"""
