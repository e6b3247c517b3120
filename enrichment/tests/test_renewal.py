"""What the night asks again, and what it forgets."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from companies.models import ListEntry, Pursuit, SourceReading, TargetList
from enrichment import jobs, renewal, services
from enrichment.choices import BatchKind
from enrichment.models import Batch, Item
from mainsite.lib.schedule import PERIODIC

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sources")]
NIGHT = date(2026, 11, 23)


def vivier(user, sirens, *, is_followed=False, name="Vivier"):
    made = TargetList.objects.create(
        desk=user.desk, created_by=user, name=name, is_followed=is_followed
    )
    ListEntry.objects.bulk_create(ListEntry(list=made, siren=s) for s in sirens)
    return made


def pursue(user, siren, status="contacte"):
    Pursuit.objects.create(
        desk=user.desk,
        siren=siren,
        status=status,
        reason="raison",
        since=timezone.now(),
    )


def read(siren, *, days, source="recherche_entreprises"):
    """Good for so many days more; negative: expired since."""
    SourceReading.objects.create(
        siren=siren,
        source=source,
        status="found",
        retrieved_at=timezone.now() - timedelta(days=10),
        expires_at=timezone.now() + timedelta(days=days),
    )


def asked():
    order = Item.objects.order_by("batch_id", "position")
    return list(dict.fromkeys(order.values_list("siren", flat=True)))


class TestWhatIsAskedAgain:
    def test_what_is_in_a_list_or_a_pipeline_and_expired(self, analyst, companies):
        numbers = companies(6)
        vivier(analyst, numbers[:3])
        pursue(analyst, numbers[3])
        pursue(analyst, numbers[4], status="perdu")
        read(numbers[0], days=2)
        read(numbers[1], days=-1)
        read(numbers[3], days=-3)
        # Expired longest first; numbers[2], never read, last; nobody follows the rest.
        assert renewal.renew_stale(night=NIGHT) == 3
        assert asked() == [numbers[3], numbers[1], numbers[2]]
        batch = Batch.objects.get()
        assert (batch.kind, batch.state) == (BatchKind.SCHEDULED, "running")
        assert (batch.desk, batch.created_by, batch.started_by) == (None, None, None)
        assert "23\u00a0novembre 2026" in batch.name

    def test_free_sources_only(self, analyst, companies):
        vivier(analyst, companies(1))
        renewal.renew_stale(night=NIGHT)
        names = set(Item.objects.values_list("source", flat=True))
        assert names == set(services.free_sources())
        assert "pappers" not in names

    def test_a_followed_list_is_a_batch_of_its_desk(
        self, analyst, analyst_client, stranger_client, companies
    ):
        numbers = companies(3)
        vivier(analyst, numbers[:2], is_followed=True, name="Fonderies")
        vivier(analyst, numbers, name="Autres")
        assert renewal.renew_stale(night=NIGHT) == 3
        own, rest = Batch.objects.order_by("pk")
        assert (own.desk, own.created_by) == (analyst.desk, analyst)
        assert set(own.items.values_list("siren", flat=True)) == set(numbers[:2])
        assert set(rest.items.values_list("siren", flat=True)) == {numbers[2]}
        shown = analyst_client.get(own.get_absolute_url()).content.decode()
        assert "programmé" in shown
        assert stranger_client.get(own.get_absolute_url()).status_code == 404

    def test_at_most_so_many_a_night(self, analyst, companies, settings):
        settings.NIGHTLY_RENEWALS = 3
        numbers = companies(8)
        vivier(analyst, numbers[:2], is_followed=True)
        vivier(analyst, numbers[2:], name="Autres")
        assert renewal.renew_stale(night=NIGHT) == 3
        assert len(asked()) == 3
        settings.NIGHTLY_RENEWALS = 0
        assert renewal.renew_stale(night=NIGHT + timedelta(days=1)) == 0

    def test_twice_in_a_night_is_once(self, analyst, companies):
        vivier(analyst, companies(2))
        assert renewal.renew_stale(night=NIGHT) == 2
        assert renewal.renew_stale(night=NIGHT) == 0
        Batch.objects.update(created_at=timezone.now() - timedelta(days=2))
        # Even a run that is caught up late finds the batch of that night.
        assert renewal.renew_stale(night=NIGHT) == 0
        assert renewal.renew_stale(night=NIGHT + timedelta(days=1)) == 2

    def test_nothing_followed_makes_nothing(self, companies):
        companies(2)
        assert renewal.renew_stale(night=NIGHT) == 0
        assert not Batch.objects.exists()


class TestCleanUp:
    def test_old_drafts_go_with_their_lines(self, analyst, companies, draft, start):
        numbers = companies(2)
        old, young = draft(analyst, numbers), draft(analyst, numbers)
        given_up, launched = draft(analyst, numbers), start(analyst, numbers)
        services.cancel_batch(batch=given_up, by=analyst)
        ancient = timezone.now() - timedelta(days=31)
        Batch.objects.exclude(pk=young.pk).update(created_at=ancient)
        jobs.clean_up()
        kept = set(Batch.objects.values_list("pk", flat=True))
        assert kept == {young.pk, launched.pk}
        assert not Item.objects.filter(batch__in=[old.pk, given_up.pk]).exists()


def test_the_schedule_knows_the_doors():
    paths = {task.path for task in PERIODIC}
    for door in (jobs.renew_stale, jobs.watch_events, jobs.clean_up):
        assert f"enrichment.jobs.{door.__name__}" in paths
