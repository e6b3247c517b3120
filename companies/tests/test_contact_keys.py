"""A changed key leaves contacts readable and oppositions in force."""

import pytest
from django.core.management import call_command

from accounts.tests.people import make_user
from companies import contacts
from companies.models import Contact
from companies.tests.makers import make_company
from companies.tests.test_contacts import EMAIL, NAME, fact, record

pytestmark = pytest.mark.django_db
OLD, NEW = "k1:first secret", "k2:second secret"


@pytest.fixture
def company():
    return make_company("MÉCANIQUE DU LAC", siren="732829320")


def test_contacts_are_read_once_the_old_field_key_is_gone(settings, company, desk):
    reader = make_user("permise@cabinet.example", desk=desk, may_read_contacts=True)
    settings.FIELD_KEY = [OLD]
    record(fact())
    settings.FIELD_KEY = [NEW, OLD]
    call_command("reseal", verbosity=0)
    settings.FIELD_KEY = [NEW]

    [read] = contacts.read_contacts(siren=company.siren, user=reader).contacts

    assert (read.value, read.full_name) == (EMAIL, NAME)


def test_whoever_objected_stays_opposed_under_another_pepper(settings, company):
    contacts.oppose(by=None, source="desk", value=EMAIL)
    settings.PEPPER_FALLBACKS = [settings.PEPPER]
    settings.PEPPER = "q" * 64

    record(fact())

    assert Contact.objects.count() == 0
