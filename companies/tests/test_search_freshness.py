"""What changed since the index was built is counted right in the very next search."""

import threading
import time
import uuid

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from companies.models import (
    Company,
    Establishment,
    LegalEvent,
    ListEntry,
    Register,
    SearchBuild,
    Target,
    TargetList,
)
from companies.pipeline import set_status
from companies.search import engine, names
from companies.search.criteria import Bounds, Criteria
from companies.search.index import keeper, runs, store
from companies.search.index.build import BuildIsRunning, build
from companies.search.index.door import Indexed
from companies.search.plain import Plain
from companies.tests import registers
from companies.tests.makers import make_company
from mainsite.lib.database_sessions import Kind

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def index(settings, tmp_path):
    settings.SEARCH_INDEX_DIR = tmp_path / "search"
    registers.fill(count=300)
    return build()


def total(desk=None, **criteria):
    criteria = Criteria(**criteria)
    desk_id = desk and desk.pk
    search = engine.search(criteria, sort="nom", desk_id=desk_id)
    view = store.current()
    assert view is not None
    counted = engine.total(search)
    assert counted == Plain(criteria, search.name, desk_id).total()
    assert counted == Indexed(view, criteria, search.name, desk_id).counts().total
    return counted


def logged():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_change")
        return cursor.fetchone()[0]


class TestTheNextSearch:
    def test_counts_a_company_that_was_scored(self, index):
        best = {"attractivite": Bounds(low=100)}
        before = total(**best)
        known = Target.objects.exclude(score=100).values_list("siren", flat=True)
        chosen = list(known.order_by("siren")[:7])
        active = Register.objects.filter(siren__in=chosen, flags=1).count()
        Target.objects.filter(siren__in=chosen).update(score=100)
        assert total(**best) == before + active

    def test_counts_a_company_that_became_a_target(self, index):
        new = make_company("FORGE DU LAC", target={"revenue": 7_000_001})
        assert total(ca=Bounds(low=7_000_001 / 1_000_000)) >= 1
        assert total(siren=(new.siren,), ca=Bounds(low=7)) == 1
        Target.objects.filter(siren=new.siren).delete()
        assert total(siren=(new.siren,), ca=Bounds(low=7)) == 0
        assert total(siren=(new.siren,)) == 1

    def test_no_longer_counts_one_that_left_the_register(self, index):
        everyone = total(fermees=True)
        gone = Register.objects.order_by("siren").first()
        Register.objects.filter(siren=gone.siren).delete()
        assert total(fermees=True) == everyone - 1

    def test_finds_a_new_name_and_no_longer_the_old_one(self, index):
        new = make_company("ZYGOMATIQUE INDUSTRIES")
        assert total(q="zygomatique") == 1
        new.name = "HUMÉRUS INDUSTRIES"
        new.save()
        assert (total(q="zygomatique"), total(q="humerus")) == (0, 1)

    def test_reads_nothing_again_for_what_no_search_reads(self, index):
        new = make_company("ZYGOMATIQUE INDUSTRIES")
        before = logged()
        same = Company.objects.filter(siren=new.siren)
        same.update(capital_eur=5, website="zygomatique.example")
        assert logged() == before
        same.update(capital_eur=6, acronym="ZYG")
        assert logged() == before + 1
        assert total(q="zyg") == 1

    def test_counts_a_new_status_for_its_desk_only(self, index, analyst, stranger):
        siren = Target.objects.filter(flags=1).order_by("siren").first().siren
        assert total(desk=analyst.desk, statut=("contacte",)) == 0
        set_status(siren=siren, status="contacte", by=analyst)
        assert total(desk=analyst.desk, statut=("contacte",)) == 1
        assert total(desk=stranger.desk, statut=("contacte",)) == 0

    def test_counts_list_entries_as_they_come_and_go(self, index, analyst):
        made = TargetList.objects.create(desk=analyst.desk, name="Vivier")
        mine = (str(made.public_id),)
        assert total(desk=analyst.desk, liste=mine, fermees=True) == 0
        sirens = Target.objects.order_by("siren").values_list("siren", flat=True)[:5]
        ListEntry.objects.bulk_create(ListEntry(list=made, siren=s) for s in sirens)
        assert total(desk=analyst.desk, liste=mine, fermees=True) == 5
        ListEntry.objects.filter(siren=sirens[0]).delete()
        assert total(desk=analyst.desk, liste=mine, fermees=True) == 4
        made.delete()
        assert total(desk=analyst.desk, liste=mine, fermees=True) == 0

    def test_counts_events_and_establishments(self, index):
        siren = Target.objects.order_by("siren").first().siren
        criteria = {"siren": (siren,), "evenement": ("lease_management",)}
        assert total(**criteria) == 0
        LegalEvent.objects.create(
            siren=siren,
            kind="lease_management",
            occurred_on=timezone.localdate(),
            label="",
            source="pappers",
            source_id="1",
        )
        assert total(**criteria) == 1
        there = {"siren": (siren,), "region": ("53",), "lieu": "etablissement"}
        Establishment.objects.filter(siren=siren).delete()
        assert total(**there) == 0
        place = registers.place_id("35238")
        Establishment.objects.create(siret=f"{siren}00099", siren=siren, geo=place)
        assert total(**there) == 1

    def test_follows_many_changes_through_every_layer(self, index):
        for step in range(1, 4):
            Target.objects.update(score=step)
            assert total(attractivite=Bounds(low=step, high=step)) > 0
            assert total(attractivite=Bounds(high=step - 1)) == 0
        registers.fill(count=900, seed=0.9, first=200_000_000)
        assert total(fermees=True) == 1200

    def test_joins_what_changed_little_by_little(self, index):
        """However many changes came one by one, few blocks tell them."""
        sirens = list(Target.objects.values_list("siren", flat=True)[:20])
        for number, siren in enumerate(sirens, start=1):
            Target.objects.filter(siren=siren).update(revenue=900_000_000 + number)
            assert total(ca=Bounds(low=900)) <= number
        assert len(store.current().runs) <= 5
        # Told anew a second time, none of them twice.
        Target.objects.filter(siren__in=sirens[::2]).update(revenue=1)
        kept = Register.objects.filter(siren__in=sirens[1::2], flags=1).count()
        assert total(ca=Bounds(low=900)) == kept

    def test_sees_a_transaction_that_committed_out_of_order(self, index):
        """A line of the log may come to light after later ones were read."""
        siren = Target.objects.filter(flags=1).order_by("siren").first().siren
        ready, go = threading.Event(), threading.Event()

        def slowly():
            with transaction.atomic():
                Target.objects.filter(siren=siren).update(revenue=123_456_789)
                ready.set()
                go.wait(10)
            connection.close()

        thread = threading.Thread(target=slowly)
        thread.start()
        ready.wait(10)
        make_company("PLUS TARD", target={})
        asked = {"siren": (siren,), "ca": Bounds(low=123)}
        assert total(**asked) == 0
        go.set()
        thread.join()
        assert total(**asked) == 1

    def test_sees_ones_own_transaction_and_forgets_it_when_it_fails(self, index):
        everyone = total(fermees=True)
        try:
            with transaction.atomic():
                make_company("ÉPHÉMÈRE")
                assert total(fermees=True) == everyone + 1
                raise RuntimeError
        except RuntimeError:
            assert total(fermees=True) == everyone


