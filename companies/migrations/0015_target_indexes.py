"""Three indexes of target that no query reads.

Words are looked for in company, places and headcount in register. A score written for
each company had an entry to make in each of them.
"""

from django.db import migrations

UNREAD = {
    "target_words": "USING gin (to_tsvector('simple', folded_name))",
    "target_headcount": "(headcount DESC, siren DESC)",
    "target_geo_naf": (
        "(geo, naf) INCLUDE (score, revenue, headcount, legal_form, created_on)"
    ),
}


class Migration(migrations.Migration):
    # CONCURRENTLY, so that nobody waits behind whoever reads a page.
    atomic = False
    dependencies = [("companies", "0014_identity_provenance")]
    operations = [
        migrations.RunSQL(
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
            f"CREATE INDEX CONCURRENTLY {name} ON target {how}",
        )
        for name, how in UNREAD.items()
    ]
