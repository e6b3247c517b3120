from django.db import migrations

# One covering pair serves every level of NAF and place, since both are numbered
# in code order; each sort of the list has its index with siren as tie-breaker, in
# the same direction, so that a page is one row comparison away.
INDEXES = """
CREATE INDEX company_words ON company USING gin (to_tsvector('simple', folded_name));
CREATE INDEX company_folded_name ON company (folded_name COLLATE "C" text_pattern_ops);
CREATE INDEX register_naf_geo ON register (naf, geo)
    INCLUDE (legal_form, flags, created_on, headcount);
CREATE INDEX register_geo_naf ON register (geo, naf)
    INCLUDE (legal_form, flags, created_on, headcount);
CREATE INDEX register_created_on ON register (created_on DESC, siren DESC);
CREATE INDEX register_headcount ON register (headcount DESC, siren DESC)
    WHERE headcount IS NOT NULL;
CREATE INDEX target_words ON target USING gin (to_tsvector('simple', folded_name));
CREATE INDEX target_score ON target (score DESC, siren DESC);
CREATE INDEX target_sale_likelihood ON target (sale_likelihood DESC, siren DESC);
CREATE INDEX target_revenue ON target (revenue DESC, siren DESC);
CREATE INDEX target_headcount ON target (headcount DESC, siren DESC);
CREATE INDEX target_enriched_at ON target (enriched_at DESC, siren DESC);
CREATE INDEX target_naf_geo ON target (naf, geo)
    INCLUDE (score, revenue, headcount, legal_form, created_on);
CREATE INDEX target_geo_naf ON target (geo, naf)
    INCLUDE (score, revenue, headcount, legal_form, created_on);
CREATE INDEX name_word_trigrams ON name_word USING gin (word gin_trgm_ops);
ALTER TABLE register SET (
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_insert_scale_factor = 0.01,
    autovacuum_analyze_scale_factor = 0.02
);
ALTER TABLE target SET (
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_insert_scale_factor = 0.01,
    autovacuum_analyze_scale_factor = 0.02
);
"""


class Migration(migrations.Migration):
    dependencies = [("companies", "0002_tables")]
    operations = [migrations.RunSQL(INDEXES, migrations.RunSQL.noop)]