class TestPagesAtOnce:
    def test_share_one_look(self, index, monkeypatch):
        store.current()
        look, looks = store._caught_up, []
        is_looking, go_on = threading.Event(), threading.Event()

        def slowly(view):
            looks.append(threading.current_thread().name)
            is_looking.set()
            go_on.wait(10)
            return look(view)

        def page():
            seen.append(told())
            connection.close()

        monkeypatch.setattr(store, "_caught_up", slowly)
        seen = []
        first = threading.Thread(target=page)
        first.start()
        is_looking.wait(10)
        # Committed after the first look began: whoever comes now has to see it.
        make_company("ENTRE DEUX", target={})
        others = [threading.Thread(target=page) for _ in range(4)]
        for other in others:
            other.start()
        time.sleep(0.3)
        go_on.set()
        for each in (first, *others):
            each.join()
        assert seen[1:] == [301] * 4
        assert len(looks) == 2


class TestAPageAfterManyChanges:
    @pytest.fixture(autouse=True)
    def in_a_page(self, index, settings, monkeypatch):
        settings.DATABASE_KIND = Kind.WEB
        monkeypatch.setattr(store, "_A_PAGE", 10)
        monkeypatch.setattr(store, "_A_TURN", 20)

    @pytest.fixture
    def unfollowed(self, monkeypatch):
        monkeypatch.setattr(store.Store, "_follow", lambda _: None)

    def test_leaves_them_to_a_thread_that_reads_them_all(self):
        everyone = Target.objects.count()
        for score in (6, 7):
            Target.objects.update(score=score)
            view = store.current()
            assert view.behind
            wait_for(lambda: not store.current().behind)
            assert told(attractivite=Bounds(low=score, high=score)) == everyone
        assert told(attractivite=Bounds(low=6, high=6)) == 0
        assert store.current().changed == everyone

    def test_is_told_the_others_as_they_were(self, unfollowed):
        before = told(attractivite=Bounds(low=0, high=3))
        Target.objects.update(score=7)
        assert len(store.current().behind) == Target.objects.count()
        assert told(attractivite=Bounds(low=0, high=3)) == before
        assert told() == 300

    def test_in_a_transaction_is_of_that_very_moment(self, unfollowed):
        Target.objects.update(score=7)
        everyone = Target.objects.count()
        assert store.current().behind
        with transaction.atomic():
            assert told(attractivite=Bounds(low=7, high=7)) == everyone

    def test_sees_what_one_person_changed_all_the_same(self, unfollowed):
        Target.objects.update(score=7)
        assert store.current().behind
        new = make_company("ZYGOMATIQUE INDUSTRIES", target={"revenue": 7_000_001})
        assert told(siren=(new.siren,)) == 1
        assert store.current().behind

    def test_forgets_nothing_that_changes_while_it_is_read(self, monkeypatch):
        """What a thread read a moment ago never hides what came since."""
        read, seen = runs.columns.read, []

        def slowly(sirens):
            found = read(sirens)
            if threading.current_thread().name == "search-index" and not seen:
                siren = int(found.targets["siren"][0])
                seen.append(siren)
                changed = Target.objects.filter(siren=siren)
                thread = threading.Thread(target=lambda: change(changed))
                thread.start()
                thread.join()
            return found

        def change(chosen):
            chosen.update(revenue=987_654_321)
            assert is_told()
            connection.close()

        def is_told():
            return told(siren=(f"{seen[0]:09d}",), ca=Bounds(low=987)) == 1

        monkeypatch.setattr(runs.columns, "read", slowly)
        Target.objects.update(revenue=5)
        store.current()
        wait_for(lambda: seen and not store.current().behind)
        assert is_told()

    def test_that_could_not_read_again_is_followed_by_the_next(self, monkeypatch):
        read, falls = runs.columns.read, [True]

        def fail_once(sirens):
            if threading.current_thread().name == "search-index" and falls:
                falls.pop()
                raise OperationalError
            return read(sirens)

        monkeypatch.setattr(runs.columns, "read", fail_once)
        Target.objects.update(score=7)
        store.current()
        wait_for(lambda: not falls)
        wait_for(lambda: not store.current().behind)


