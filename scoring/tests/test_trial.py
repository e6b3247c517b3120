"""A draft tried beside the rules in service: who moves, why, and what is published."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from companies.models import ListEntry, Target, TargetList
from companies.tests.makers import make_company
from scoring import comparing, panel, published, publishing, services, trial, trial_page
from scoring.models import Ruleset, RulesetTrial
from scoring.tests.test_services import THIS_YEAR, accounts, company

__all__ = ["company"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(ops):
    return publishing.draft_from(ruleset=Ruleset.objects.get(pk="2.0"), by=ops)


@pytest.fixture
def scored(company):
    """Three companies above the floor and one under it."""
    sirens = [company.siren]
    for number, revenue in enumerate((900_000, 15_000_000), 1):
        made = make_company(f"SOCIÉTÉ {number}", target={})
        for back in range(3):
            accounts(
                made,
                THIS_YEAR - 1 - back,
                revenue=revenue + back * 50_000,
                net_income=revenue // 10,
                equity=1_000_000,
                financial_debt=100_000,
            )
        sirens.append(made.siren)
    sirens.append(make_company("REGISTRE SEUL", target={}).siren)
    services.score_companies(sirens=sirens)
    return sirens


def move_weights(draft, **weights):
    draft.presets.filter(name="default").update(**weights)


def try_it(draft, ops, **options):
    options.setdefault("sample", trial.default_sample())
    return trial.try_draft(ruleset=draft, by=ops, **options)


class TestSample:
    def test_is_the_same_each_time_and_goes_under_the_floor_too(self, scored):
        sample = trial.default_sample()
        assert sample == trial.default_sample()
        assert set(sample.sirens) == set(scored)
        assert sample.words == "3 cibles évaluables et 1 sous le plancher"

    def test_of_a_list_is_its_companies(self, scored, ops):
        kept = TargetList.objects.create(desk=ops.desk, name="Vivier", created_by=ops)
        ListEntry.objects.create(list=kept, siren=scored[0])
        sample = trial.sample_of(kept)
        assert sample.sirens == (scored[0],)
        assert sample.words == "1 société sur 1 du vivier « Vivier »"


class TestTrial:
    def test_of_the_same_figures_moves_nobody(self, scored, draft, ops):
        made = try_it(draft, ops)
        assert (made.companies, made.moved) == (4, 0)
        assert made.outcome["movers"] == []
        assert sum(made.outcome["bins"]) == 3

    def test_of_other_weights_says_who_moves_and_through_what(self, scored, draft, ops):
        move_weights(draft, financial_performance=0.05, growth_trajectory=0.40)
        made = try_it(draft, ops)
        outcome = made.outcome
        assert made.moved == 3 == outcome["up"] + outcome["down"]
        first = outcome["movers"][0]
        assert abs(first["after"] - first["before"]) == max(
            abs(each["after"] - each["before"]) for each in outcome["movers"]
        )
        names = {part["component"] for part in first["parts"]}
        assert "growth_trajectory" in names or "financial_performance" in names

    def test_the_parts_add_up_to_the_move(self, scored, draft, ops, monkeypatch):
        monkeypatch.setattr(comparing, "MOST_PARTS", 8)
        move_weights(draft, financial_performance=0.05, growth_trajectory=0.40)
        for mover in try_it(draft, ops).outcome["movers"]:
            told = sum(part["points"] for part in mover["parts"])
            assert told == pytest.approx(mover["after"] - mover["before"], abs=0.05)

    def test_counts_who_crosses_the_floor(self, scored, draft, ops):
        draft.definition["coverage"]["floor"] = 99.5
        draft.save()
        outcome = try_it(draft, ops).outcome
        assert outcome["lost"] == 3
        assert outcome["gained"] == 0
        assert {each["siren"] for each in outcome["crossers"]} <= set(scored)

    def test_names_a_cap_that_came(self, scored, draft, ops):
        Target.objects.update(score_state=1)
        draft.definition["caps"]["equity"] = 10
        draft.save()
        from companies.models import AnnualAccounts

        AnnualAccounts.objects.filter(siren=scored[0]).update(equity=-1)
        made = try_it(draft, ops)
        [mover] = trial_page.of(made, "fr").movers
        assert mover.siren == scored[0]
        assert mover.caps[1].startswith("après, plafonnée à 10")

    def test_changes_nothing_on_the_companies(self, scored, draft, ops):
        before = list(Target.objects.order_by("siren").values())
        move_weights(draft, financial_performance=0.05, growth_trajectory=0.40)
        try_it(draft, ops)
        assert list(Target.objects.order_by("siren").values()) == before

    def test_of_nobody_is_refused(self, draft, ops):
        with pytest.raises(trial.CannotTry):
            try_it(draft, ops)

    def test_is_in_the_audit_trail(self, scored, draft, ops):
        made = try_it(draft, ops)
        entry = AuditEntry.objects.get(action="ruleset_tried")
        assert entry.details["digest"] == made.digest == trial.digest(draft)


class TestPublication:
    def test_wants_a_trial_of_exactly_this_content(self, scored, draft, ops):
        with pytest.raises(publishing.CannotPublish, match="n’a pas été essayé"):
            publishing.publish(ruleset=draft, by=ops)
        try_it(draft, ops)
        move_weights(draft, profitability=0.1504)
        with pytest.raises(publishing.CannotPublish, match="n’a pas été essayé"):
            publishing.publish(ruleset=draft, by=ops)

    def test_wants_it_with_the_weights_in_service(self, scored, draft, ops):
        try_it(draft, ops, preset="growth")
        with pytest.raises(publishing.CannotPublish):
            publishing.publish(ruleset=draft, by=ops)

    def test_wants_it_against_what_is_in_service_now(self, scored, draft, ops):
        other = publishing.draft_from(ruleset=Ruleset.objects.get(pk="2.0"), by=ops)
        for each in (draft, other):
            try_it(each, ops)
        publishing.publish(ruleset=other, by=ops)
        with pytest.raises(publishing.CannotPublish, match=r"règles 2\.2"):
            publishing.publish(ruleset=draft, by=ops)

    def test_puts_it_in_service_and_makes_the_scores_stale(self, scored, draft, ops):
        assert published.served().versions == ("1.0", "2.0")
        assert not Target.objects.filter(published.outdated()).exists()
        made = try_it(draft, ops)
        publishing.publish(ruleset=draft, by=ops)
        assert published.served().versions == ("1.0", "2.1")
        assert [rules.version for rules in published.in_service()] == ["1.0", "2.1"]
        assert Target.objects.filter(published.outdated()).count() == len(scored)
        entry = AuditEntry.objects.get(action="ruleset_published")
        assert entry.details == {"digest": made.digest, "trial": str(made.pk)}


class TestOutdated:
    def test_is_what_a_worker_wrote_with_the_former_rules(self, scored, draft, ops):
        try_it(draft, ops)
        publishing.publish(ruleset=draft, by=ops)
        late = published.served().since + timedelta(minutes=2)
        Target.objects.update(scored_at=late, ruleset="2.1")
        assert not Target.objects.filter(published.outdated()).exists()
        Target.objects.filter(siren=scored[0]).update(ruleset="2.0")
        assert Target.objects.get(published.outdated()).siren == scored[0]

    def test_is_no_version_that_was_given_later(self, scored, draft, ops):
        try_it(draft, ops)
        publishing.publish(ruleset=draft, by=ops)
        later = published.served().since + timedelta(hours=2)
        Target.objects.update(scored_at=later, ruleset="2.0")
        assert not Target.objects.filter(published.outdated()).exists()


class TestHistory:
    def test_goes_on_through_a_new_version(self, scored, draft, ops):
        move_weights(draft, profitability=0.25, financial_performance=0.15)
        try_it(draft, ops)
        publishing.publish(ruleset=draft, by=ops)
        siren = scored[0]
        # Until it is scored again, its page says what the former version said.
        assert panel.readings(siren, lang="fr").new.version == "2.0"
        services.score_stale_companies()
        shown = panel.readings(siren, lang="fr")
        assert shown.new.version == "2.1"
        assert "règles 2.1" in shown.history[0].why[0]
        assert len(shown.history) == 2


class TestPages:
    def test_from_the_draft_to_its_publication(self, scored, draft, ops_client):
        move_weights(draft, financial_performance=0.05, growth_trajectory=0.40)
        change = ops_client.get("/administration/scoring/ruleset/2.1/change/").text
        address = reverse("admin:scoring_try", args=["2.1"])
        assert address in change
        assert "Publier 2.1" not in ops_client.get(address).text
        answer = ops_client.post(address, {"poids": "default", "vivier": ""})
        made = RulesetTrial.objects.get()
        page = reverse("admin:scoring_tried", args=["2.1", made.pk])
        assert answer["Location"] == page
        text = ops_client.get(page).text
        assert "Qui se déplace le plus" in text
        assert "MÉCANIQUE DU LAC" in text
        assert "Publier 2.1, pour toujours" in text
        answer = ops_client.post(reverse("admin:scoring_publish", args=["2.1"]))
        assert answer.status_code == 302
        assert Ruleset.objects.get(pk="2.1").is_published
        assert ops_client.get(page).status_code == 200
        assert ops_client.get(address).status_code == 404

    def test_say_why_nothing_could_be_tried(self, draft, ops_client):
        address = reverse("admin:scoring_try", args=["2.1"])
        page = ops_client.post(address, {"poids": "default", "vivier": ""})
        assert "n’a de score à comparer" in page.text

    def test_take_a_list_of_the_readers_desk_only(
        self, scored, draft, ops, ops_client, stranger
    ):
        theirs = TargetList.objects.create(
            desk=stranger.desk, name="Le leur", created_by=stranger
        )
        address = reverse("admin:scoring_try", args=["2.1"])
        data = {"poids": "default", "vivier": theirs.public_id}
        assert ops_client.post(address, data).status_code == 200
        assert not RulesetTrial.objects.exists()

    def test_are_for_ops(self, draft, analyst_client):
        for name, arguments in (("try", ["2.1"]), ("tried", ["2.1", 1])):
            address = reverse(f"admin:scoring_{name}", args=arguments)
            assert analyst_client.get(address).status_code in (302, 403)
        address = reverse("admin:scoring_publish", args=["2.1"])
        assert analyst_client.post(address).status_code in (302, 403)
        assert not Ruleset.objects.get(pk="2.1").is_published

    def test_of_a_published_version_cannot_be_tried_nor_published(self, ops_client):
        for name in ("try", "publish"):
            address = reverse(f"admin:scoring_{name}", args=["2.0"])
            assert ops_client.post(address).status_code == 404


def test_the_digest_does_not_depend_on_the_order_of_the_entries(draft):
    before = trial.digest(draft)
    shuffled = dict(reversed(json.loads(json.dumps(draft.definition)).items()))
    Ruleset.objects.filter(pk=draft.pk).update(definition=shuffled)
    assert trial.digest(Ruleset.objects.get(pk=draft.pk)) == before
