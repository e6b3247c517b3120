"""Answers of the index are kept as long as nothing changed, and no search longer."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.translation import override

from companies.models import ListEntry, Target, TargetList
from companies.pipeline import set_status
from companies.search import days, engine, opinions
from companies.search.criteria import Bounds, Criteria
from companies.search.index import counting, kept, merged, store
from companies.search.index.build import build
from companies.tests import registers
from companies.tests.makers import make_company

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def index(settings, tmp_path):
    settings.SEARCH_INDEX_DIR = tmp_path / "search"
    registers.fill(count=300)
    return build()


@pytest.fixture
def asked(index, monkeypatch):
    """How often the rows were counted or put in order."""
    asked = []
    for module, name in ((counting, "count"), (merged, "take")):
        work = getattr(module, name)

        def noted(*args, work=work, name=name, **kwargs):
            asked.append(name)
            return work(*args, **kwargs)

        monkeypatch.setattr(module, name, noted)
    return asked


def find(desk=None, sort="nom", **criteria):
    criteria = Criteria(fermees=True, **criteria)
    search = engine.search(criteria, sort=sort, desk_id=desk and desk.pk)
    return engine.find(search)


def test_they_are_those_of_the_page_before(asked):
    first, again = find(), find()
    assert first.page == again.page
    assert first.summary is again.summary
    assert asked == ["count", "take"]
    find(sort="-ca")
    assert asked == ["count", "take", "take"]


def test_they_are_each_ones_own(asked, analyst, stranger):
    siren = Target.objects.filter(flags=1).order_by("siren").first().siren
    set_status(siren=siren, status="contacte", by=analyst)
    mine, theirs = (
        {each.value for each in find(desk=by.desk).summary.facets.status}
        for by in (analyst, stranger)
    )
    assert "contacte" in mine - theirs


def test_they_are_in_the_language_of_the_reader(asked):
    told = {}
    for language in ("fr", "en", "fr"):
        with override(language):
            facets = find().summary.facets
        told.setdefault(language, facets.headcount[0].label)
    assert told["fr"] != told["en"]


def test_they_end_with_the_day(asked, monkeypatch):
    find()
    tomorrow = days.today() + timedelta(days=1)
    monkeypatch.setattr(days, "today", lambda: tomorrow)
    find()
    assert asked.count("count") == 2


def test_they_end_with_any_change(asked):
    before = find().summary.total
    make_company("APRÈS COUP", target={})
    assert find().summary.total == before + 1


def test_those_of_ones_own_transaction_are_nobody_elses(asked):
    before = find().summary.total
    try:
        with transaction.atomic():
            make_company("ÉPHÉMÈRE")
            assert find().summary.total == before + 1
            raise RuntimeError
    except RuntimeError:
        assert find().summary.total == before


def test_those_by_what_the_index_does_not_hold_are_not_kept(
    asked, analyst, monkeypatch
):
    made = TargetList.objects.create(desk=analyst.desk, name="Vivier")
    said = {}
    monkeypatch.setattr(opinions, "_readers", [lambda _desk: dict(said)])
    for criteria in ({"liste": (str(made.public_id),)}, {"avis": Bounds(low=50)}):
        assert find(desk=analyst.desk, **criteria).summary.total == 0
    siren = Target.objects.order_by("siren").first().siren
    said[int(siren)] = 80
    found = find(desk=analyst.desk, avis=Bounds(low=50))
    assert found.summary.total == 1
    ListEntry.objects.create(list=made, siren=siren)
    found = find(desk=analyst.desk, liste=(str(made.public_id),))
    assert found.summary.total == 1


def test_they_are_so_many_at_most(asked, monkeypatch):
    monkeypatch.setattr(kept, "_MOST", 5)
    for score in range(20):
        find(attractivite=Bounds(low=score))
    assert len(store.current().kept._answers) <= 5