def told(**criteria):
    """As a page counts, whatever PostgreSQL says."""
    criteria = Criteria(fermees=True, **criteria)
    search = engine.search(criteria, sort="nom", desk_id=None)
    return engine.total(search)


def wait_for(happens):
    deadline = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class TestTheIndex:
    def test_is_swapped_while_it_is_read(self, index):
        before = store.current()
        make_company("ENTRE DEUX", target={})
        again = build()
        after = store.current()
        assert (before.token, after.token) == (index.token, again.token)
        assert after.changed == 0
        assert total(fermees=True) == 301
        # What was mapped before still answers.
        criteria = Criteria(fermees=True)
        assert Indexed(before, criteria, names.NameQuery(), None).total() == 300

    def test_is_not_trusted_by_a_database_that_does_not_know_it(self, index):
        SearchBuild.objects.all().delete()
        assert store.current() is None
        search = engine.search(Criteria(fermees=True), sort="nom", desk_id=None)
        assert engine.total(search) == 300

    def test_leaves_the_counts_to_postgresql_when_its_files_are_broken(
        self, index, settings
    ):
        folder = settings.SEARCH_INDEX_DIR / "current" / "others"
        again = build()
        (settings.SEARCH_INDEX_DIR / again.token / "others" / "siren.npy").write_bytes(
            b"torn"
        )
        assert folder.exists()
        search = engine.search(Criteria(fermees=True), sort="nom", desk_id=None)
        assert engine.total(search) == 300

    def test_of_another_form_is_not_read(self, index, monkeypatch):
        monkeypatch.setattr(store, "FORM", store.FORM + 1)
        assert store.Store(store.current_folder()).view() is None
        assert keeper.state().is_due

    def test_is_built_by_one_process_at_a_time(self, index, settings):
        with (settings.SEARCH_INDEX_DIR / "lock").open("w") as lock:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(BuildIsRunning):
                build()

    def test_trims_the_log_that_no_build_needs(self, index):
        """What others have begun in the meantime keeps it a little longer."""
        make_company("UNE", target={})
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            build()
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM search_change")
                if cursor.fetchone() == (0,):
                    return
        pytest.fail("the log is never trimmed")


class TestTheKeeper:
    def test_builds_the_first_index(self, settings, tmp_path):
        settings.SEARCH_INDEX_DIR = tmp_path / "search"
        make_company()
        assert keeper.keep().companies == 1
        assert keeper.keep() is None

    def test_builds_again_after_enough_changes(self, index, monkeypatch):
        monkeypatch.setattr(keeper, "MOST_CHANGES", 10)
        make_company(target={})
        assert keeper.keep() is None
        Target.objects.update(score=1)
        assert keeper.keep().targets == Target.objects.count()

    def test_builds_again_when_the_database_forgot(self, index):
        SearchBuild.objects.all().update(token=uuid.uuid4())
        assert keeper.state().changes is None
        assert keeper.keep() is not None
