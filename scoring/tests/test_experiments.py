"""Experiments: who is drawn, what is counted, and intervals that hold at every look."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import AuditEntry
from companies import pipeline
from companies.models import PursuitChange, Target
from companies.tests.makers import make_company, next_siren
from mainsite.lib import flags
from scoring import published, services
from scoring.experiments import (
    assignment,
    followed,
    jobs,
    life,
    plot,
    results,
    sequences,
    serving,
)
from scoring.experiments.assignment import Shares
from scoring.experiments.life import ExperimentError
from scoring.experiments.models import Experiment, NotedScore, ShareChange
from scoring.experiments.results import Verdict
from scoring.experiments.sequences import Counts
from scoring.models import Ruleset, Score
from scoring.registry.models import LearnedModel

SIRENS = [f"{n:09d}" for n in range(100_000_000, 100_020_000)]
PLACES = assignment.buckets("hybride-2027", SIRENS)
SHARE = st.integers(0, 10_000)
DAY = timedelta(days=1)


class TestAssignment:
    def test_is_the_same_for_ever(self):
        """Were these to change, every company of a running experiment would be drawn
        again."""
        drawn = assignment.buckets("hybride-2027", ["732829320", "005520135"])
        assert drawn.tolist() == [8961, 2254]

    def test_follows_the_hash_of_the_flags(self):
        assert PLACES[:50].tolist() == [
            flags.bucket("hybride-2027", siren) for siren in SIRENS[:50]
        ]

    @given(SHARE, SHARE)
    @settings(max_examples=50, deadline=None)
    def test_a_share_that_grows_lets_none_go(self, one, other):
        small, large = sorted((one, other))
        before = assignment.is_treated(PLACES, small)
        after = assignment.is_treated(PLACES, large)

        assert not (before & ~after).any()
        # And takes those between the two shares, no other.
        between = (small <= PLACES) & (large > PLACES)
        assert (before != after).tolist() == between.tolist()

    @pytest.mark.parametrize("share", [500, 1000, 5000, 9000])
    def test_a_share_is_that_share(self, share):
        treated = assignment.is_treated(PLACES, share).mean()
        sigma = (share / 10_000 * (1 - share / 10_000) / len(PLACES)) ** 0.5
        assert abs(treated - share / 10_000) < 4 * sigma

    @pytest.mark.parametrize("other", ["hybride-2028", "regles-2-1", "a"])
    def test_two_experiments_draw_each_on_its_own(self, other):
        here = assignment.is_treated(PLACES, 3000)
        there = assignment.is_treated(assignment.buckets(other, SIRENS), 3000)
        both = (here & there).mean()
        assert abs(both - 0.09) < 4 * (0.09 * 0.91 / len(SIRENS)) ** 0.5

    @given(st.lists(SHARE, min_size=1, max_size=6))
    @settings(max_examples=40, deadline=None)
    def test_history_says_the_arm_of_any_moment(self, values):
        began = datetime(2026, 1, 1, tzinfo=UTC)
        steps = [(began + place * DAY, value) for place, value in enumerate(values)]
        shares = Shares(steps)
        at = assignment.moments([began - DAY, *(since for since, _ in steps)])

        assert shares.at(at).tolist() == [0, *values]
        assert shares.at(at[1:] - 1).tolist() == [0, *values[:-1]]

    @given(st.lists(SHARE, min_size=1, max_size=6))
    @settings(max_examples=40, deadline=None)
    def test_history_says_since_when(self, values):
        began = datetime(2026, 1, 1, tzinfo=UTC)
        steps = [(began + place * DAY, value) for place, value in enumerate(values)]
        shares, places = Shares(steps), PLACES[:300]
        moved = shares.moved_at(places)
        now = assignment.moments([began + 100 * DAY])

        for place, since in zip(places, moved, strict=True):
            here = np.array([place])
            arm = shares.treated_at(here, now)[0]
            if since == assignment.NEVER:
                assert not arm
            else:
                assert shares.treated_at(here, np.array([since]))[0] == arm
                assert shares.treated_at(here, np.array([since - 1]))[0] != arm


def wilson(wins, totals, *, level=0.95):
    """For one look at a number fixed beforehand; here to be caught."""
    z = 1.959963984540054
    rate = wins / totals
    middle = (rate + z * z / (2 * totals)) / (1 + z * z / totals)
    half = (
        z
        * np.sqrt(rate * (1 - rate) / totals + z * z / (4 * totals**2))
        / (1 + z * z / totals)
    )
    return middle - half, middle + half


def newcombe(wins0, totals0, wins1, totals1):
    """Wilson's for a difference, hence for one look too."""
    low0, high0 = wilson(wins0, totals0)
    low1, high1 = wilson(wins1, totals1)
    one, other = wins0 / totals0, wins1 / totals1
    gap = other - one
    return (
        gap - np.sqrt((other - low1) ** 2 + (high0 - one) ** 2),
        gap + np.sqrt((high1 - other) ** 2 + (one - low0) ** 2),
    )


