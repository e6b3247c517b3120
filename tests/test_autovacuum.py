"""After a storm of updates autovacuum alone brings the index-only count back."""

import pytest
from django.db import connection

from benchmarks import autovacuum
from tests.plans import copied_database, owner

pytestmark = pytest.mark.django_db
ROWS = 200_000
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def database(django_db_setup, django_db_blocker):
    """Of its own: autovacuum sees nothing that is not committed."""
    with django_db_blocker.unblock(), copied_database("storm") as name:
        yield name


def test_the_index_answers_alone_again(database):
    with owner(database) as inside:
        autovacuum.fill(inside, ROWS)
        seen = autovacuum.storm(inside, turn=1, patience_s=PATIENCE_S)
    assert seen.after > 5 * seen.before
    # Vacuum passes by a page that is being written to the disk: some may be left.
    assert seen.later < seen.after / 5, seen
    assert seen.autovacuums


@pytest.mark.parametrize("table", ["register", "target", "establishment", "pursuit"])
def test_the_settings_are_there(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reloptions FROM pg_class WHERE oid = %s::regclass", [table]
        )
        (options,) = cursor.fetchone()
    assert {
        "autovacuum_vacuum_scale_factor=0.01",
        "autovacuum_vacuum_insert_scale_factor=0.01",
        "autovacuum_analyze_scale_factor=0.02",
        "autovacuum_vacuum_cost_delay=0",
    } <= set(options)
