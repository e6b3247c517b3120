"""From stored facts to stored scores: what is computed, kept, told and left alone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from companies.events import CompaniesEnriched
from companies.models import AnnualAccounts, LegalEvent, Officer, Target
from companies.tests.makers import make_company
from mainsite.lib.events import publish
from scoring import gather, jobs, panel, published, services
from scoring.models import Score
from scoring.rules import engine, rows

pytestmark = pytest.mark.django_db

THIS_YEAR = timezone.localdate().year


def accounts(company, year, *, kind="C", revenue=5_000_000, **amounts):
    return AnnualAccounts.objects.create(
        siren=company.siren,
        closed_on=date(year, 12, 31),
        account_type=kind,
        revenue=revenue,
        provenance={"revenue": ["pappers", "2026-11-01"]},
        **amounts,
    )


@pytest.fixture
def company(db):
    made = make_company(
        "MÉCANIQUE DU LAC", target={"enriched_at": timezone.now(), "revenue": 5_000_000}
    )
    last = THIS_YEAR - 1
    for back, revenue in enumerate((6_000_000, 5_500_000, 5_000_000)):
        accounts(
            made,
            last - back,
            revenue=revenue,
            net_income=300_000,
            equity=2_000_000,
            financial_debt=500_000,
        )
    Officer.objects.create(
        siren=made.siren,
        surname="SPÉCIMEN",
        birth_year=THIS_YEAR - 64,
        role="Président",
        since=date(1999, 1, 1),
        source="pappers",
        retrieved_at=timezone.now(),
    )
    return made


class TestScoreCompanies:
    def test_leaves_the_three_readings_on_the_narrow_row(self, company):
        services.score_companies(sirens=[company.siren])
        target = Target.objects.get(siren=company.siren)
        stored = Score.objects.get(siren=company.siren, ruleset_id="2.0")
        assert target.score == stored.attractiveness == Decimal(str(stored.row["a"]))
        # 20 to begin with, an age of 60 to 70, 15 years in office, 20 years of age.
        assert target.sale_likelihood == 80
        assert target.coverage > 90
        assert target.ruleset == "2.0"
        assert target.scored_at

    def test_keeps_both_rulesets_in_history(self, company):
        services.score_companies(sirens=[company.siren])
        assert set(Score.objects.values_list("ruleset_id", flat=True)) == {"1.0", "2.0"}

    def test_a_second_run_adds_no_line(self, company):
        services.score_companies(sirens=[company.siren])
        services.score_companies(sirens=[company.siren])
        assert Score.objects.count() == 2

    def test_a_changed_figure_adds_a_line_and_its_difference(self, company):
        services.score_companies(sirens=[company.siren])
        AnnualAccounts.objects.filter(closed_on__year=THIS_YEAR - 1).update(
            revenue=12_000_000
        )
        services.score_companies(sirens=[company.siren])
        changes = panel.history(company.siren, version="2.0")
        assert len(changes) == 2
        assert changes[0].moved == pytest.approx(changes[0].score - changes[1].score)

    def test_a_stored_row_is_replayed_to_the_last_digit(self, company):
        services.score_companies(sirens=[company.siren])
        for score in Score.objects.all():
            rules = published.load(score.ruleset_id)
            result = rows.from_row(score.row, siren=score.siren, ruleset=rules)
            (again,) = engine.score_inputs(
                [score.siren],
                [result.inputs],
                ruleset=rules,
                preset=score.preset,
                as_of=score.as_of,
            )
            kept = {key: value for key, value in score.row.items() if key != "o"}
            assert rows.to_row(again) == kept

    def test_identity_alone_is_not_assessable_and_has_no_score(self, db):
        lonely = make_company(
            "X", naf="", commune="", band="", legal_form="", created_on=None, target={}
        )
        services.score_companies(sirens=[lonely.siren])
        target = Target.objects.get(siren=lonely.siren)
        assert target.score is None
        assert target.score_state == 2
        assert target.missing

    def test_a_flag_by_percentage_chooses_company_by_company(self, company):
        from flags.models import FlagState

        FlagState.objects.filter(name="new_scoring_algorithm").update(value="False")
        services.score_companies(sirens=[company.siren])
        target = Target.objects.get(siren=company.siren)
        old = Score.objects.get(siren=company.siren, ruleset_id="1.0")
        assert target.ruleset == "1.0"
        assert target.score == old.attractiveness

    def test_a_group_takes_a_fixed_number_of_queries(
        self, company, django_assert_max_num_queries
    ):
        others = [make_company(f"S{n}", target={}).siren for n in range(20)]
        with django_assert_max_num_queries(18):
            services.score_companies(sirens=[company.siren, *others])


class TestGather:
    def test_growth_never_crosses_account_types(self, company):
        AnnualAccounts.objects.filter(closed_on__year=THIS_YEAR - 2).update(
            account_type="K"
        )
        (found,) = gather.gather([company.siren])
        assert found.facts.revenue == 6_000_000
        assert found.facts.revenue_n1 is None
        assert found.facts.revenue_n2 == 5_000_000

    def test_negative_equity_is_a_debt_ratio_of_one(self, company):
        AnnualAccounts.objects.update(equity=-1)
        (found,) = gather.gather([company.siren])
        assert found.facts.debt_ratio == 1.0

    def test_an_unknown_amount_leaves_the_ratio_unknown(self, company):
        AnnualAccounts.objects.update(financial_debt=None)
        (found,) = gather.gather([company.siren])
        assert found.facts.debt_ratio is None

    def test_a_closed_proceeding_is_no_open_one(self, company):
        for kind, day in (("proceeding", 1), ("proceeding_closed", 5)):
            LegalEvent.objects.create(
                siren=company.siren,
                kind=kind,
                occurred_on=date(2024, 1, day),
                source="pappers",
                source_id=kind,
            )
        (found,) = gather.gather([company.siren])
        assert found.facts.events == ()

    def test_partial_diffusion_brings_no_person(self, company):
        type(company).objects.update(diffusion="P")
        (found,) = gather.gather([company.siren])
        assert found.facts.officers == ()

    def test_confidential_accounts_are_known_as_such(self, company):
        accounts(company, THIS_YEAR, revenue=None, is_confidential=True)
        (found,) = gather.gather([company.siren])
        assert found.facts.accounts_confidential
        assert found.facts.revenue == 6_000_000


class TestSweep:
    def test_finds_what_a_lost_event_left(self, company):
        assert services.score_stale_companies() == 1
        assert services.score_stale_companies() == 0
        Target.objects.update(enriched_at=timezone.now() + timedelta(seconds=1))
        assert services.score_stale_companies(most=1) == 1


class TestSubscriber:
    def test_one_job_is_asked_for_after_commit(
        self, company, monkeypatch, django_capture_on_commit_callbacks
    ):
        asked = []
        monkeypatch.setattr(
            "mainsite.lib.queue.enqueue",
            lambda job, *, queue, **arguments: asked.append((job, queue, arguments)),
        )
        with django_capture_on_commit_callbacks(execute=True):
            publish(CompaniesEnriched(sirens=(company.siren,), source="pappers"))
            assert asked == []
        assert asked == [(jobs.score_companies, "scoring", {"sirens": [company.siren]})]


class TestPanel:
    def test_shows_what_was_stored(self, company, analyst_client):
        services.score_companies(sirens=[company.siren])
        page = analyst_client.get(f"/societes/{company.siren}/lectures/")
        text = page.content.decode()
        assert page.status_code == 200
        assert "Performance financière" in text
        assert "Règles 1.0" in text

    def test_says_when_nothing_was_computed(self, db, analyst_client):
        company = make_company("JAMAIS VUE")
        page = analyst_client.get(f"/societes/{company.siren}/lectures/")
        assert "jamais calculées" in page.content.decode()

    def test_htmx_gets_the_piece_alone(self, company, analyst_client):
        services.score_companies(sirens=[company.siren])
        address = f"/societes/{company.siren}/lectures/"
        headers = {"HX-Request": "true", "HX-Target": "score-panel"}
        piece = analyst_client.get(address, headers=headers).content.decode()
        assert piece.strip().startswith('<section id="score-panel"')
        assert "<html" not in piece
