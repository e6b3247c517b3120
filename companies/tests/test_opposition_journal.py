"""What a restored backup would bring back is known outside of the database too."""

import json

import pytest

from companies import contacts
from companies.choices import OppositionReason
from companies.contacts import journal
from companies.models import Contact, Opposition
from companies.tests.makers import make_company
from companies.tests.test_contacts import EMAIL, fact, record

pytestmark = pytest.mark.django_db
SIREN = "732829320"


@pytest.fixture(autouse=True)
def file(settings, tmp_path):
    settings.OPPOSITION_FILE = tmp_path / "apart" / "oppositions.jsonl"
    return settings.OPPOSITION_FILE


@pytest.fixture
def company():
    return make_company("ATELIER", siren=SIREN)


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def lines(file):
    return [json.loads(text) for text in file.read_text().splitlines()]


def lose_the_list():
    """As a backup of before would: neither opposition nor erasure."""
    Opposition.objects.all().delete()


class TestOppose:
    def test_is_noted_without_the_data_once_committed(self, file, commits):
        with commits():
            contacts.oppose(by=None, source="desk", value=EMAIL)
            assert not file.exists()

        [line] = lines(file)
        assert line["fingerprint"] == Opposition.objects.get().fingerprint
        assert EMAIL not in file.read_text()
        assert file.stat().st_mode & 0o777 == 0o600

    def test_stands_even_where_the_file_cannot_be_written(self, settings, commits):
        settings.OPPOSITION_FILE = settings.BASE_DIR / "manage.py" / "x.jsonl"
        with commits():
            contacts.oppose(by=None, source="desk", value=EMAIL)

        assert Opposition.objects.count() == 1

    def test_is_noted_as_taken_back_by_the_register(self, file, commits):
        with commits():
            contacts.set_company_oppositions(refusing=[SIREN], source="rne")
        with commits():
            contacts.set_company_oppositions(
                refusing=[], allowing=[SIREN], source="rne"
            )

        assert [line["what"] for line in lines(file)] == ["add", "lift"]
        assert journal.read([file]).opposed == {}


class TestReapply:
    def test_erases_whoever_objected_since(self, file, commits, company):
        with commits():
            contacts.oppose(by=None, source="desk", value=EMAIL)
        lose_the_list()
        record(fact())
        assert Contact.objects.count() == 1

        done = journal.reapply(journal.read([file]))

        assert (done.added, done.purged.opposed) == (1, 1)
        assert Contact.objects.count() == 0
        assert Opposition.objects.count() == 1

    def test_erases_what_is_held_of_a_company_that_refuses(
        self, file, commits, company
    ):
        with commits():
            contacts.set_company_oppositions(refusing=[SIREN], source="rne")
        lose_the_list()
        record(fact())

        assert journal.reapply(journal.read([file])).of_companies == 1
        assert Contact.objects.count() == 0

    def test_keeps_what_a_person_said_from_a_register(self, file, commits, ops):
        contacts.set_company_oppositions(refusing=[SIREN], source="rne")
        with commits():
            contacts.oppose_company(siren=SIREN, by=ops, source="desk")
        Opposition.objects.update(reason=OppositionReason.REGISTER)

        journal.reapply(journal.read([file]))

        assert Opposition.objects.get().reason == OppositionReason.OBJECTION

    def test_twice_changes_nothing_more(self, file, commits):
        with commits():
            contacts.oppose(by=None, source="desk", value=EMAIL)
        lose_the_list()
        kept = journal.read([file])
        journal.reapply(kept)

        assert journal.reapply(kept).added == 0


class TestTheDailyRound:
    def test_adds_what_the_file_lacks_and_says_that_it_is_whole(self, file):
        contacts.oppose(by=None, source="desk", value=EMAIL)

        assert contacts.reconcile_oppositions() == 1
        assert contacts.reconcile_oppositions() == 0
        kept = journal.read([file])
        assert len(kept.opposed) == 1
        assert kept.whole_at is not None

    def test_applies_what_the_database_lost(self, file, company):
        contacts.oppose(by=None, source="desk", value=EMAIL)
        contacts.reconcile_oppositions()
        lose_the_list()
        record(fact())

        contacts.reconcile_oppositions()

        assert Opposition.objects.count() == 1
        assert Contact.objects.count() == 0

    def test_survives_a_line_that_was_half_written(self, file):
        contacts.oppose(by=None, source="desk", value=EMAIL)
        contacts.reconcile_oppositions()
        text = file.read_text()
        file.write_text(text[: len(text) // 3] + "\n[]\n" + '{"what": "add"}\n')

        assert journal.read([file]).unreadable == 3
        assert contacts.reconcile_oppositions() == 1
        assert len(journal.read([file]).opposed) == 1
