import re

import pytest

from companies.models import PursuitChange
from companies.tests.makers import make_company


@pytest.fixture
def company(db):
    return make_company("MÉCANIQUE DU LAC")


def seen_on(client, company):
    """What the form of an open page carries."""
    page = client.get(f"/societes/{company.siren}/").content.decode()
    return re.search(r'name="seen" value="(\d+)"', page)[1]


def post(client, company, status, seen):
    form = {"status": status, "seen": seen}
    return client.post(f"/societes/{company.siren}/statut/", form)


class TestTwoTabsOnOneCompany:
    def test_the_second_reads_what_the_first_changed_and_nothing_is_overwritten(
        self, analyst_client, colleague_client, company
    ):
        mine, theirs = (
            seen_on(client, company) for client in (analyst_client, colleague_client)
        )
        assert post(colleague_client, company, "contacte", theirs).status_code == 302
        answer = post(analyst_client, company, "qualification", mine)
        assert answer.status_code == 409
        said = answer.content.decode()
        assert "vient de changer ce suivi" in said
        assert "Rien n’a été enregistré" in said
        # What was wanted is still chosen: one more click, once it was read.
        assert re.search(r'value="qualification" selected', said)
        [change] = PursuitChange.objects.all()
        assert change.after == "contacte"

    def test_the_second_may_then_decide_knowingly(
        self, analyst_client, colleague_client, company
    ):
        mine = seen_on(analyst_client, company)
        post(colleague_client, company, "contacte", seen_on(colleague_client, company))
        said = post(analyst_client, company, "qualification", mine).content.decode()
        again = re.search(r'name="seen" value="(\d+)"', said)[1]
        assert again != mine
        assert post(analyst_client, company, "qualification", again).status_code == 302
        latest = PursuitChange.objects.order_by("-pk").first()
        assert (latest.before, latest.after) == ("contacte", "qualification")

    def test_another_desk_is_no_conflict(
        self, analyst_client, stranger_client, company
    ):
        mine = seen_on(analyst_client, company)
        post(stranger_client, company, "contacte", seen_on(stranger_client, company))
        assert post(analyst_client, company, "contacte", mine).status_code == 302

    def test_a_form_without_it_is_taken_as_before(self, analyst_client, company):
        assert post(analyst_client, company, "contacte", "").status_code == 302
