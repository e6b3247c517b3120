"""Whole columns against one company at a time: the same rows, digit by digit."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from flags.models import FlagState

from companies.choices import AccountType, EventKind
from companies.models import AnnualAccounts, LegalEvent, Officer, SourceReading, Target
from companies.tests.makers import make_company
from mainsite.lib.flags import Flag, is_on
from scoring import gather, published, services
from scoring.bulk import choice, officers, run, source, text
from scoring.models import Score
from scoring.rules import engine, leaders, rows
from scoring.rules.curves import round2

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
LAST = TODAY.year - 1
LONG_AGO = date(2005, 1, 1)


def accounts(company, closed_on, kind="C", **fields):
    return AnnualAccounts(
        siren=company.siren, closed_on=closed_on, account_type=kind, **fields
    )


def officer(company, role="Président", **fields):
    made = {"surname": "SPÉCIMEN", "source": "pappers", "retrieved_at": timezone.now()}
    return Officer(siren=company.siren, role=role, **(made | fields))


def event(company, kind, day, number=0):
    return LegalEvent(
        siren=company.siren,
        kind=kind,
        occurred_on=day,
        source="pappers",
        source_id=f"{kind}-{day}-{number}",
    )


# Awkward companies, made up at random but always the same.

NAMES = (
    *("MÉCANIQUE DU LAC", "Cabinet Audit Excellence", "CONSEİL & FILS", "ＡＵＤＩＴ"),
    *("ﬁduciaire expertise", 'A "B" \\ C', "audıt", "", "x\ty", "CONSULTING", "Œuvre"),
)
NAFS = ("69.20Z", "25.62B", "", "741A", "74.1", "9999Z", "01.11Z", '"\\', "62.01Z")
POSTAL_CODES = ("75008", "69001", "", "2A000", '"\\1', "97100", "é2000")
BANDS = ("", "NN", "00", "12", "21", "53")
AMOUNTS = (None, 0, 1, -1, 999, 5_000_000, 20_000_000, -3_000_000, 123_456_789)
ROLES = (
    *("Président", "Gérant", "GÉRANTE", "Directeur général", "Administrateur"),
    *("Directrice générale déléguée", "Commissaire aux comptes titulaire", "71"),
    *("Président du conseil d’administration", "Associé", "30", "", "Liquidateur"),
)
SURNAMES = ("DUPONT", "Dupont", "DUPÔNT ", "LEFÈVRE", "LEFEVRE", "", "Nguyễn", "Œ")
BIRTHS = (None, 1890, 1950, 1962, 1985, 1995, 2020)


class Awkward:
    """A company with anything that the tables accept."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        draw = self.draw
        self.company = make_company(
            draw.choice(NAMES),
            trade_name=draw.choice(("", "Audit & cie")),
            naf="",
            commune="",
            band="",
            created_on=draw.choice((None, date(1875, 1, 1), TODAY, LONG_AGO)),
            legal_form=draw.choice(("", "5710")),
            is_active=draw.random() < 0.8,
            diffusion=draw.choice("OOOP"),
            closed_on=draw.choice((None, TODAY, TODAY + timedelta(9), LONG_AGO)),
            target={"enriched_at": timezone.now()} if draw.random() < 0.8 else None,
        )
        type(self.company).objects.filter(pk=self.company.pk).update(
            naf_code=draw.choice(NAFS),
            postal_code=draw.choice(POSTAL_CODES),
            headcount_band=draw.choice(BANDS),
            registered_at=self.moment(),
        )

    def moment(self):
        """Around midnight in Paris too, where UTC has another date."""
        day = TODAY - timedelta(self.draw.choice((-1, 0, 1, 200, 900)))
        hour = self.draw.choice((0, 12, 22, 23))
        return datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)

    def save(self):
        draw, company = self.draw, self.company
        AnnualAccounts.objects.bulk_create(self.accounts())
        Officer.objects.bulk_create(
            officer(
                company,
                draw.choice(ROLES),
                surname=draw.choice(SURNAMES),
                birth_year=draw.choice(BIRTHS),
                since=draw.choice((None, date(1999, 5, 1), TODAY + timedelta(3))),
                is_company=draw.random() < 0.15,
                rank=draw.randrange(3),
            )
            for _ in range(draw.choice((0, 1, 2, 3, 6)))
        )
        LegalEvent.objects.bulk_create(
            event(company, draw.choice(EventKind.values), self.day(), number)
            for number in range(draw.choice((0, 1, 4)))
        )
        SourceReading.objects.bulk_create(
            SourceReading(
                siren=company.siren, source=each, retrieved_at=self.moment(), status="x"
            )
            for each in draw.sample(("pappers", "bodacc", "rne"), draw.randrange(3))
        )

    def day(self):
        return TODAY - timedelta(self.draw.choice((-30, 0, 1, 400, 731, 800, 3000)))

    def accounts(self):
        draw = self.draw
        days = {
            date(LAST - draw.randrange(6), draw.choice((6, 12)), 30)
            for _ in range(draw.choice((0, 1, 3, 5)))
        }
        for day in days:
            for kind in draw.sample(AccountType.values, draw.choice((1, 1, 2, 3))):
                yield accounts(self.company, day, kind, **self.figures())

    def figures(self):
        draw = self.draw
        names = ("revenue", "net_income", "equity", "financial_debt")
        figures = {name: draw.choice(AMOUNTS) for name in names}
        sources = ("pappers", "inpi_bce", 'a "source" \\')
        known = [name for name in gather.SOURCED if draw.random() < 0.7]
        return figures | {
            "headcount": draw.choice((None, 0, 7, 45)),
            "duration_months": draw.choice((None, None, 12, 12, 0, 1, 9, 13, 22)),
            "has_unit_jump": draw.random() < 0.1,
            "is_confidential": draw.random() < 0.2,
            "provenance": {
                each: [draw.choice(sources), "2026-01-01"] for each in known
            },
        }


