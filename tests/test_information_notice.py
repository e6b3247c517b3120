"""Whoever was not told within thirty days: their contact is of use to nobody."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.people import make_user, verified_client
from companies.models import Contact
from companies.tests.makers import make_company
from companies.tests.test_contacts import EMAIL, NAME, fact, record
from exports import asked, content
from exports.profiles import TABLES, table
from exports.snapshot import snapshot
from tests.test_canaries import told

pytestmark = pytest.mark.django_db
SIREN = "732829320"
READ = reverse("companies:read_contacts", args=[SIREN])


@pytest.fixture
def client(desk):
    return verified_client(make_user(desk=desk, may_read_contacts=True))


@pytest.fixture
def collected():
    def collect(*, days):
        make_company("MÉCANIQUE DU LAC", siren=SIREN, target={"score": 80})
        record(fact(collected_at=timezone.now() - timedelta(days=days)))

    return collect


def in_a_file(profile, desk):
    """What any format, and any delivery, of this profile is handed."""
    wish = asked.of_query("tri=nom", desk_id=desk.pk).search
    shape = table(profile, with_contacts=True)
    with snapshot():
        return told(content.read(shape, wish, with_contacts=True, desk_id=desk.pk))


class TestAfterThirtyDays:
    def test_the_page_withholds_it_and_says_why(self, collected, client):
        collected(days=31)
        page = client.post(READ).text
        assert EMAIL not in page
        assert NAME not in page
        assert "informé" in page

    @pytest.mark.parametrize("profile", list(TABLES))
    def test_no_file_and_no_delivery_has_it(self, collected, desk, profile):
        collected(days=31)
        held = in_a_file(profile, desk)
        assert EMAIL not in held
        assert NAME not in held

    def test_finding_it_again_does_not_begin_anew(self, collected, client):
        collected(days=31)
        record(fact(collected_at=timezone.now()))
        assert EMAIL not in client.post(READ).text

    def test_it_is_of_use_again_once_they_were_told(self, collected, client, desk):
        collected(days=31)
        contact = Contact.objects.get()
        client.post(
            reverse("companies:inform_contact", args=[SIREN]),
            {"contact": contact.pk, "document": "NOTICE-2026-01"},
        )
        contact.refresh_from_db()
        assert contact.informed_at is not None
        assert EMAIL in client.post(READ).text
        assert EMAIL in in_a_file("complet", desk)


def test_within_thirty_days_it_is_read_and_exported(collected, client, desk):
    collected(days=29)
    assert EMAIL in client.post(READ).text
    assert EMAIL in in_a_file("complet", desk)