RUNS, LOOKS = 600, 400


def draws(rate, seed, runs=RUNS):
    return np.random.default_rng(seed).random((runs, LOOKS)) < rate


def ever_misses(interval, rate):
    """The share of runs in which, of four hundred looks, one leaves the truth out."""
    wins = np.cumsum(draws(rate, seed=5), axis=1)
    totals = np.broadcast_to(np.arange(1, LOOKS + 1), wins.shape)
    # Runs meet: each pair of counts is asked for once.
    pairs, back = np.unique(wins * 1000 + totals, return_inverse=True)
    low, high = interval(pairs // 1000, pairs % 1000)
    missed = (low > rate) | (high < rate)
    return missed[back].reshape(wins.shape).any(axis=1).mean()


def ever_misses_the_difference(interval, control, treatment):
    """The treatment gets a company for every two of the control; fifty looks."""
    looks = np.arange(4, LOOKS // 2 + 1, 4)
    one = np.cumsum(draws(control, 6, runs=250), axis=1)[:, 2 * looks - 1]
    other = np.cumsum(draws(treatment, 7, runs=250), axis=1)[:, looks - 1]
    totals0, totals1 = (
        np.broadcast_to(looks * each, one.shape).ravel() for each in (2, 1)
    )
    low, high = interval(one.ravel(), totals0, other.ravel(), totals1)
    gap = treatment - control
    return ((low > gap) | (high < gap)).reshape(one.shape).any(axis=1).mean()


class TestCoverageAtEveryLook:
    """At 95 %, at most one run in twenty may ever be wrong."""

    @pytest.mark.parametrize("rate", [0.03, 0.15, 0.5, 0.9])
    def test_of_a_proportion(self, rate):
        assert ever_misses(sequences.proportions, rate) <= 0.05

    @pytest.mark.parametrize("rate", [0.03, 0.15, 0.5, 0.9])
    def test_an_interval_for_one_look_would_be_caught(self, rate):
        assert ever_misses(wilson, rate) > 0.15

    @pytest.mark.parametrize("rates", [(0.15, 0.15), (0.1, 0.3), (0.5, 0.4)])
    def test_of_a_difference(self, rates):
        assert ever_misses_the_difference(sequences.differences, *rates) <= 0.05

    @pytest.mark.parametrize("rates", [(0.15, 0.15), (0.1, 0.3), (0.5, 0.4)])
    def test_a_difference_for_one_look_would_be_caught(self, rates):
        assert ever_misses_the_difference(newcombe, *rates) > 0.15

    @pytest.mark.parametrize("k", [20, 50])
    def test_of_the_best_k(self, k):
        """The truth is the mean chance of those k; scores tell something of it."""
        generator = np.random.default_rng(8)
        # Between two milestones nothing is read anew.
        looks = sorted({sequences._milestone(k, n)[0] for n in range(k, LOOKS)})
        wrong, runs = 0, 200
        for _ in range(runs):
            scores = generator.random(LOOKS)
            chances = 0.05 + 0.5 * scores
            wins = generator.random(LOOKS) < chances
            wrong += any(
                self._misses(k, scores[:seen], chances[:seen], wins[:seen])
                for seen in looks
            )
        assert wrong / runs <= 0.05

    def _misses(self, k, scores, chances, wins):
        best = sequences.best_of(k, scores, wins)
        chosen = np.argsort(-scores[: best.seen])[:k]
        truth = chances[chosen].mean()
        lift = truth / chances[: best.seen].mean()
        top = best.lift.high
        return not (
            best.precision.low <= truth <= best.precision.high
            and best.lift.low <= lift
            and (top is None or lift <= top)
        )


class TestIntervals:
    def test_without_anything_all_is_possible(self):
        nothing = sequences.proportion(Counts(0, 0))
        assert (nothing.value, nothing.low, nothing.high) == (None, 0, 1)
        nothing = sequences.difference(Counts(0, 0), Counts(0, 0))
        assert (nothing.value, nothing.low, nothing.high) == (None, -1, 1)

    @pytest.mark.parametrize(
        ("wins", "total"), [(0, 1), (1, 1), (0, 50), (50, 50), (7, 40), (400, 9000)]
    )
    def test_hold_what_was_observed_and_stay_proportions(self, wins, total):
        found = sequences.proportion(Counts(wins, total))
        assert 0 <= found.low <= found.value <= found.high <= 1
        # Wider than for one look, whatever the counts.
        low, high = wilson(np.array([wins]), np.array([total]))
        assert found.high - found.low > (high - low)[0] * 0.99

    def test_robbins_bound_by_hand(self):
        """No success in n: what is refuted has (n + 1) (1 - p)^n at alpha or under."""
        found = sequences.proportion(Counts(0, 20))
        assert found.low == 0
        assert found.high == pytest.approx(1 - (0.05 / 21) ** (1 / 20), abs=1e-9)

    def test_a_difference_turns_with_its_arms(self):
        one, other = Counts(5, 60), Counts(19, 70)
        ahead = sequences.difference(one, other)
        behind = sequences.difference(other, one)
        assert ahead.value == -behind.value
        assert ahead.low == pytest.approx(-behind.high, abs=1e-9)
        assert ahead.high == pytest.approx(-behind.low, abs=1e-9)

    def test_one_arm_alone_shows_nothing(self):
        found = sequences.difference(Counts(3, 200), Counts(0, 0))
        assert found.low < 0 < found.high

    def test_more_outcomes_say_more(self):
        few = sequences.difference(Counts(10, 100), Counts(20, 100))
        many = sequences.difference(Counts(100, 1000), Counts(200, 1000))
        assert few.low < 0 < few.high
        assert 0 < many.low < many.value < many.high

    def test_the_best_k_are_read_at_milestones(self):
        scores, wins = np.linspace(1, 0, 200), np.zeros(200, bool)
        wins[:10] = True

        assert sequences.best_of(50, scores[:49], wins[:49]) is None
        seen = [
            sequences.best_of(50, scores[:n], wins[:n]).seen for n in (50, 62, 63, 200)
        ]
        assert seen == [50, 50, 63, 191]

    def test_the_best_k_and_their_lift(self):
        scores, wins = np.linspace(0, 1, 49), np.zeros(49, bool)
        wins[-10:] = True

        best = sequences.best_of(20, scores, wins)

        assert best.seen == 49
        assert best.precision.value == 10 / 20
        assert best.lift.value == pytest.approx((10 / 20) / (10 / 49))
        assert best.precision.low < 0.5 < best.precision.high

    def test_without_a_success_there_is_no_lift(self):
        best = sequences.best_of(20, np.linspace(0, 1, 30), np.zeros(30, bool))
        assert best.precision.value == 0
        assert best.lift.value is None
        assert best.lift.high is None


BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
SCORE_ROW = {"v": "2.0"}


@pytest.fixture
def rules(db):
    return {version: Ruleset.objects.get(pk=version) for version in ("1.0", "2.0")}


@pytest.fixture
def draft(rules, ops):
    return Experiment.objects.create(
        name="Règles 1.0 ou 2.0",
        slug="regles-1-ou-2",
        control=rules["2.0"],
        treatment=rules["1.0"],
        share=5000,
        horizon_days=90,
        ends_on=timezone.localdate() + timedelta(days=30),
        author=ops,
    )


@pytest.fixture
def running(draft, ops, time_machine):
    """Since January; now is June."""
    time_machine.move_to(BEGAN, tick=False)
    draft.ends_on = BEGAN.date() + timedelta(days=365)
    draft.save()
    life.start(experiment=draft, by=ops)
    draft.refresh_from_db()
    time_machine.move_to(BEGAN + 150 * DAY, tick=False)
    return draft


def place_of(company):
    return int(assignment.buckets("regles-1-ou-2", [company.siren])[0])


def company_in(arm, *, share=5000):
    """A company that the experiment draws, or one that it does not."""
    while True:
        siren = next_siren()
        treated = flags.bucket("regles-1-ou-2", siren) < share
        if treated == (arm == "treatment"):
            return make_company(siren=siren, target={})


def move(company, status, *, by, at, before="prospect"):
    PursuitChange.objects.create(
        desk=by.desk, siren=company.siren, before=before, after=status, by=by, at=at
    )


def take_up(company, *, by, day, then="", after=30):
    """Taken up that many days after the beginning, and how it turned out."""
    at = BEGAN + day * DAY
    move(company, "contacte", by=by, at=at)
    if then:
        move(company, then, by=by, at=at + after * DAY, before="contacte")


def read(experiment, *, desk=None):
    return followed.read(
        experiment, life.shares_of(experiment), desk=desk, now=timezone.now()
    )


def found_in(experiment, **options):
    return results.of(read(experiment, **options))


@pytest.mark.django_db
class TestLife:
    def test_starts_with_a_step_of_its_share(self, draft, ops):
        life.start(experiment=draft, by=ops)

        draft.refresh_from_db()
        assert draft.is_running
        step = draft.shares.get()
        assert (step.since, step.share, step.by) == (draft.started_at, 5000, ops)
        entry = AuditEntry.objects.get(action="experiment_started")
        assert entry.resource == "experiment:regles-1-ou-2"
        assert entry.details["share"] == 5000

    def test_changes_its_share(self, running, ops):
        life.change_share(experiment=running, share=7000, by=ops)

        running.refresh_from_db()
        assert running.share == 7000
        assert list(
            running.shares.order_by("since").values_list("share", flat=True)
        ) == [5000, 7000]
        entry = AuditEntry.objects.get(action="experiment_share_changed")
        assert entry.details == {"before": 5000, "after": 7000}

    def test_the_same_share_again_is_no_step(self, running, ops):
        life.change_share(experiment=running, share=5000, by=ops)
        assert running.shares.count() == 1

    def test_ends_on_no_share(self, running, ops):
        life.end(experiment=running, by=ops)

        running.refresh_from_db()
        assert (running.state, running.share) == ("ended", 0)
        assert running.shares.order_by("-since")[0].since == running.ended_at
        assert AuditEntry.objects.filter(action="experiment_ended").exists()

    def test_ends_by_itself_after_its_last_day(self, running, time_machine):
        assert life.end_due() == []
        time_machine.move_to(BEGAN + 366 * DAY, tick=False)

        assert life.end_due() == [running]
        assert life.end_due() == []
        running.refresh_from_db()
        assert running.state == "ended"

    def test_one_at_a_time(self, running, rules, ops):
        other = Experiment.objects.create(
            name="Autre",
            slug="autre",
            control=rules["2.0"],
            treatment=rules["1.0"],
            ends_on=running.ends_on,
        )
        with pytest.raises(ExperimentError, match="n’a qu’un score"):
            life.start(experiment=other, by=ops)

    def test_wants_published_rules(self, draft, rules, ops):
        draft.treatment = Ruleset.objects.create(version="2.9", definition={})
        draft.save()
        with pytest.raises(ExperimentError, match="Publiez-les"):
            life.start(experiment=draft, by=ops)

    def test_a_hybrid_wants_a_model_in_service(self, draft, ops):
        draft.treatment = None
        draft.save()
        with pytest.raises(ExperimentError, match="Aucun modèle"):
            life.start(experiment=draft, by=ops)

    def test_a_hybrid_wants_rules_that_take_a_model(self, draft, rules, ops):
        draft.control, draft.treatment = rules["1.0"], None
        draft.save()
        with pytest.raises(ExperimentError, match="mêlent pas"):
            life.start(experiment=draft, by=ops)

    def test_wants_an_end_to_come(self, draft, ops):
        draft.ends_on = timezone.localdate() - DAY
        draft.save()
        with pytest.raises(ExperimentError, match="passée"):
            life.start(experiment=draft, by=ops)

    def test_each_step_once(self, running, ops):
        with pytest.raises(ExperimentError):
            life.start(experiment=running, by=ops)
        life.end(experiment=running, by=ops)
        with pytest.raises(ExperimentError):
            life.end(experiment=running, by=ops)
        with pytest.raises(ExperimentError):
            life.change_share(experiment=running, share=10, by=ops)

    @pytest.mark.parametrize(
        "change",
        [
            {"slug": "autre"},
            {"control_id": "1.0", "treatment_id": "2.0"},
            {"treatment_id": None},
            {"horizon_days": 10},
            {"started_at": BEGAN - DAY},
            {"state": "draft", "started_at": None},
        ],
    )
    def test_the_database_keeps_the_arms_of_what_runs(self, running, change):
        rows = Experiment.objects.filter(pk=running.pk)
        with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic():
            rows.update(**change)
        with pytest.raises(ProgrammingError), transaction.atomic():
            rows.delete()

    def test_the_database_keeps_the_shares(self, running):
        with pytest.raises(ProgrammingError), transaction.atomic():
            ShareChange.objects.update(share=1)
        with pytest.raises(ProgrammingError), transaction.atomic():
            ShareChange.objects.all().delete()

    def test_an_account_that_goes_leaves_its_experiments(self, running):
        assert ShareChange.objects.update(by=None) == 1
        assert Experiment.objects.update(author=None) == 1


@pytest.mark.django_db
class TestFollowed:
    def test_counts_what_was_taken_up_while_it_ran(self, running, analyst):
        inside, before = company_in("control"), company_in("control")
        take_up(inside, by=analyst, day=3)
        take_up(before, by=analyst, day=-3)
        # Known before, taken up again since: its first choice owed nothing to the arms.
        move(before, "contacte", by=analyst, at=BEGAN + 9 * DAY, before="perdu")

        assert read(running).sirens.tolist() == [int(inside.siren)]

    def test_counts_nothing_after_the_end(self, running, analyst, ops, time_machine):
        early, late = company_in("control"), company_in("control")
        life.end(experiment=running, by=ops)
        take_up(early, by=analyst, day=149)
        take_up(late, by=analyst, day=151)
        time_machine.move_to(BEGAN + 300 * DAY, tick=False)
        running.refresh_from_db()

        assert read(running).sirens.tolist() == [int(early.siren)]

    def test_the_arm_is_that_of_the_day_it_was_taken_up(
        self, running, analyst, ops, time_machine
    ):
        moving = company_in("treatment")
        share = place_of(moving)
        later = company_in("treatment", share=share + 1)
        time_machine.move_to(BEGAN + 50 * DAY, tick=False)
        # One fewer place: just this company, and whoever is beyond it, leaves.
        life.change_share(experiment=running, share=share, by=ops)
        time_machine.move_to(BEGAN + 150 * DAY, tick=False)
        take_up(moving, by=analyst, day=10, then="gagne", after=60)
        take_up(later, by=analyst, day=60, then="gagne")

        found = read(running)

        assert found.sirens.tolist() == [int(moving.siren), int(later.siren)]
        # Won once it had left the treatment, and counted there all the same.
        was_treated = place_of(later) < share
        assert found.is_treated.tolist() == [True, was_treated]

    def test_is_judged_at_the_same_delay_for_all(self, running, analyst):
        quick, slow, recent, lost = (company_in("control") for _ in range(4))
        take_up(quick, by=analyst, day=1, then="gagne", after=5)
        take_up(slow, by=analyst, day=2, then="gagne", after=100)
        take_up(lost, by=analyst, day=3, then="perdu", after=5)
        # An outcome already, and yet to be judged.
        take_up(recent, by=analyst, day=100, then="gagne", after=5)

        found = read(running)

        assert found.is_judged.tolist() == [True, True, True, False]
        assert found.is_won[:3].tolist() == [True, False, False]
        assert found.is_closed.all()

    def test_what_was_corrected_counts_as_corrected(self, running, analyst):
        company = company_in("control")
        take_up(company, by=analyst, day=1, then="gagne", after=5)
        at = BEGAN + 7 * DAY
        move(company, "perdu", by=analyst, at=at, before="gagne")
        # A better reason is no move.
        move(company, "perdu", by=analyst, at=at + DAY, before="perdu")

        found = read(running)

        assert found.status.tolist() == ["perdu"]
        assert found.status_at.tolist() == assignment.moments([at]).tolist()
        assert not found.is_won[0]

    def test_one_company_counts_once(self, running, analyst, stranger):
        company = company_in("control")
        take_up(company, by=analyst, day=5, then="perdu")
        take_up(company, by=stranger, day=9, then="gagne")

        assert read(running).status.tolist() == ["perdu"]
        assert read(running, desk=stranger.desk_id).status.tolist() == ["gagne"]

    def test_the_score_is_of_its_arm_and_of_that_day(self, running, analyst, rules):
        treated, control = company_in("treatment"), company_in("control")
        for company, day in ((treated, 4), (control, 5)):
            take_up(company, by=analyst, day=day)
            for version, points in (("1.0", 30), ("2.0", 60)):
                for at, more in ((-20, 0), (2, 1), (20, 9)):
                    Score.objects.create(
                        siren=company.siren,
                        ruleset=rules[version],
                        scored_at=BEGAN + at * DAY,
                        as_of=BEGAN.date(),
                        attractiveness=points + more,
                        state=1,
                        row=SCORE_ROW,
                    )

        assert read(running).score.tolist() == [31, 61]

    def test_who_was_never_scored_is_not_ranked(self, running, analyst):
        take_up(company_in("control"), by=analyst, day=4, then="gagne")

        found = found_in(running)

        assert found.control.outcomes == 1
        assert found.control.scored == 0
        assert found.control.best == {50: None, 100: None}


@pytest.fixture
def hybrid(rules, ops, time_machine):
    """Rules against the hybrid, since January; now is the sixth day."""
    time_machine.move_to(BEGAN, tick=False)
    LearnedModel.objects.create(
        version="essai",
        stage="published",
        horizon_months=36,
        outcomes=10,
        deals=2,
        held_from=BEGAN.date(),
        snapshot={},
        parameters={},
        metrics={},
        report={},
        sha256="0" * 64,
        trained_at=BEGAN,
        published_at=BEGAN,
    )
    made = Experiment.objects.create(
        name="Hybride",
        slug="regles-1-ou-2",
        control=rules["2.0"],
        share=5000,
        ends_on=BEGAN.date() + timedelta(days=365),
    )
    life.start(experiment=made, by=ops)
    time_machine.move_to(BEGAN + 6 * DAY, tick=False)
    made.refresh_from_db()
    return made


@pytest.mark.django_db
class TestHybrid:
    def test_keeps_the_model_it_began_with(self, hybrid):
        assert hybrid.model.version == "essai"
        assert serving.running().model == "essai"
        assert serving.running().treatment is None
        with pytest.raises(ProgrammingError), transaction.atomic():
            Experiment.objects.update(model=None)

    def test_its_score_is_noted_when_a_company_is_taken_up(self, hybrid, analyst):
        company, late, before = (company_in("treatment") for _ in range(3))
        for each, scored_on in ((company, 4), (late, 5.5), (before, 1)):
            Target.objects.filter(siren=each.siren).update(
                score=71, scored_at=BEGAN + scored_on * DAY
            )
        take_up(company, by=analyst, day=5)
        # Scored again since: what it was when it was taken up is gone.
        take_up(late, by=analyst, day=5)
        # Too long ago for a pass to look.
        take_up(before, by=analyst, day=2)

        jobs.follow()
        Target.objects.update(score=12, scored_at=timezone.now())
        jobs.follow()

        noted = NotedScore.objects.get()
        assert (noted.siren, noted.score) == (company.siren, 71)
        found = read(hybrid)
        ranked = dict(zip(found.sirens.tolist(), found.score.tolist(), strict=True))
        assert ranked[int(company.siren)] == 71
        assert np.isnan(ranked[int(late.siren)])

    def test_of_rules_nothing_is_noted(self, running, analyst):
        company = company_in("treatment")
        Target.objects.update(score=71, scored_at=BEGAN)
        take_up(company, by=analyst, day=149)

        jobs.follow()

        assert not NotedScore.objects.exists()


@pytest.mark.django_db
class TestResults:
    def test_counts_by_arm(self, running, analyst):
        for status in ("gagne", "perdu", "ecarte", "negociation"):
            take_up(company_in("treatment"), by=analyst, day=2, then=status)
        take_up(company_in("control"), by=analyst, day=2, then="perdu")

        found = found_in(running)

        arm = found.treatment
        assert (arm.taken_up, arm.outcomes, arm.still_open) == (4, 3, 1)
        assert (arm.won, arm.lost, arm.set_aside) == (1, 1, 1)
        assert arm.base.value == pytest.approx(1 / 3)
        assert arm.judged == Counts(1, 4)
        assert found.control.judged == Counts(0, 1)
        assert (found.outcomes, found.judged) == (4, 5)
        assert found.verdict == Verdict.NOTHING

    def test_shows_a_difference_once_it_is_there(self):
        found = results.of(made_up(control=0.1, treatment=0.4, count=800))
        assert found.verdict == Verdict.BETTER
        assert results.of(made_up(0.4, 0.1, count=800)).verdict == Verdict.WORSE

    def test_the_last_point_is_the_difference(self):
        found = results.of(made_up(0.2, 0.2, count=900))
        assert len(found.points) == results.MOST_POINTS
        last = found.points[-1]
        assert (last.control, last.treatment) == (
            found.control.judged,
            found.treatment.judged,
        )
        assert last.difference.low == pytest.approx(found.difference.low, abs=1e-9)
        assert last.difference.high == pytest.approx(found.difference.high, abs=1e-9)

    def test_precision_of_each_arm(self):
        arm = results.of(made_up(0.2, 0.2, count=400)).control
        assert arm.best[50].precision.value is not None
        # The best scored are the likeliest of these.
        assert arm.best[50].lift.value > 1
        assert arm.scored == arm.outcomes


def made_up(control, treatment, *, count):
    """Companies of two known rates, taken up one a day and judged since."""
    generator = np.random.default_rng(11)
    treated = generator.random(count) < 0.5
    score = generator.random(count)
    chance = np.where(treated, treatment, control) * (0.5 + score)
    won = generator.random(count) < chance
    day = followed._DAY * np.arange(count)
    return followed.Followed(
        sirens=np.arange(count),
        taken_up=day,
        is_treated=treated,
        score=score * 100,
        status=np.where(won, "gagne", "perdu"),
        status_at=day + 1,
        judged_at=day + 90 * followed._DAY,
        is_judged=np.ones(count, bool),
        is_won=won,
    )


@pytest.mark.django_db
class TestServing:
    def test_nothing_runs(self, draft):
        assert serving.running() is None

    def test_says_whom_it_treats(self, running):
        now = serving.running()
        assert (now.control, now.treatment, now.model) == ("2.0", "1.0", None)
        treated = now.is_treated(np.array([int(siren) for siren in SIRENS[:500]]))
        expected = assignment.buckets("regles-1-ou-2", SIRENS[:500]) < 5000
        assert treated.tolist() == expected.tolist()

    def test_each_company_gets_the_score_of_its_arm(self, running, ops):
        here = {arm: company_in(arm) for arm in ("treatment", "control")}
        services.score_companies(sirens=[each.siren for each in here.values()])
        served = dict(Target.objects.values_list("siren", "ruleset"))
        assert served[here["treatment"].siren] == "1.0"
        assert served[here["control"].siren] == "2.0"
        # Both keep their history, so that either can be read for any company.
        assert Score.objects.filter(ruleset="1.0").count() == 2

        life.end(experiment=running, by=ops)

        assert Target.objects.filter(published.outdated()).count() == 2
        services.score_stale_companies()
        assert set(Target.objects.values_list("ruleset", flat=True)) == {"2.0"}

    def test_an_arm_that_is_not_in_service_is_computed(self, draft, rules, ops):
        other = Ruleset.objects.create(
            version="2.1",
            definition=rules["2.0"].definition | {"version": "2.1"},
        )
        for preset in rules["2.0"].presets.all():
            preset.pk, preset.ruleset = None, other
            preset.save()
        # Published before those that are in service.
        other.state = "published"
        other.published_at = rules["2.0"].published_at - DAY
        other.save()
        draft.treatment = other
        draft.save()
        life.start(experiment=draft, by=ops)
        company = company_in("treatment")

        services.score_companies(sirens=[company.siren])

        assert published.served().newest == "2.0"
        assert Target.objects.get(siren=company.siren).ruleset == "2.1"

    def test_only_those_that_changed_arm_are_scored_again(
        self, running, ops, time_machine, monkeypatch
    ):
        companies = [company_in(arm) for arm in ("treatment", "control") * 6]
        Target.objects.update(scored_at=timezone.now())
        asked = []
        monkeypatch.setattr(
            jobs.services, "score_companies", lambda sirens: asked.extend(sirens)
        )
        jobs.rescore_moved(running.pk)
        assert asked == []
        time_machine.shift(DAY)
        life.change_share(experiment=running, share=8000, by=ops)

        jobs.rescore_moved(running.pk)

        between = {c.siren for c in companies if 5000 <= place_of(c) < 8000}
        assert set(asked) == between
        # Scored since: left alone.
        asked.clear()
        Target.objects.update(scored_at=timezone.now() + DAY)
        jobs.rescore_moved(running.pk)
        assert asked == []

    def test_the_hourly_turn_ends_and_scores_again(
        self, running, time_machine, monkeypatch
    ):
        treated = company_in("treatment")
        company_in("control")
        Target.objects.update(scored_at=timezone.now())
        asked = []
        monkeypatch.setattr(
            jobs.services, "score_companies", lambda sirens: asked.extend(sirens)
        )
        time_machine.move_to(BEGAN + 366 * DAY, tick=False)

        jobs.follow()

        running.refresh_from_db()
        assert running.state == "ended"
        assert asked == [treated.siren]


def address(experiment):
    return reverse("scoring:experiment", args=[experiment.public_id])


@pytest.mark.django_db
class TestPages:
    def test_are_for_ops_and_managers(
        self, draft, ops_client, analyst_client, reader_client, client
    ):
        for url in (reverse("scoring:experiments"), address(draft)):
            assert ops_client.get(url).status_code == 200
            assert analyst_client.get(url).status_code == 403
            assert reader_client.get(url).status_code == 403
            assert client.get(url).status_code == 302
            assert ops_client.post(url).status_code == 405

    def test_a_manager_reads_their_own_desk(
        self, running, manager, analyst, stranger, manager_client, ops_client
    ):
        for by in (analyst, stranger, stranger):
            take_up(company_in("control"), by=by, day=2, then="gagne")

        of_desk = manager_client.get(address(running))
        of_all = ops_client.get(address(running))

        assert of_desk.context["results"].outcomes == 1
        assert of_all.context["results"].outcomes == 3
        assert "Votre équipe seule" in of_desk.content.decode()
        assert "Toutes les équipes, comptées ensemble" in of_all.content.decode()

    def test_nothing_is_shown_while_nothing_is_known(self, running, ops_client):
        text = ops_client.get(address(running)).content.decode()
        assert "Rien n’est démontré" in text
        assert "Aucune société n’est encore suivie depuis 90 jours." in text
        assert "Issues connues : 0 ; sociétés jugées : 0." in text
        assert '<svg class="plot"' not in text

    def test_says_that_nought_is_within(self, running, analyst, ops_client):
        take_up(company_in("treatment"), by=analyst, day=2, then="gagne")
        take_up(company_in("control"), by=analyst, day=3, then="perdu")

        text = ops_client.get(address(running)).content.decode()

        assert "Rien n’est démontré" in text
        assert "Zéro est dans l’intervalle" in text
        assert "Issues connues : 2 ; sociétés jugées : 2." in text
        assert '<svg class="plot"' in text

    def test_says_what_is_shown(self, running, ops_client, monkeypatch):
        data = made_up(0.1, 0.4, count=800)
        monkeypatch.setattr(followed, "read", lambda *_, **__: data)

        text = ops_client.get(address(running)).content.decode()

        assert "Le traitement convertit mieux" in text
        assert "Zéro en est exclu" in text
        assert "Rien n’est démontré" not in text

    def test_a_draft_shows_that_it_treats_nobody(self, draft, ops_client):
        text = ops_client.get(address(draft)).content.decode()
        assert "Pas encore commencée" in text

    def test_the_shares_it_had_are_told(self, running, ops, ops_client):
        life.change_share(experiment=running, share=7000, by=ops)
        life.change_share(experiment=running, share=6000, by=ops)

        text = ops_client.get(address(running)).content.decode()

        assert "20,0\u00a0% des sociétés entrent dans le traitement" in text
        assert "10,0\u00a0% des sociétés reviennent au témoin" in text

    def test_asks_few_questions(
        self, running, analyst, ops_client, django_assert_max_num_queries
    ):
        for day in range(12):
            take_up(company_in("control"), by=analyst, day=day, then="perdu")
        with django_assert_max_num_queries(16):
            ops_client.get(address(running))

    def test_in_english(self, running, ops_client):
        answer = ops_client.get(address(running), headers={"Accept-Language": "en"})
        assert "Nothing is shown" in answer.content.decode()


class TestPlot:
    def drawn(self, points):
        until = points[-1].at + DAY if points else BEGAN
        return plot.difference(points, until=until, label="Écart", language="fr")

    def test_without_a_judged_company_draws_nothing(self):
        assert self.drawn([]) == ""

    def test_has_a_band_a_line_and_nought(self):
        svg = self.drawn(results.of(made_up(0.1, 0.3, count=300)).points)
        assert svg.count('class="f-p3"') == 1
        assert svg.count('class="k-ink f-none"') == 1
        assert svg.count('class="k-ink"') == 1
        assert "style=" not in svg
        assert "nan" not in svg.lower()

    def test_is_drawn_for_a_narrow_screen_too(self):
        points = results.of(made_up(0.1, 0.3, count=300)).points
        svg = plot.difference(
            points, until=points[-1].at, label="", language="fr", width=plot.NARROW
        )
        assert 'viewBox="0 0 358 260"' in svg

    def test_with_one_arm_judged_the_band_stands_alone(self):
        data = made_up(0.1, 0.3, count=30)
        data.is_treated[:] = False
        svg = self.drawn(results.of(data).points)
        assert 'class="f-p3"' in svg
        assert 'class="k-ink f-none"' not in svg


@pytest.mark.django_db
class TestAdmin:
    FORM = {
        "name": "Essai",
        "slug": "essai",
        "control": "2.0",
        "treatment": "1.0",
        "share": "2000",
        "horizon_days": "120",
        "shares-TOTAL_FORMS": "0",
        "shares-INITIAL_FORMS": "0",
    }

    def form(self, **fields):
        soon = timezone.localdate() + timedelta(days=60)
        return self.FORM | {"ends_on": soon.isoformat()} | fields

    def act(self, client, action, experiment):
        return client.post(
            reverse("admin:scoring_experiment_changelist"),
            {"action": action, "_selected_action": [experiment.pk]},
            follow=True,
        )

    def test_ops_make_a_draft(self, ops_client, ops):
        url = reverse("admin:scoring_experiment_add")
        answer = ops_client.post(url, self.form())

        assert answer.status_code == 302
        made = Experiment.objects.get()
        assert (made.slug, made.share, made.author) == ("essai", 2000, ops)
        assert made.is_draft
        assert AuditEntry.objects.filter(action="experiment_created").exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("share", "10001"),
            ("share", "-1"),
            ("slug", "new_scoring_algorithm"),
            ("slug", "Essai"),
            ("treatment", "2.0"),
            ("horizon_days", "0"),
        ],
    )
    def test_what_cannot_be_is_refused(self, ops_client, field, value):
        url = reverse("admin:scoring_experiment_add")
        answer = ops_client.post(url, self.form(**{field: value}))
        assert answer.status_code == 200
        assert not Experiment.objects.exists()

    def test_it_is_started_and_ended(self, ops_client, draft):
        assert "a commencé" in self.act(ops_client, "start", draft).content.decode()
        draft.refresh_from_db()
        assert draft.is_running
        assert "est terminée" in self.act(ops_client, "end", draft).content.decode()
        text = self.act(ops_client, "start", draft).content.decode()
        assert "a déjà commencé" in text

    def test_of_one_that_runs_only_the_share_changes(self, ops_client, running):
        url = reverse("admin:scoring_experiment_change", args=[running.pk])
        page_ = ops_client.get(url)
        assert 'name="share"' in page_.content.decode()
        assert 'name="slug"' not in page_.content.decode()

        ops_client.post(url, self.form(share="6000", slug="autre"))

        running.refresh_from_db()
        assert (running.share, running.slug) == (6000, "regles-1-ou-2")
        assert AuditEntry.objects.filter(action="experiment_share_changed").exists()

    def test_only_a_draft_is_deleted(self, ops_client, running):
        url = reverse("admin:scoring_experiment_delete", args=[running.pk])
        assert ops_client.post(url, {"post": "yes"}).status_code == 403

    def test_a_deletion_is_in_the_trail(self, ops_client, draft):
        url = reverse("admin:scoring_experiment_delete", args=[draft.pk])
        assert ops_client.post(url, {"post": "yes"}).status_code == 302
        assert AuditEntry.objects.filter(action="experiment_deleted").exists()


@pytest.mark.django_db
class TestFromThePipeline:
    def test_a_status_set_on_the_page_is_an_outcome(self, running, analyst):
        company = company_in("treatment")
        pipeline.set_status(siren=company.siren, status="contacte", by=analyst)
        pipeline.set_status(siren=company.siren, status="gagne", by=analyst)

        assert found_in(running).treatment.won == 1