@pytest.fixture
def awkward(db):
    made = [Awkward(seed) for seed in range(250)]
    for each in made:
        each.save()
    return [each.company.siren for each in made]


def expected_of(sirens):
    """By ruleset and SIREN, the result and the stored row, one company at a time."""
    gathered = gather.gather(sirens)
    found = {}
    for rules in published.in_service():
        results = engine.score_batch(
            [each.facts for each in gathered],
            ruleset=rules,
            preset="default",
            as_of=TODAY,
        )
        for result, each in zip(results, gathered, strict=True):
            row = json.loads(json.dumps(rows.to_row(result, each.provenance)))
            found[rules.version, result.siren] = result, row
    return found


class TestSameAsOneCompanyAtATime:
    def test_stored_rows(self, awkward):
        done = run.score_among(awkward)
        expected = expected_of(awkward)
        stored = Score.objects.all()
        assert done.companies == len(awkward)
        assert done.lines == len(stored) == len(expected) == 2 * len(awkward)
        for score in stored:
            result, row = expected[score.ruleset_id, score.siren]
            assert score.row == row
            for name in ("attractiveness", "sale_likelihood", "coverage"):
                points = getattr(result, name)
                assert getattr(score, name) == (
                    None if points is None else Decimal(str(points))
                )
            assert score.state == (1 if result.is_evaluable else 2)
            assert (score.as_of, score.preset) == (TODAY, "default")

    def test_the_cases_are_awkward_enough(self, awkward):
        results = [result for result, _ in expected_of(awkward).values()]
        of_20 = [each for each in results if each.ruleset == "2.0"]
        assert {flag for each in of_20 for flag in each.flags} >= {
            "sold", "proceeding", "equity",
        }  # fmt: skip
        assert {each.is_evaluable for each in of_20} == {True, False}
        assert any(each.inputs.relay_age for each in of_20)
        assert any(each.inputs.has_second for each in of_20)
        assert any(each.inputs.revenue_n2 for each in of_20)

    def test_narrow_rows(self, awkward):
        FlagState.objects.filter(name="new_scoring_algorithm").update(value="False")
        FlagState.objects.create(
            name="new_scoring_algorithm", condition="percentage", value="40"
        )
        services.score_companies(sirens=awkward)
        expected = expected_of(awkward)
        seen = set()
        for target in Target.objects.all():
            new, _ = expected["2.0", target.siren]
            is_new = is_on(Flag.NEW_SCORING_ALGORITHM, key=target.siren)
            chosen = new if is_new else expected["1.0", target.siren][0]
            seen.add(target.ruleset)
            assert target.ruleset == chosen.ruleset
            assert target.score == _points(chosen.attractiveness)
            assert target.sale_likelihood == _points(
                new.sale_likelihood if new.is_evaluable else None
            )
            assert target.coverage == _points(new.coverage)
            assert target.score_state == (1 if chosen.is_evaluable else 2)
            assert target.score_flag == (chosen.flags[0] if chosen.flags else "")
            assert target.missing == (new.next_group or "")
            assert target.stakes == {
                name: [each.attractiveness, each.coverage, each.verdict]
                for name, each in new.stakes.items()
            }
        assert seen == {"1.0", "2.0"}

    def test_in_chunks_as_at_once(self, awkward, monkeypatch):
        monkeypatch.setattr(run, "CHUNK", 37)
        run.score_among(awkward)
        expected = expected_of(awkward)
        for score in Score.objects.all():
            assert score.row == expected[score.ruleset_id, score.siren][1]


