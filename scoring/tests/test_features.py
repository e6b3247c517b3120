"""Features as known at a date: what is read, how missing is said, and nothing later."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.utils import timezone

from accounts import sealing
from companies.models import AnnualAccounts, Company, Contact, LegalEvent, Officer
from companies.tests.makers import make_company
from scoring import published
from scoring.bulk import choice, source
from scoring.features import asked, known, table
from scoring.features.known import Knowledge
from scoring.learning import leaks
from scoring.learning.table import Table

pytestmark = pytest.mark.django_db

# Accounts of 2021 were filed, those of 2022 had not closed.
THEN = date(2022, 10, 1)
PARIS = ZoneInfo("Europe/Paris")


def accounts(company, year, *, read_on="2026-11-01", **amounts):
    return AnnualAccounts.objects.create(
        siren=company.siren,
        closed_on=date(year, 12, 31),
        account_type="C",
        duration_months=12,
        provenance={"revenue": ["pappers", read_on]},
        **amounts,
    )


def event(company, kind, on, number=1):
    return LegalEvent.objects.create(
        siren=company.siren,
        kind=kind,
        occurred_on=on,
        label="avis",
        source="bodacc",
        source_id=f"{kind}-{on}-{number}",
    )


def officer(company, **more):
    told = {
        "surname": "SPÉCIMEN",
        "birth_year": 1960,
        "role": "Président",
        "since": date(2010, 10, 1),
        "source": "rne",
        "retrieved_at": timezone.now(),
    }
    return Officer.objects.create(siren=company.siren, **told | more)


def contact(company, number, on, kind="email"):
    at = datetime(on.year, on.month, on.day, 12, tzinfo=PARIS)
    return Contact.objects.create(
        siren=company.siren,
        kind=kind,
        sealed_value=sealing.seal(b"contact@societe.example"),
        fingerprint=f"{number:064d}",
        is_personal=False,
        is_professional=True,
        source="pappers",
        collected_at=at,
        delete_after=date(2030, 1, 1),
    )


@pytest.fixture
def company(db):
    made = make_company("MÉCANIQUE DU LAC", headcount_year=2019)
    Company.objects.filter(pk=made.siren).update(
        registered_at=datetime(2020, 1, 1, tzinfo=PARIS)
    )
    accounts(
        made,
        2021,
        revenue=5_000_000,
        net_income=400_000,
        ebitda=750_000,
        equity=2_000_000,
        financial_debt=500_000,
        headcount=25,
    )
    accounts(made, 2020, revenue=4_000_000, net_income=200_000)
    officer(made)
    event(made, "accounts_filed", date(2022, 7, 10))
    contact(made, 1, date(2022, 5, 1))
    return made


def look(company, on=THEN, **more):
    return table.of(known.read(choice.among([company.siren]), on, **more))


def values(found):
    return {name: column[0] for name, column in found.numeric.items()} | {
        name: str(column[0]) for name, column in found.categorical.items()
    }


class TestTheColumns:
    def test_say_what_was_known(self, company):
        told = values(look(company))
        assert told["revenue"] == 5_000_000
        assert told["revenue_growth"] == pytest.approx(25)
        assert told["net_margin"] == pytest.approx(8)
        assert told["net_margin_change"] == pytest.approx(3)
        assert told["ebitda_margin"] == pytest.approx(15)
        assert told["revenue_per_head"] == 200_000
        assert told["debt_ratio"] == pytest.approx(0.2)
        assert (told["equity"], told["financial_debt"]) == (2_000_000, 500_000)
        assert told["company_age"] == pytest.approx(24.58, abs=0.01)
        assert told["accounts_age"] == pytest.approx(0.75, abs=0.01)
        assert (told["leader_age"], told["leader_tenure"]) == (62, pytest.approx(12))
        assert (told["emails"], told["phones"]) == (1, 0)
        assert told["accounts_filed_age"] == pytest.approx(83 / 365.25)
        assert told["notices"] == 1
        assert told["naf_section"] == "C"
        assert told["naf_division"] == "25"
        assert told["naf_class"] == "25.62"
        assert told["region"] == "84"
        assert (told["headcount_band"], told["legal_form"]) == ("12", "57")

    def test_missing_is_never_zero(self, db):
        bare = make_company("RIEN", band="", naf="", commune="", legal_form="")
        told = values(look(bare, on=timezone.localdate()))
        for name in ("revenue", "net_margin", "equity", "headcount", "leader_age"):
            assert np.isnan(told[name]), name
        for name in ("naf_section", "region", "headcount_band", "legal_form"):
            assert told[name] == ""
        assert (told["emails"], told["notices"]) == (0, 0)

    def test_a_revenue_of_zero_is_not_published_and_divides_nothing(self, company):
        AnnualAccounts.objects.update(revenue=0)
        told = values(look(company))
        for name in ("revenue", "net_margin", "revenue_per_head", "revenue_growth"):
            assert np.isnan(told[name]), name

    def test_a_code_of_another_nomenclature_is_missing(self, company):
        Company.objects.filter(pk=company.siren).update(naf_code="99.9X")
        assert values(look(company))["naf_section"] == ""

    def test_the_rules_do_not_read_it_either(self, company):
        Company.objects.filter(pk=company.siren).update(naf_code="741A")
        told = known.read(choice.among([company.siren]), timezone.localdate())
        assert told.facts.register.naf.values == [""]

    def test_the_leader_born_in_1890_has_no_age(self, company):
        Officer.objects.update(birth_year=1890)
        assert np.isnan(values(look(company))["leader_age"])

    def test_what_is_not_public_of_a_person_is_not_read(self, company):
        Company.objects.filter(pk=company.siren).update(diffusion="P")
        assert np.isnan(values(look(company))["leader_age"])

    def test_today_they_are_what_the_rules_read(self, company):
        chosen, today = choice.among([company.siren]), timezone.localdate()
        ours = known.read(chosen, today).facts
        theirs = source.read(chosen, today)
        for rules in published.in_service():
            mine, other = ours.columns(rules), theirs.columns(rules)
            for name in type(mine).__dataclass_fields__:
                if name != "data_age_days":
                    np.testing.assert_array_equal(
                        getattr(mine, name), getattr(other, name), err_msg=name
                    )


class TestALeak:
    """A fact of later, planted beside those of before."""

    @pytest.mark.parametrize(
        "plant",
        [
            lambda c: accounts(c, 2022, revenue=9_000_000, net_income=1),
            lambda c: event(c, "sale", date(2022, 11, 3)),
            lambda c: event(c, "proceeding", date(2023, 2, 1)),
            lambda c: officer(c, birth_year=1990, since=date(2022, 12, 1)),
            lambda c: officer(c, birth_year=1940, since=None),
            lambda c: contact(c, 2, date(2022, 10, 2)),
            lambda c: Company.objects.filter(pk=c.siren).update(
                closed_on=date(2023, 1, 1), is_active=False
            ),
        ],
        ids=[
            "accounts",
            "sale",
            "proceeding",
            "officer",
            "officer_since_unknown",
            "contact",
            "closing",
        ],
    )
    def test_changes_nothing_of_what_was_known(self, company, plant):
        before = look(company).digest()
        plant(company)
        assert look(company).digest() == before

    def test_today_the_same_facts_are_read(self, company):
        before = look(company, on=timezone.localdate()).digest()
        accounts(company, 2022, revenue=9_000_000, net_income=1)
        assert look(company, on=timezone.localdate()).digest() != before

    def test_accounts_count_from_their_filing(self, company):
        before_filing = values(look(company, on=date(2022, 7, 9)))
        assert before_filing["revenue"] == 4_000_000
        assert values(look(company, on=date(2022, 7, 10)))["revenue"] == 5_000_000

    def test_or_eight_months_after_their_closing(self, company):
        LegalEvent.objects.all().delete()
        assert values(look(company, on=date(2022, 8, 30)))["revenue"] == 4_000_000
        assert values(look(company, on=date(2022, 8, 31)))["revenue"] == 5_000_000

    def test_or_from_our_own_reading_when_that_came_first(self, company):
        AnnualAccounts.objects.filter(closed_on__year=2021).update(
            provenance={"revenue": ["pappers", "2022-03-01"]}
        )
        assert values(look(company, on=date(2022, 3, 1)))["revenue"] == 5_000_000

    def test_held_means_read_by_us(self, company):
        held = {"knowledge": Knowledge.HELD}
        assert np.isnan(values(look(company, **held))["revenue"])
        later = date(2026, 11, 1)
        assert values(look(company, on=later, **held))["revenue"] == 5_000_000

    def test_an_age_that_is_negative_is_found_by_the_check_of_each_training(self):
        rng = np.random.default_rng(0)
        labels = rng.random(300) < 0.4
        tenure = rng.uniform(1, 20, 300)
        # Written down after the sale, with its own date.
        tenure[labels] = np.where(rng.random(labels.sum()) < 0.5, -0.5, 3.0)
        found = leaks.find(
            Table(
                {"leader_tenure": tenure, "equity": rng.normal(size=300)},
                {},
                table.DATED,
            ),
            labels,
        )
        assert [(f.column, f.reason) for f in found] == [("leader_tenure", leaks.LATER)]


class TestManyAtOnce:
    def test_each_is_looked_at_on_its_own_day_in_the_order_asked(self, company):
        other = make_company("AUTRE")
        questions = asked.Questions(
            np.array([int(company.siren), int(other.siren), int(company.siren), 1]),
            np.array(
                [
                    date(2022, 7, 9).toordinal(),
                    THEN.toordinal(),
                    THEN.toordinal(),
                    THEN.toordinal(),
                ]
            ),
        )
        rules = published.in_service()[-1]
        found = asked.answer(questions, ruleset=rules)
        # The last is in no register.
        assert found.rows.tolist() == [0, 1, 2]
        revenue = found.table.numeric["revenue"].tolist()
        assert revenue[0] == 4_000_000
        assert np.isnan(revenue[1])
        assert revenue[2] == 5_000_000
        assert np.isfinite(found.rules[[0, 2]]).all()
        assert np.isnan(found.rules[1])

    def test_the_number_of_queries_does_not_depend_on_the_number_of_companies(
        self, company, django_assert_num_queries
    ):
        sirens = [company.siren, *(make_company(f"N{n}").siren for n in range(20))]
        # They go past Django's cursors: what is counted here is that no other is made.
        with django_assert_num_queries(0):
            found = known.read(choice.among(sirens), THEN)
        assert len(found) == 21
