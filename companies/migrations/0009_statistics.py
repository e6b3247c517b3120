"""Statistics by sector and place, counted ahead: a page reads a few hundred rows.

A cell is a sector (all, a section, a division) × a place (all, a région, a département)
× a headcount band (all, or one). An empty code says all, ``-`` says unknown: what
belongs nowhere is counted, and never as something else.

NAF and places are numbered in code order, so a sub-class finds its division, and a
commune its département, by where its number falls. The bounds are those of the lists
shipped with this version: other lists need the registers renumbered, and these views
made again.
"""

from django.db import migrations, models

import companies.fields
from companies import nomenclature
from mainsite.lib.application_role import application_role, leave_only

# With fewer companies than this, a quartile would be about somebody.
ENOUGH = 10


def _sectors():
    """Number, section and division, in the order of the ids."""
    divisions = {naf.division: naf for naf in reversed(nomenclature.naf_codes().values())}
    first = sorted(divisions.values(), key=lambda naf: naf.id)
    return [(naf.id, naf.section, naf.division) for naf in first]


def _places():
    spans = nomenclature.department_ranges()
    rows = sorted((span.first, code) for code, span in spans.items())
    return [(first, nomenclature.region_of(code), code) for first, code in rows]


def _bounds(rows):
    return f"ARRAY[{', '.join(str(first) for first, *_ in rows)}]"


def _values(rows):
    return ",\n        ".join(
        f"({number}, '{outer}', '{inner}')"
        for number, (_, outer, inner) in enumerate(rows, start=1)
    )


# Lower bounds of the bands, as the register has them.
BAND = """CASE WHEN headcount IS NULL THEN '-' WHEN headcount = 0 THEN '0'
            WHEN headcount < 10 THEN '1' WHEN headcount < 50 THEN '10'
            WHEN headcount < 250 THEN '50' ELSE '250' END"""
VIEW = """
CREATE MATERIALIZED VIEW sector_statistics AS
WITH sector (number, section, division) AS (
    VALUES {sectors}
), place (number, region, departement) AS (
    VALUES {places}
), counted AS (
    SELECT width_bucket(r.naf::integer, {sector_bounds}) AS sector,
        width_bucket(r.geo, {place_bounds}) AS place,
        {register_band} AS band,
        count(*) AS companies,
        count(*) FILTER (WHERE r.flags & 1 = 1) AS active,
        count(t.enriched_at) FILTER (WHERE r.flags & 1 = 1) AS enriched,
        count(t.score) FILTER (WHERE r.flags & 1 = 1) AS scored
    FROM public.register r LEFT JOIN public.target t USING (siren)
    GROUP BY 1, 2, 3
), counts AS (
    SELECT coalesce(section, '') AS section, coalesce(division, '') AS division,
        coalesce(region, '') AS region, coalesce(departement, '') AS departement,
        coalesce(band, '') AS band, coalesce(sum(companies), 0)::integer AS companies,
        coalesce(sum(active), 0)::integer AS active,
        coalesce(sum(enriched), 0)::integer AS enriched,
        coalesce(sum(scored), 0)::integer AS scored
    FROM (
        SELECT coalesce(s.section, '-') AS section, coalesce(s.division, '-') AS division,
            coalesce(p.region, '-') AS region,
            coalesce(p.departement, '-') AS departement,
            c.band, c.companies, c.active, c.enriched, c.scored
        FROM counted c LEFT JOIN sector s ON s.number = c.sector
        LEFT JOIN place p ON p.number = c.place
    ) cell
    GROUP BY GROUPING SETS ((), (section), (section, division)),
        GROUPING SETS ((), (region), (region, departement)),
        GROUPING SETS ((), (band))
), measured AS (
    SELECT coalesce(s.section, '-') AS section, coalesce(s.division, '-') AS division,
        coalesce(p.region, '-') AS region, coalesce(p.departement, '-') AS departement,
        {target_band} AS band, t.score, t.revenue
    FROM public.target t
    LEFT JOIN sector s
        ON s.number = width_bucket(t.naf::integer, {sector_bounds})
    LEFT JOIN place p ON p.number = width_bucket(t.geo, {place_bounds})
    WHERE t.flags & 1 = 1
), measures AS (
    SELECT coalesce(section, '') AS section, coalesce(division, '') AS division,
        coalesce(region, '') AS region, coalesce(departement, '') AS departement,
        coalesce(band, '') AS band, round(avg(score))::smallint AS score_mean,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY score) AS score_median,
        count(revenue)::integer AS with_revenue,
        percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY revenue)
            AS quartiles
    FROM measured
    GROUP BY GROUPING SETS ((), (section), (section, division), (region),
        (region, departement), (section, region), (section, region, departement),
        (section, division, region), (section, division, region, departement), (band),
        (section, band), (section, division, band))
)
SELECT concat_ws('|', section, division, region, departement, band) AS cell,
    section, division, region, departement, band, companies, active, enriched, scored,
    score_mean, round(score_median)::smallint AS score_median,
    coalesce(with_revenue, 0) AS with_revenue,
    CASE WHEN with_revenue >= {enough} THEN round(quartiles[1])::bigint END AS revenue_q1,
    CASE WHEN with_revenue >= {enough} THEN round(quartiles[2])::bigint END
        AS revenue_median,
    CASE WHEN with_revenue >= {enough} THEN round(quartiles[3])::bigint END AS revenue_q3
FROM counts LEFT JOIN measures USING (section, division, region, departement, band);
CREATE UNIQUE INDEX sector_statistics_cell ON sector_statistics (cell);
CREATE INDEX sector_statistics_sector
    ON sector_statistics (section, division, region, departement, band);
CREATE INDEX sector_statistics_place
    ON sector_statistics (region, departement, band, section, division);
"""
# CONCURRENTLY: who reads goes on reading the former figures. The owner does it, for
# only the owner of a view may, and one at a time, for it takes the machine for a while.
REFRESH = """
CREATE TABLE statistics_refresh (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    counted_at timestamptz NOT NULL,
    seconds double precision NOT NULL,
    cells integer NOT NULL
);
CREATE FUNCTION statistics_refresh() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET jit = off SET work_mem = '64MB' AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('statistics_refresh')) THEN
        RETURN false;
    END IF;
    REFRESH MATERIALIZED VIEW CONCURRENTLY public.sector_statistics;
    INSERT INTO public.statistics_refresh (counted_at, seconds, cells)
    SELECT now(), extract(epoch FROM clock_timestamp() - now()), count(*)
    FROM public.sector_statistics;
    DELETE FROM public.statistics_refresh WHERE counted_at < now() - interval '90 days';
    RETURN true;
END $$;
INSERT INTO statistics_refresh (counted_at, seconds, cells)
SELECT now(), extract(epoch FROM clock_timestamp() - now()), count(*)
FROM sector_statistics;
"""
DROP = """
DROP FUNCTION statistics_refresh();
DROP TABLE statistics_refresh;
DROP MATERIALIZED VIEW sector_statistics;
"""