def _points(value):
    return None if value is None else Decimal(str(value))


class TestHistory:
    @pytest.fixture
    def company(self, db):
        made = make_company(target={"enriched_at": timezone.now()})
        for back in range(3):
            accounts(
                made, date(LAST - back, 12, 31), revenue=5_000_000 - back, net_income=1
            ).save()
        return made

    def test_a_second_run_leaves_no_line(self, company):
        assert run.score_among([company.siren]).lines == 2
        assert run.score_among([company.siren]).lines == 0

    def test_is_compared_with_the_newest_line(self, company):
        for revenue in (5_000_000, 9_000_000, 5_000_000):
            AnnualAccounts.objects.filter(closed_on=date(LAST, 12, 31)).update(
                revenue=revenue
            )
            assert run.score_among([company.siren]).lines == 2
        assert Score.objects.count() == 6

    def test_what_does_not_tell_leaves_no_line(self, company):
        run.score_among([company.siren])
        AnnualAccounts.objects.update(provenance={"revenue": ["pappers", "2026-11-01"]})
        assert run.score_among([company.siren]).lines == 0

    def test_a_line_of_another_preset_is_not_its_own(self, company):
        run.score_among([company.siren])
        Score.objects.update(preset="growth")
        assert run.score_among([company.siren]).lines == 2

    def test_a_row_fits_in_600_bytes(self, awkward):
        run.score_among(awkward)
        written = (
            json.dumps(score.row, separators=(",", ":"), ensure_ascii=False)
            for score in Score.objects.all()
        )
        assert max(len(row.encode()) for row in written) <= 600


