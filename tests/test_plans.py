"""Each class of query keeps its plan: a bound on its buffers that a lost index breaks.

Bounds are for the hundred thousand companies of ``tests.plans``: above what was seen,
under what the query costs without each index that nothing else can stand in for.
"""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from accounts import trail_search
from accounts.models import User
from accounts.trail_search import Wish
from companies import company_page
from companies.models import Company
from companies.search import engine, lines, names
from companies.search.form import SearchForm
from companies.search.index import store
from companies.search.plain import Plain
from enrichment import ledger, services
from enrichment.models import Batch
from exports.profiles import table
from exports.reading import facts, wire
from tests.plans import FIRST, buffers_of, connected_to, filled_database

LANE = UUID(int=7)
SIRENS = [FIRST + 4 * number * 491 for number in range(1, 51)]


# What a test leased or dropped is back for the next one.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def companies(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), filled_database() as name, connected_to(name):
        yield


def search(query):
    form = SearchForm(QueryDict(query))
    form.is_valid()
    return engine.search(form.criteria, sort=form.sort, desk_id=person().desk_id)


def plain(query):
    """The page by PostgreSQL alone, as before the search index is built."""
    wish = search(query)
    answer = Plain(wish.criteria, wish.name, wish.desk_id)
    return answer.take(wish.sort, None, 51, backwards=False)


def person():
    return User.objects.get()


def batch():
    return Batch.objects.order_by("pk")[3]


def page_rows():
    lines.read(SIRENS, desk_id=person().desk_id)


def one_company():
    company = Company.objects.get(siren=f"{SIRENS[7]:09d}")
    company_page.assemble(company, reader=person())


def lease():
    assert len(ledger.lease(batch().pk, LANE, 20)) == 20


def expire():
    assert ledger.expire_leases()


def look_for_work():
    assert services.has_due_items(batch().pk)
    services.live_lanes(batch().pk)


def ten_changes():
    """The look of a process whose last snapshot is behind by a few transactions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO search_change (kind, key, siren)"
            " SELECT 0, 0, siren FROM target LIMIT 10"
        )
        # Our own transaction is the one that it did not see.
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        (xmin,) = cursor.fetchone()
        seen = f"{xmin}:{xmin}:"
        values = ["00000000-0000-0000-0000-000000000000", seen, seen, 300_001]
        cursor.execute(store.LOOK, values)
        assert len(cursor.fetchall()) == 10


def export_batch():
    """What is copied out, asked as plain statements, whose buffers can be counted."""
    needed = facts.needed(column.value for column in table("analyse").columns)
    asked, copied = [], wire._copied
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            wire, "_copied", lambda *given: asked.append(given) or copied(*given)
        )
        facts.rows(SIRENS, needed, desk_id=person().desk_id)
    for statement, parameters in asked:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            cursor.fetchall()


def trail(**wish):
    """A page of the audit trail and its count, as they are asked together."""

    def act():
        now = timezone.now()
        asked = Wish(since=now - timedelta(days=30), until=now, **wish)
        trail_search.page(asked)
        trail_search.count(asked)

    return act


def exact(query):
    return lambda: plain(query)


# The class, the most buffers it may touch, and the indexes each of which it needs.
CLASSES = {
    "rows of a page": (
        page_rows,
        # 820 on most days, 897 once; without the key of targets 1,029.
        925,
        (
            "register_pkey",
            "company_pkey",
            "target_pkey",
            "annual_accounts_one_per_exercise",
        ),
    ),
    "SIREN": (exact(f"q={SIRENS[3]}"), 40, ("register_pkey", "company_pkey")),
    "SIREN, first digits": (exact("q=1000012"), 450, ("register_pkey",)),
    "name, a rare word": (exact("q=z1234x"), 350, ("company_words",)),
    "name, two words": (exact("q=atelier4+z1234x"), 350, ("company_words",)),
    "known words": (lambda: names.read("atelier4 z1234x"), 80, ()),
    "a word with a typo": (
        lambda: names.read("gkhilmkonp"),
        60,
        ("name_word_trigrams",),
    ),
    "best scores": (
        exact("attractivite_min=99.5&tri=-attractivite"),
        500,
        ("target_score",),
    ),
    "greatest revenues": (exact("ca_min=99.5&tri=-ca"), 250, ("target_revenue",)),
    "activity and place": (exact("naf=25.62B&region=84"), 85, ("register_naf_geo",)),
    "created lately": (exact("age_max=5&tri=age"), 300, ("register_created_on",)),
    "company page": (
        one_company,
        130,
        (
            "company_pkey",
            "annual_accounts_one_per_exercise",
            "officer_siren",
            "note_siren",
            "source_reading_latest",
            "legal_event_once",
            "pursuit_change_siren",
        ),
    ),
    "export, a batch": (export_batch, 2330, ("company_pkey", "officer_siren")),
    # Without item_to_do the unique key of the items stands in, as cheaply on some days.
    "ledger, a lease": (lease, 800, ()),
    "ledger, leases that ended": (expire, 1000, ()),
    "ledger, is there work": (look_for_work, 40, ()),
    "trail, the newest": (trail(), 100, ("auditentry_at",)),
    "trail, a person": (trail(actor_id=999), 100, ("auditentry_actor_at",)),
    "trail, a word": (trail(action="sign_out"), 100, ("auditentry_action_at",)),
    "trail, a resource": (
        trail(resource="company:77"),
        100,
        ("auditentry_resource_at",),
    ),
    "trail, an address": (trail(address="10.0.7.7"), 160, ("auditentry_address_at",)),
    "trail, a request": (
        trail(request_id="c4ca4238a0b923820dcc509a6f75849b"),
        100,
        ("auditentry_request_at",),
    ),
    "trail, a desk": (
        trail(actors=tuple(range(10))),
        600,
        ("auditentry_actor_at",),
    ),
    "trail, two filters": (trail(actor_id=7, action="sign_out"), 100, ()),
    "what changed since": (ten_changes, 100, ("search_change_xid",)),
}


@pytest.mark.parametrize("name", CLASSES)
def test_the_plan_is_kept(name):
    act, most, _ = CLASSES[name]
    seen = buffers_of(act)
    assert seen.by_statement
    assert seen.total <= most, sorted(seen.by_statement, reverse=True)[:3]


@pytest.mark.parametrize(
    ("name", "index"),
    [(name, index) for name, (_, _, indexes) in CLASSES.items() for index in indexes],
)
def test_a_lost_index_would_be_seen(name, index):
    act, most, _ = CLASSES[name]
    drop(index)
    assert buffers_of(act).total > most


def drop(index):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass FROM pg_constraint"
            " WHERE conname = %s AND contype IN ('p', 'u')",
            [index],
        )
        row = cursor.fetchone()
        if row:
            cursor.execute(f"ALTER TABLE {row[0]} DROP CONSTRAINT {index} CASCADE")
        else:
            cursor.execute(f"DROP INDEX {index}")
