"""After twelve months the trail keeps who did what, and forgets from where.

Addresses and browsers of users are personal data of which nobody needs more than a
year. One function of the owner empties them, of sealed entries only, and writes down
what the digest of each seal is without them: the chain is verified as before. A trigger
lets no other change of an entry through, whoever asks for it.
"""

from django.db import migrations, models

from mainsite.lib.application_role import application_role, leave_only

TABLE = """
CREATE TABLE audit_forgetting (
    seal bigint PRIMARY KEY REFERENCES audit_seal (number),
    forgotten_at timestamptz NOT NULL,
    bare_digest char(64) NOT NULL
);
CREATE INDEX audit_forgetting_run ON audit_forgetting (forgotten_at);
COMMENT ON TABLE audit_forgetting IS
    'Seals whose entries have lost address and browser; made by audit_forget_origins.';
COMMENT ON COLUMN audit_forgetting.seal IS 'Number of the seal.';
COMMENT ON COLUMN audit_forgetting.forgotten_at IS 'When; one moment for each run.';
COMMENT ON COLUMN audit_forgetting.bare_digest IS
    'SHA-256 of the entries'' text without address and browser.';
"""
GUARDS = """
CREATE OR REPLACE FUNCTION accounts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The rows themselves are then looked at one by one, by audit_only_forgets.
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME LIKE 'accounts\\_auditentry%'
        AND current_setting('audit.forgetting', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is refused on %: its rows never change',
        TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION audit_only_forgets() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.at < now() - interval '12 months' AND NEW.address IS NULL AND NEW.agent = ''
        AND ROW(NEW.id, NEW.at, NEW.actor_id, NEW.action, NEW.resource, NEW.details,
            NEW.request_id) IS NOT DISTINCT FROM ROW(OLD.id, OLD.at, OLD.actor_id,
            OLD.action, OLD.resource, OLD.details, OLD.request_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'UPDATE is refused on %: its rows never change', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER auditentry_only_forgets BEFORE UPDATE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_only_forgets();
CREATE TRIGGER audit_forgetting_never_changes
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_forgetting
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
"""
# A seal that no longer fits its entries is left as it is: it is evidence.
FORGET = """
CREATE FUNCTION audit_forget_origins(p_dry_run boolean DEFAULT false,
    OUT seals bigint, OUT entries bigint, OUT digest text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    chain constant bigint := 7310597163;
    kept_since timestamptz := (SELECT date_trunc('month', now() AT TIME ZONE 'UTC')
            AT TIME ZONE 'UTC' - make_interval(months => keep_months)
        FROM public.history_retention WHERE table_name = 'accounts_auditentry');
    s record;
    fits boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(chain);
    seals := 0;
    entries := 0;
    FOR s IN
        SELECT a.number, a.entries AS ids, a.first_at, a.last_at, a.rows_digest
        FROM public.audit_seal a
        WHERE a.last_at < now() - interval '12 months' AND a.first_at >= kept_since
            AND NOT EXISTS (SELECT FROM public.audit_forgetting f
                WHERE f.seal = a.number)
        ORDER BY a.number LIMIT 20000
    LOOP
        SELECT d.digest = s.rows_digest INTO fits
        FROM public.audit_rows_digest(s.ids, s.first_at, s.last_at) d;
        CONTINUE WHEN NOT fits;
        seals := seals + 1;
        entries := entries + cardinality(s.ids);
        CONTINUE WHEN p_dry_run;
        PERFORM set_config('audit.forgetting', 'on', true);
        UPDATE public.accounts_auditentry e SET address = NULL, agent = ''
        WHERE e.at BETWEEN s.first_at AND s.last_at AND e.id = ANY (s.ids);
        PERFORM set_config('audit.forgetting', 'off', true);
        INSERT INTO public.audit_forgetting (seal, forgotten_at, bare_digest)
        SELECT s.number, now(), d.digest
        FROM public.audit_rows_digest(s.ids, s.first_at, s.last_at) d;
    END LOOP;
    SELECT public.audit_forgetting_digest(now()) INTO digest;
END $$;
CREATE FUNCTION audit_forgetting_digest(p_run timestamptz) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(sha256(convert_to(coalesce(string_agg(
        f.seal || ':' || f.bare_digest, ',' ORDER BY f.seal), ''), 'UTF8')), 'hex')
    FROM public.audit_forgetting f WHERE f.forgotten_at = p_run
$$;
REVOKE ALL ON FUNCTION audit_forget_origins FROM PUBLIC;
"""
DROP = """
DROP FUNCTION audit_forget_origins;
DROP FUNCTION audit_forgetting_digest;
DROP TRIGGER auditentry_only_forgets ON accounts_auditentry;
DROP FUNCTION audit_only_forgets;
DROP TABLE audit_forgetting;
"""


def limit_application_role(apps, schema_editor):
    role = application_role(schema_editor.connection)
    if role is None:
        return
    with schema_editor.connection.cursor() as cursor:
        leave_only(cursor, role, table="audit_forgetting", rights="SELECT")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION audit_forget_origins TO {role}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_edit")]
    operations = [
        migrations.RunSQL(TABLE + GUARDS + FORGET, DROP),
        migrations.RunPython(limit_application_role, migrations.RunPython.noop),
        migrations.CreateModel(
            name="AuditForgetting",
            fields=[
                (
                    "seal",
                    models.BigIntegerField(
                        db_comment="Number of the seal.",
                        primary_key=True,
                        serialize=False,
                        verbose_name="sceau",
                    ),
                ),
                ("forgotten_at", models.DateTimeField(verbose_name="oublié le")),
                (
                    "bare_digest",
                    models.CharField(max_length=64, verbose_name="empreinte"),
                ),
            ],
            options={
                "verbose_name": "oubli de la trace d’audit",
                "verbose_name_plural": "oublis de la trace d’audit",
                "db_table": "audit_forgetting",
                "managed": False,
                "db_table_comment": "Seals whose entries have lost address and browser; made by audit_forget_origins.",
            },
        ),
    ]
