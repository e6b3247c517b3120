"""The audit trail in a chain: each seal holds the digest of its entries and of the seal
before it, so that an entry changed or taken away is found.

Seals are made by one function of the owner. The application may call it and read what
it made; it can neither write a seal nor change one.
"""

from django.db import migrations, models

from mainsite.lib.application_role import application_role, leave_only

TABLE = """
CREATE TABLE audit_seal (
    number bigint PRIMARY KEY,
    sealed_at timestamptz NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    entries bigint[] NOT NULL,
    rows_digest char(64) NOT NULL,
    digest char(64) NOT NULL,
    CONSTRAINT audit_seal_holds_something CHECK (cardinality(entries) > 0),
    CONSTRAINT audit_seal_is_in_order CHECK (number > 0 AND first_at <= last_at)
);
CREATE INDEX audit_seal_sealed_at ON audit_seal (sealed_at);
COMMENT ON TABLE audit_seal IS
    'Chain of digests over the audit trail, made by audit_seal_now; never changed.';
COMMENT ON COLUMN audit_seal.number IS 'Place in the chain, from 1, without a gap.';
COMMENT ON COLUMN audit_seal.sealed_at IS 'When it was made.';
COMMENT ON COLUMN audit_seal.first_at IS 'Moment of its oldest entry.';
COMMENT ON COLUMN audit_seal.last_at IS 'Moment of its newest entry.';
COMMENT ON COLUMN audit_seal.entries IS 'Keys of its entries, in order.';
COMMENT ON COLUMN audit_seal.rows_digest IS 'SHA-256 of the entries'' text.';
COMMENT ON COLUMN audit_seal.digest IS
    'SHA-256 of number, digest before, keys and rows_digest.';
CREATE TRIGGER audit_seal_never_changes
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
"""
# The text of an entry is that of a jsonb array, whose form PostgreSQL fixes; a moment
# is a number, so that no time zone changes it.
DIGESTS = """
CREATE FUNCTION audit_rows_digest(p_entries bigint[], p_first timestamptz,
    p_last timestamptz, OUT found bigint, OUT digest text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*), encode(sha256(convert_to(coalesce(string_agg(
        jsonb_build_array(e.id, extract(epoch FROM e.at), e.actor_id, e.action,
            e.resource, e.details, host(e.address), e.agent, e.request_id)::text,
        E'\\n' ORDER BY e.id), ''), 'UTF8')), 'hex')
    FROM public.accounts_auditentry e
    WHERE e.at BETWEEN p_first AND p_last AND e.id = ANY (p_entries)
$$;
CREATE FUNCTION audit_seal_digest(p_number bigint, p_before text, p_entries bigint[],
    p_rows text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(sha256(convert_to(concat_ws('|', p_number, p_before,
        array_to_string(p_entries, ','), p_rows), 'UTF8')), 'hex')
$$;
"""
# A transaction may commit an entry after younger ones were sealed: what is in no seal is
# looked for three days back, far beyond the longest transaction there can be.
SEAL = """
CREATE FUNCTION audit_seal_now(p_most integer DEFAULT 5000) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    chain constant bigint := 7310597163;
    newest record;
    since timestamptz;
    found record;
    rows_text text;
BEGIN
    PERFORM pg_advisory_xact_lock(chain);
    SELECT s.number, s.sealed_at, s.digest INTO newest
    FROM public.audit_seal s ORDER BY s.number DESC LIMIT 1;
    since := coalesce(newest.sealed_at - interval '3 days', '-infinity');
    SELECT array_agg(e.id ORDER BY e.id) AS entries, min(e.at) AS first_at,
        max(e.at) AS last_at, count(*) AS rows INTO found
    FROM (
        SELECT a.id, a.at FROM public.accounts_auditentry a
        WHERE a.at >= since AND NOT EXISTS (
            SELECT FROM (SELECT unnest(s.entries) AS id FROM public.audit_seal s
                WHERE s.sealed_at >= since - interval '1 day') known
            WHERE known.id = a.id)
        ORDER BY a.id LIMIT p_most
    ) e;
    IF found.rows = 0 THEN
        RETURN 0;
    END IF;
    SELECT d.digest INTO rows_text FROM public.audit_rows_digest(
        found.entries, found.first_at, found.last_at) d;
    INSERT INTO public.audit_seal (number, sealed_at, first_at, last_at, entries,
        rows_digest, digest)
    VALUES (coalesce(newest.number, 0) + 1, clock_timestamp(), found.first_at,
        found.last_at, found.entries, rows_text,
        public.audit_seal_digest(coalesce(newest.number, 0) + 1,
            coalesce(newest.digest, ''), found.entries, rows_text));
    RETURN found.rows;
END $$;
REVOKE ALL ON FUNCTION audit_seal_now FROM PUBLIC;
"""
DROP = """
DROP FUNCTION audit_seal_now;
DROP FUNCTION audit_seal_digest;
DROP FUNCTION audit_rows_digest;
DROP TABLE audit_seal;
"""


def limit_application_role(apps, schema_editor):
    role = application_role(schema_editor.connection)
    if role is None:
        return
    with schema_editor.connection.cursor() as cursor:
        leave_only(cursor, role, table="audit_seal", rights="SELECT")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION audit_seal_now TO {role}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_scheduled_run")]
    operations = [
        migrations.RunSQL(TABLE + DIGESTS + SEAL, DROP),
        migrations.RunPython(limit_application_role, migrations.RunPython.noop),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                (
                    "number",
                    models.BigIntegerField(
                        db_comment="Place in the chain, from 1, without a gap.",
                        primary_key=True,
                        serialize=False,
                        verbose_name="numéro",
                    ),
                ),
                ("sealed_at", models.DateTimeField(verbose_name="scellé le")),
                ("first_at", models.DateTimeField(verbose_name="première trace")),
                ("last_at", models.DateTimeField(verbose_name="dernière trace")),
                ("digest", models.CharField(max_length=64, verbose_name="empreinte")),
            ],
            options={
                "verbose_name": "sceau de la trace d’audit",
                "verbose_name_plural": "sceaux de la trace d’audit",
                "db_table": "audit_seal",
                "managed": False,
                "db_table_comment": "Chain of digests over the audit trail, made by audit_seal_now.",
            },
        ),
    ]
