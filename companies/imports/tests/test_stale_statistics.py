"""A first load must not be planned as if its tables were empty."""

import pytest
from django.db import connection, transaction

from companies.imports.writing import statistics

ROWS = 10_000
LOAD = """
INSERT INTO company (siren, name, trade_name, acronym, legal_form, naf_code, naf25_code,
    is_active, diffusion, headcount_band, category, website, address, postal_code,
    commune_code, commune, source, source_file, registered_at)
SELECT 100000000 + n, 'ACME', '', '', '5710', '25.62B', '', true, 'O', '12', '', '',
    '', '', '', '', 'import', '', now() FROM generate_series(1, %s) n
"""
KNOWN = "SELECT reltuples FROM pg_class WHERE oid = 'company'::regclass"


def asked(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0] if cursor.description else None


@pytest.mark.django_db(transaction=True)
class TestStatisticsTakenDuringALoad:
    def test_are_taken_again_once(self, owner):
        with transaction.atomic():
            asked(LOAD, ROWS)
            # As autovacuum does, at any time.
            owner.execute("ANALYZE company")
            owner.commit()
        assert asked(KNOWN) == 0
        with connection.cursor() as cursor:
            assert statistics.freshen(cursor) == 1
            assert asked(KNOWN) == ROWS
            assert statistics.freshen(cursor) == 0
