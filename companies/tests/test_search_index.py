"""The index against PostgreSQL: whatever is asked, both count and order alike."""

import dataclasses
import os
from datetime import timedelta
from decimal import Decimal
from unittest import mock

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Desk
from companies.choices import EventKind, Status
from companies.models import TargetList
from companies.search import engine, names, opinions
from companies.search.criteria import CONTACTS, UNKNOWN, Bounds, Criteria
from companies.search.facets import Facets
from companies.search.index import store
from companies.search.index.build import build
from companies.search.index.door import COLUMNS, Indexed
from companies.search.plain import Plain
from companies.tests import registers
from tests import trail_emptied

# `make fuzz` tries thousands.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
SORTS = [sign + name for name in COLUMNS for sign in ("", "-")]
EMPTIED = (
    "legal_event, pursuit, list_entry, target_list, target, establishment, register,"
    "company, search_change, search_build, name_word"
)


@pytest.fixture(scope="module")
def desk(django_db_setup, django_db_blocker, tmp_path_factory):
    """Three thousand companies that are committed, read into an index of their own."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("search")
    with django_db_blocker.unblock(), override_settings(SEARCH_INDEX_DIR=folder):
        desk = Desk.objects.create(name="Index")
        registers.fill()
        registers.pursue(desk)
        for number in range(3):
            made = TargetList.objects.create(desk=desk, name=f"Vivier {number}")
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO list_entry (list_id, siren, added_at)"
                    " SELECT %s, siren, now() FROM target WHERE siren %% 5 = %s",
                    [made.pk, number],
                )
        names.rebuild_words()
        build()
        # A few are told anew: some by the files, some by what changed since.
        with connection.cursor() as cursor:
            cursor.execute("UPDATE target SET score = 5000 WHERE siren % 11 = 0")
            cursor.execute("DELETE FROM target WHERE siren % 97 = 0")
            cursor.execute("UPDATE register SET geo = NULL WHERE siren % 89 = 0")
        yield desk
        with connection.cursor() as cursor:
            for table in EMPTIED.split(","):
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        desk.delete()
    trail_emptied.empty()


def bounds(least, most):
    ends = st.none() | st.integers(least, most).map(Decimal)
    return st.builds(Bounds, ends, ends, st.booleans())


def some(values, most=3):
    return st.lists(st.sampled_from(list(values)), max_size=most, unique=True).map(
        tuple
    )


def rarely(strategy, otherwise):
    return st.one_of(*[st.just(otherwise)] * 3, strategy)


RARE_BOUNDS = {
    "ca": bounds(0, 20),
    "attractivite": bounds(0, 100),
    "cedabilite": bounds(0, 100),
    "couverture": bounds(0, 100),
    "dirigeant": bounds(20, 90),
    "anciennete": bounds(0, 30),
    "maj": bounds(0, 500),
    "age": bounds(0, 60),
    "avis": bounds(0, 100),
}
DAYS = st.none() | st.integers(0, 700).map(
    lambda n: timezone.localdate() - timedelta(days=n)
)
CRITERIA = st.builds(
    Criteria,
    q=rarely(
        st.sampled_from(
            ["mecanique", "méca lac", "l'etoile", "300", "300000007", "xyz", "%_"]
        ),
        "",
    ),
    naf=rarely(some(["C", "25", "25.6", "25.62B", "68", "69.20Z", "A"]), ()),
    region=rarely(some(["84", "11", "53", "94"]), ()),
    departement=rarely(some(["74", "69", "35", "75"]), ()),
    commune=rarely(some(["74010", "75056", "69123"]), ()),
    lieu=rarely(st.just("etablissement"), ""),
    tranche=rarely(some([UNKNOWN, "00", "01", "11", "12", "22", "53"]), ()),
    forme=rarely(some([UNKNOWN, "5499", "5710", "6533", "5202"]), ()),
    statut=rarely(some(Status.values), ()),
    evenement=rarely(some(EventKind.values), ()),
    sans_evenement=rarely(some(EventKind.values), ()),
    evenement_du=DAYS,
    evenement_au=DAYS,
    contact=rarely(some(CONTACTS, 2), ()),
    fermees=st.booleans(),
    siren=rarely(some([f"{300_000_000 + 7 * n}" for n in range(1, 40)], 20), ()),
    **{name: rarely(strategy, Bounds()) for name, strategy in RARE_BOUNDS.items()},
)


@pytest.fixture(autouse=True)
def said(monkeypatch):
    """What people of the desk say of one company in seven, not all of them there."""
    points = {300_000_000 + 7 * n: n % 101 for n in range(1, 400, 7)}
    monkeypatch.setattr(opinions, "_readers", [lambda desk_id: points])


def both(criteria, desk):
    name = names.read(criteria.q)
    view = store.current()
    assert view is not None
    return (
        Indexed(view, criteria, name, desk.pk),
        Plain(criteria, name, desk.pk),
    )


@pytest.mark.django_db
class TestAgainstPostgreSQL:
    @given(criteria=CRITERIA)
    @settings(deadline=None, max_examples=EXAMPLES)
    def test_counts_are_the_same(self, desk, criteria):
        indexed, plain = both(criteria, desk)
        assert indexed.total() == plain.total()
        assert indexed.never_enriched() == plain.never_enriched()

    @given(criteria=CRITERIA, sort=st.sampled_from(SORTS), size=st.integers(1, 60))
    @settings(deadline=None, max_examples=EXAMPLES)
    def test_pages_are_the_same_both_ways(self, desk, criteria, sort, size):
        indexed, plain = both(criteria, desk)
        forth = plain.take(sort, None, 3 * size, backwards=False)
        assert indexed.take(sort, None, 3 * size, backwards=False) == forth
        if len(forth) < 3:
            return
        middle = forth[len(forth) // 2]
        for backwards in (False, True):
            wanted = plain.take(sort, middle, size, backwards=backwards)
            assert indexed.take(sort, middle, size, backwards=backwards) == wanted

    @given(criteria=CRITERIA, sort=st.sampled_from(SORTS))
    @settings(deadline=None, max_examples=max(EXAMPLES // 4, 10))
    def test_everything_is_walked_in_order(self, desk, criteria, sort):
        indexed, plain = both(criteria, desk)
        wanted = list(plain.walk(sort))
        assert list(indexed.walk(sort)) == wanted
        with mock.patch("companies.search.index.order._WALKED", 7):
            assert list(indexed.walk(sort)) == wanted

    @given(criteria=CRITERIA)
    @settings(deadline=None, max_examples=EXAMPLES)
    def test_facets_are_the_same(self, desk, criteria):
        indexed, plain = both(criteria, desk)
        one, other = indexed.counts(), plain.counts()
        search = engine.search(criteria, sort="nom", desk_id=desk.pk)
        told, wanted = (engine.told(search, counts) for counts in (one, other))
        for each in dataclasses.fields(Facets):
            assert getattr(told.facets, each.name) == getattr(wanted.facets, each.name)
        assert told == wanted

    def test_lists_hold_their_companies(self, desk):
        ids = [str(each.public_id) for each in TargetList.objects.filter(desk=desk)]
        for wanted, unwanted in ((ids[:1], []), ([], ids[:2]), (ids[:2], ids[1:])):
            criteria = Criteria(liste=tuple(wanted), hors_liste=tuple(unwanted))
            indexed, plain = both(criteria, desk)
            assert indexed.total() == plain.total() > 0
            stranger = Desk.objects.create(name=f"Autre {len(wanted)} {len(unwanted)}")
            assert (
                both(criteria, stranger)[0].total()
                == both(criteria, stranger)[1].total()
            )