def make(apps, schema_editor):
    sectors, places = _sectors(), _places()
    schema_editor.execute(
        VIEW.format(
            sectors=_values(sectors),
            places=_values(places),
            sector_bounds=_bounds(sectors),
            place_bounds=_bounds(places),
            register_band=BAND.replace("headcount", "r.headcount"),
            target_band=BAND.replace("headcount", "t.headcount"),
            enough=ENOUGH,
        ),
        params=None,
    )
    schema_editor.execute(REFRESH, params=None)


def unmake(apps, schema_editor):
    schema_editor.execute(DROP)


def limit_application_role(apps, schema_editor):
    """The application reads the figures and asks for new ones: it writes neither."""
    role = application_role(schema_editor.connection)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("REVOKE ALL ON FUNCTION statistics_refresh() FROM PUBLIC")
        if role is None:
            return
        for table in ("sector_statistics", "statistics_refresh"):
            leave_only(cursor, role, table=table, rights="SELECT")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION statistics_refresh() TO {role}")


class Migration(migrations.Migration):
    dependencies = [("companies", "0009_constraints")]
    operations = [
        migrations.RunPython(make, unmake),
        migrations.RunPython(limit_application_role, migrations.RunPython.noop),
        migrations.CreateModel(
            name="SectorStatistics",
            fields=[
                ("cell", models.TextField(primary_key=True, serialize=False)),
                ("section", models.TextField(verbose_name="section")),
                ("division", models.TextField(verbose_name="division")),
                ("region", models.TextField(verbose_name="région")),
                ("departement", models.TextField(verbose_name="département")),
                ("band", models.TextField(verbose_name="tranche d’effectif")),
                ("companies", models.IntegerField(verbose_name="sociétés")),
                ("active", models.IntegerField(verbose_name="ouvertes")),
                ("enriched", models.IntegerField(verbose_name="enrichies")),
                ("scored", models.IntegerField(verbose_name="évaluées")),
                (
                    "score_mean",
                    companies.fields.PointsField(
                        null=True, verbose_name="attractivité moyenne"
                    ),
                ),
                (
                    "score_median",
                    companies.fields.PointsField(
                        null=True, verbose_name="attractivité médiane"
                    ),
                ),
                ("with_revenue", models.IntegerField(verbose_name="avec CA")),
                ("revenue_q1", models.BigIntegerField(null=True, verbose_name="CA, 1er quartile")),
                ("revenue_median", models.BigIntegerField(null=True, verbose_name="CA médian")),
                ("revenue_q3", models.BigIntegerField(null=True, verbose_name="CA, 3e quartile")),
            ],
            options={
                "verbose_name": "statistique par secteur et lieu",
                "verbose_name_plural": "statistiques par secteur et lieu",
                "db_table": "sector_statistics",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="StatisticsRefresh",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("counted_at", models.DateTimeField(verbose_name="chiffres du")),
                ("seconds", models.FloatField(verbose_name="durée, s")),
                ("cells", models.IntegerField(verbose_name="cases")),
            ],
            options={
                "verbose_name": "calcul des statistiques",
                "verbose_name_plural": "calculs des statistiques",
                "db_table": "statistics_refresh",
                "managed": False,
            },
        ),
    ]
