"""The adapter of Kaspr and the played one talk over real HTTP."""

import json
from decimal import Decimal

import pytest
import pytest_asyncio

from enrichment.providers.base import Person, Question
from enrichment.providers.errors import ProviderError
from enrichment.sandbox.app import Settings
from enrichment.sandbox.invented import kaspr
from enrichment.sandbox.tests.bench import running

SIREN, NAME = "732829320", "Léa SPÉCIMEN"
OPTIONS = ("work_email", "direct_email", "phone")


@pytest_asyncio.fixture
async def bench(tmp_path):
    async with running(Settings(var=tmp_path, tokens=3)) as bench:
        yield bench


async def ask(bench, option, profile, name=NAME):
    person = Person(full_name=name, profile=profile)
    question = Question(siren=SIREN, option=option, person=person)
    return await bench.provider("kaspr").fetch(question, http=bench.http, call_id="c-9")


def someone(option, *, is_known=True):
    """A made-up profile of whom the field is known, or not."""
    for number in range(500):
        profile = f"personne-specimen-{number}"
        shape = kaspr.shape(profile, NAME, OPTIONS)
        if shape is None:
            continue
        member = {"phone": "phones", "work_email": "professionalEmails"}.get(
            option, "personalEmails"
        )
        if bool(shape[member]) is is_known:
            return profile
    raise AssertionError(option)


def nobody():
    names = (f"personne-specimen-{number}" for number in range(500))
    return next(name for name in names if kaspr.shape(name, NAME, OPTIONS) is None)


@pytest.mark.asyncio
class TestKaspr:
    @pytest.mark.parametrize("option", OPTIONS)
    async def test_a_field_found_is_paid_from_its_pool(self, bench, option):
        answer = await ask(bench, option, someone(option))
        facts = bench.provider("kaspr").parse(answer.raw, siren=SIREN)

        assert (answer.status, answer.tokens) == ("found", Decimal(1))
        assert answer.is_sandbox
        assert facts.is_sandbox
        (contact,) = facts.contacts
        assert contact.full_name == NAME
        assert contact.value.endswith(".example") or contact.value.startswith("01 99")
        balances = await bench.provider("kaspr").balances(http=bench.http, call_id="b")
        left = {one.pool: one.left for one in balances}
        assert left.pop(option) == 2
        assert set(left.values()) == {Decimal(3)}
        assert (bench.served[0]["pool"], bench.served[0]["units"]) == (option, "1")

    async def test_what_is_not_known_costs_nothing(self, bench):
        for profile in (someone("phone", is_known=False), nobody()):
            answer = await ask(bench, "phone", profile)
            assert (answer.status, answer.tokens) == ("not_found", Decimal(0))
        assert {line["units"] for line in bench.served} == {"0"}

    async def test_the_same_person_is_the_same_for_ever(self, bench):
        profile = someone("work_email")
        first = await ask(bench, "work_email", profile)
        assert (await ask(bench, "work_email", profile)).raw == first.raw

    async def test_a_pool_runs_out_and_the_others_do_not(self, bench):
        profile = someone("phone")
        for _ in range(3):
            await ask(bench, "phone", profile)
        with pytest.raises(ProviderError, match="no_credit"):
            await ask(bench, "phone", profile)
        answer = await ask(bench, "work_email", someone("work_email"))
        assert answer.status == "found"
        assert dict(answer.headers)["Remaining-Phone-Credits"] == "0"

    async def test_the_log_names_nobody(self, bench):
        profile = someone("phone")
        await ask(bench, "phone", profile)
        text = json.dumps(bench.served)
        assert profile not in text
        assert "SPÉCIMEN" not in text
        assert bench.served[0]["call_id"] == "c-9"

    async def test_an_address_breaks_it_as_it_does_there(self, bench):
        url = f"{bench.base}/kaspr/profile/linkedin"
        body = {
            "id": "https://www.linkedin.com/in/personne-specimen",
            "name": NAME,
            "dataToGet": ["phone"],
        }
        headers = {"Authorization": "Bearer x"}
        session = bench.http._session
        async with session.post(url, json=body, headers=headers) as response:
            assert response.status == 500
        async with session.post(url, json=body) as response:
            assert response.status == 401
        async with session.post(url, data=b"{", headers=headers) as response:
            assert response.status == 400