class TestRescore:
    @pytest.fixture
    def companies(self, db):
        made = [make_company(f"S{n}", target={}).siren for n in range(5)]
        made.append(make_company("Sans cible").siren)
        return made

    def rescore(self, *options):
        out = StringIO()
        call_command("rescore", *options, stdout=out)
        return out.getvalue()

    def test_scores_every_target_chunk_by_chunk(self, companies):
        told = self.rescore("--chunk", "2")
        assert told.count(" par seconde") == 3
        assert "5 sociétés en" in told
        assert Score.objects.count() == 10
        assert not Target.objects.filter(scored_at=None).exists()

    def test_the_register_too_when_asked(self, companies):
        self.rescore("--register")
        assert Score.objects.count() == 12

    def test_one_ruleset_alone(self, companies):
        self.rescore("--ruleset", "1.0")
        assert set(Score.objects.values_list("ruleset_id", flat=True)) == {"1.0"}
        # What the list shows is not of this ruleset: it is left as it is.
        assert not Target.objects.exclude(scored_at=None).exists()
        self.rescore("--ruleset", "2.0")
        assert Target.objects.filter(ruleset="2.0").count() == 5

    def test_a_ruleset_out_of_service_is_refused(self, companies):
        with pytest.raises(CommandError, match="Pas en service : 9.9"):
            self.rescore("--ruleset", "9.9")

    def test_only_between_two_sirens(self, companies):
        self.rescore("--from", companies[1], "--to", companies[2])
        assert {each.siren for each in Score.objects.all()} == set(companies[1:3])

    def test_only_what_is_stale(self, companies):
        self.rescore()
        Target.objects.filter(siren=companies[0]).update(scored_at=None)
        assert "1 sociétés calculées" in self.rescore("--stale")

    def test_what_was_finished_before_a_fault_is_kept(self, companies, monkeypatch):
        scored = run.Scorer.score

        def fails_at_the_second(self, chosen):
            if Score.objects.exists():
                raise KeyboardInterrupt
            return scored(self, chosen)

        monkeypatch.setattr(run.Scorer, "score", fails_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            self.rescore("--chunk", "2")
        assert Score.objects.count() == 4
        monkeypatch.undo()
        assert "6 lignes d’historique" in self.rescore("--chunk", "2").splitlines()[-1]

    @pytest.mark.django_db(transaction=True)
    def test_by_two_processes(self, companies, monkeypatch):
        given = connection.settings_dict
        user = f"{given['USER']}:{given['PASSWORD']}"
        place = f"{given['HOST']}:{given['PORT']}/{given['NAME']}"
        monkeypatch.setenv("DATABASE_URL", f"postgres://{user}@{place}")
        told = self.rescore("--jobs", "2", "--chunk", "2")
        assert "5 sociétés en" in told
        assert Score.objects.count() == 10


class TestBadFigures:
    """What each kind of bad input does to the figures that are scored."""

    @pytest.fixture
    def company(self, db):
        return make_company(target={})

    def known(self, company, *exercises):
        AnnualAccounts.objects.bulk_create(exercises)
        columns = source.read(choice.among([company.siren]), TODAY).columns(
            published.load("2.0")
        )
        (one,) = gather.gather([company.siren])
        for name in ("revenue", "revenue_n1", "net_income", "debt_ratio"):
            told = getattr(one.facts, name)
            assert np.array_equal(
                getattr(columns, name), [np.nan if told is None else told], True
            )
        return one.facts

    def exercise(self, company, back=0, **fields):
        made = {"revenue": 1_000_000 * (10 - back), "net_income": 100_000}
        return accounts(company, date(LAST - back, 12, 31), **(made | fields))

    def test_zero_revenue_is_kept_and_the_rules_take_it_for_unknown(self, company):
        facts = self.known(company, self.exercise(company, revenue=0))
        assert facts.revenue == 0
        services.score_companies(sirens=[company.siren])
        row = Score.objects.get(ruleset_id="2.0").row
        assert row["c"][0] is None

    @pytest.mark.parametrize("equity", [0, -5])
    def test_equity_not_above_zero_is_a_debt_ratio_of_one(self, company, equity):
        exercise = self.exercise(company, equity=equity, financial_debt=3)
        assert self.known(company, exercise).debt_ratio == 1

    def test_a_debt_below_zero_is_unknown(self, company):
        exercise = self.exercise(company, equity=5, financial_debt=-5)
        assert self.known(company, exercise).debt_ratio is None

    def test_amounts_in_thousands_are_left_out(self, company):
        facts = self.known(
            company,
            self.exercise(company, revenue=10_000, has_unit_jump=True),
            self.exercise(company, 1),
            self.exercise(company, 2, revenue=8_000, has_unit_jump=True),
        )
        assert (facts.revenue, facts.revenue_n1) == (9_000_000, None)
        assert facts.accounts_closed_on == date(LAST - 1, 12, 31)

    def test_nothing_but_thousands_is_nothing(self, company):
        facts = self.known(company, self.exercise(company, has_unit_jump=True))
        assert facts.revenue is None
        assert facts.accounts_closed_on is None

    @pytest.mark.parametrize("months", [0, 1, 5, 19, 22])
    def test_an_exercise_far_from_a_year_is_left_out(self, company, months):
        facts = self.known(
            company,
            self.exercise(company, duration_months=months),
            self.exercise(company, 1, duration_months=12),
        )
        assert facts.revenue == 9_000_000

    @pytest.mark.parametrize("months", [6, 9, 15, 18])
    def test_an_exercise_near_a_year_counts_without_growth(self, company, months):
        facts = self.known(
            company,
            self.exercise(company, duration_months=months),
            self.exercise(company, 1, duration_months=12),
        )
        assert (facts.revenue, facts.revenue_n1) == (10_000_000, None)
        assert facts.net_income_n1 == 100_000

    def test_growth_needs_full_years_before_too(self, company):
        facts = self.known(
            company,
            self.exercise(company),
            self.exercise(company, 1, duration_months=9),
            self.exercise(company, 2, duration_months=13),
        )
        assert facts.revenue_n1 is None
        assert facts.revenue_n2 == 8_000_000

    def test_three_accounts_of_one_date_are_read_in_one_type(self, company):
        facts = self.known(
            company,
            self.exercise(company, kind="K", revenue=90_000_000),
            self.exercise(company, kind="S", revenue=7_000_000),
            self.exercise(company, kind="C"),
            self.exercise(company, 1, kind="K", revenue=80_000_000),
        )
        assert (facts.revenue, facts.revenue_n1) == (10_000_000, None)

    def test_a_newer_type_wins_over_the_companys_own(self, company):
        facts = self.known(
            company,
            self.exercise(company, kind="K", revenue=90_000_000),
            self.exercise(company, 1, kind="C"),
            self.exercise(company, 1, kind="K", revenue=80_000_000),
        )
        assert (facts.revenue, facts.revenue_n1) == (90_000_000, 80_000_000)

    def test_of_two_closings_in_a_year_the_later_counts(self, company):
        earlier = accounts(company, date(LAST - 1, 3, 31), revenue=1, net_income=1)
        facts = self.known(
            company, self.exercise(company), self.exercise(company, 1), earlier
        )
        assert facts.revenue_n1 == 9_000_000

    def test_a_leader_born_in_1890_has_no_age(self, company):
        officer(company, birth_year=1890, since=date(2000, 1, 1)).save()
        columns = source.read(choice.among([company.siren]), TODAY).columns(
            published.load("2.0")
        )
        assert np.isnan(columns.leader_age[0])
        assert columns.leader_tenure_years[0] > 20

    def test_a_code_of_another_nomenclature_is_unknown(self, company):
        type(company).objects.update(naf_code="74.1A")
        self.exercise(company).save()
        services.score_companies(sirens=[company.siren])
        row = Score.objects.get(ruleset_id="2.0").row
        assert row["i"].split(";")[-2] == ""
        assert row["c"][5] is None


class TestText:
    def test_points_are_written_as_one_by_one(self):
        points = np.array([0, 1, 62.5, 99.995, 1.005, 0.125, -20, np.nan, 105, 33.333])
        written = text.points_text(text.hundredths(points)).to_list()
        rounded = round2(points).tolist()
        assert written == [json.dumps(_short(value)) for value in rounded]

    def test_figures_are_written_as_python_writes_them(self):
        draw = random.Random(1)
        values = [
            draw.uniform(-1, 1) * 10 ** draw.randrange(-9, 13) for _ in range(999)
        ]
        values += [0.0, 1.0, 1e15, 2.0**53, 0.1, 1e-4, 9.99e-5, 5e-324, 1 / 3, np.nan]
        written = text.figures_text(np.array(values)).to_list()
        assert written == [
            "" if value != value else str(_short(value)) for value in values
        ]

    def test_points_out_of_bounds_are_an_error(self):
        with pytest.raises(ValueError, match="beyond"):
            text.hundredths(np.array([201.0]))


def _short(value):
    if value != value:
        return None
    return int(value) if value == int(value) else value


class TestOfficers:
    """Against ``leaders.read``, over offices drawn at random."""

    def test_offices_rank_as_one_by_one(self):
        for role in ROLES:
            rank = officers.office_of(role)
            assert (rank == officers.LEFT_OUT) == leaders.is_auditor(role)
