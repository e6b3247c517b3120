"""A person’s figure beside the score: given, replaced, withdrawn, searched, audited."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from companies.models import Target
from companies.pipeline import PersonHasNoDesk
from companies.search import engine, phrase
from companies.search.criteria import Bounds, Criteria
from companies.search.form import SearchForm
from companies.tests.makers import make_company
from scoring import overrides
from scoring.models import ScoreOverride

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(db):
    return make_company("MÉCANIQUE DU LAC", target={"score": 61, "score_state": 1})


def soon(days=90):
    return timezone.localdate() + timedelta(days=days)


def give(company, by, points=72, reason="Carnet rempli.", **options):
    options.setdefault("until", soon())
    return overrides.give(
        siren=company.siren, points=points, reason=reason, by=by, **options
    )


def expire(override):
    ScoreOverride.objects.filter(pk=override.pk).update(
        until=timezone.localdate() - timedelta(days=1)
    )


class TestGive:
    def test_stands_beside_the_score_and_never_changes_it(self, company, analyst):
        before = Target.objects.filter(siren=company.siren).values().get()
        made = give(company, analyst)
        assert (made.points, made.author, made.computed) == (72, analyst, 61)
        assert Target.objects.filter(siren=company.siren).values().get() == before

    def test_is_in_the_audit_trail_without_the_words(self, company, analyst):
        give(company, analyst)
        entry = AuditEntry.objects.get(action="score_override_given")
        assert entry.resource == f"company:{company.siren}"
        assert entry.details["points"] == 72
        assert "Carnet" not in str(entry.details)

    def test_takes_the_place_of_the_desks_former_one(self, company, analyst, colleague):
        first = give(company, analyst)
        second = give(company, colleague, points=30)
        found = overrides.of_company(company.siren, reader=analyst)
        assert found.current == second
        assert found.past == (first,)
        assert found.past[0].ended_by == colleague

    def test_replaces_an_expired_one_that_nobody_ended(self, company, analyst):
        first = give(company, analyst)
        expire(first)
        give(company, analyst, points=10)
        first.refresh_from_db()
        assert first.ended_at
        assert first.ended_by is None

    @pytest.mark.parametrize(
        ("options", "error"),
        [
            ({"until": soon(0)}, overrides.EndIsPast),
            ({"until": soon(3000)}, overrides.EndIsTooFar),
            ({"reason": "  "}, overrides.ReasonIsMissing),
        ],
    )
    def test_wants_a_reason_and_an_end(self, company, analyst, options, error):
        with pytest.raises(error):
            give(company, analyst, **options)

    def test_wants_a_desk(self, company, analyst):
        analyst.desk = None
        with pytest.raises(PersonHasNoDesk):
            give(company, analyst)


class TestWithdraw:
    def test_leaves_it_to_be_read(self, company, analyst, colleague):
        made = give(company, analyst)
        overrides.withdraw(siren=company.siren, by=colleague)
        found = overrides.of_company(company.siren, reader=analyst)
        assert found.current is None
        assert found.past == (made,)
        entry = AuditEntry.objects.get(action="score_override_withdrawn")
        assert entry.actor_id == colleague.pk

    def test_of_none_does_nothing(self, company, analyst):
        overrides.withdraw(siren=company.siren, by=analyst)
        assert not AuditEntry.objects.filter(action="score_override_withdrawn").exists()


class TestReading:
    def test_is_for_the_desk_only(self, company, analyst, stranger):
        give(company, analyst)
        found = overrides.of_company(company.siren, reader=stranger)
        assert found == overrides.Overrides(None, ())

    def test_past_its_last_day_it_is_past(self, company, analyst):
        made = give(company, analyst)
        expire(made)
        found = overrides.of_company(company.siren, reader=analyst)
        assert found.current is None
        assert found.past == (made,)
        assert overrides.in_force(analyst.desk_id) == {}


class TestSearch:
    @pytest.fixture
    def said(self, analyst):
        """By points; one without any, one of which the end has come."""
        made = {n: make_company(f"AVIS {n}") for n in (20, 50, 80)}
        for points, each in made.items():
            give(each, analyst, points=points)
        made["none"] = make_company("SANS AVIS", target={})
        made["past"] = make_company("AVIS ÉCHU", target={})
        expire(give(made["past"], analyst, points=90))
        return made

    def found(self, desk, query):
        form = SearchForm(QueryDict(query), desk_id=desk.pk)
        assert form.is_valid(), form.in_words()
        search = engine.search(form.criteria, sort="nom", desk_id=desk.pk)
        names = {row.name for row in engine.page(search).rows}
        assert engine.total(search) == len(names)
        return names

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("avis_min=0", {"AVIS 20", "AVIS 50", "AVIS 80"}),
            ("avis_min=50", {"AVIS 50", "AVIS 80"}),
            ("avis_min=21&avis_max=79", {"AVIS 50"}),
            (
                "avis_min=60&inconnus=avis",
                {"AVIS 80", "SANS AVIS", "AVIS ÉCHU"},
            ),
        ],
    )
    def test_finds_what_counts_today(self, said, analyst, query, expected):
        assert self.found(analyst.desk, query) == expected

    def test_is_of_the_readers_desk(self, said, stranger):
        assert self.found(stranger.desk, "avis_min=0") == set()

    def test_is_said_in_words(self):
        criteria = Criteria(avis=Bounds(low=60, with_unknown=True))
        words = phrase.in_words(criteria)
        assert words == "avis de l’équipe de 60 et plus ou sans avis"

    @pytest.mark.parametrize("query", ["avis_min=101", "avis_max=-1", "avis_min=x"])
    def test_refuses_what_is_no_figure(self, query):
        assert not SearchForm(QueryDict(query)).is_valid()


class TestPage:
    def address(self, name, company):
        return reverse(f"scoring:{name}", args=[company.siren])

    def data(self, **changes):
        return {
            "points": "72",
            "reason": "Carnet rempli.",
            "until": soon().isoformat(),
        } | changes

    def test_gives_shows_and_takes_back(self, company, analyst, analyst_client):
        answer = analyst_client.post(
            self.address("give_override", company), self.data(), follow=True
        )
        assert answer.status_code == 200
        assert "Carnet rempli." in answer.text
        assert str(analyst) in answer.text
        assert "le calcul disait 61,0" in answer.text
        answer = analyst_client.post(
            self.address("withdraw_override", company), follow=True
        )
        assert "Aucun avis en cours." in answer.text
        assert "retiré par" in answer.text

    def test_says_what_is_wrong_and_keeps_the_form_open(self, company, analyst_client):
        headers = {"HX-Request": "true", "HX-Target": "override-panel"}
        answer = analyst_client.post(
            self.address("give_override", company),
            self.data(points="120", until="2020-01-01"),
            headers=headers,
        )
        assert answer.status_code == 422
        assert answer.text.strip().startswith('<section id="override-panel"')
        assert "Un avis va de 0 à 100." in answer.text
        assert not ScoreOverride.objects.exists()

    def test_an_end_to_come_is_wanted(self, company, analyst_client):
        answer = analyst_client.post(
            self.address("give_override", company), self.data(until="2020-01-01")
        )
        assert answer.status_code == 422
        assert "Le dernier jour doit être à venir." in answer.text

    def test_a_reader_sees_it_and_cannot_give_one(
        self, company, analyst, reader_client
    ):
        give(company, analyst)
        page = reader_client.get(self.address("panel", company)).text
        assert "Carnet rempli." in page
        assert "Donner un" not in page
        for name in ("give_override", "withdraw_override"):
            answer = reader_client.post(self.address(name, company), self.data())
            assert answer.status_code == 403

    def test_another_desk_sees_nothing(self, company, analyst, stranger_client):
        give(company, analyst)
        page = stranger_client.get(self.address("panel", company)).text
        assert "Carnet rempli." not in page
        stranger_client.post(self.address("withdraw_override", company))
        assert ScoreOverride.objects.get().ended_at is None

    def test_the_piece_is_a_piece_of_the_page(self, company, analyst, analyst_client):
        give(company, analyst)
        address = self.address("panel", company)
        for target in ("score-panel", "override-panel"):
            headers = {"HX-Request": "true", "HX-Target": target}
            piece = analyst_client.get(address, headers=headers).text
            assert piece.strip().startswith(f'<section id="{target}"')
            assert "Carnet rempli." in piece

    def test_what_was_written_never_acts(self, company, analyst, analyst_client):
        give(company, analyst, reason="<script>alert(1)</script>")
        page = analyst_client.get(self.address("panel", company)).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
