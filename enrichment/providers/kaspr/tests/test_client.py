import asyncio
import json
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from enrichment.providers.base import Person, Question
from enrichment.providers.errors import ProviderError
from enrichment.providers.kaspr.client import Kaspr
from enrichment.providers.tests.replay import FAST, from_file
from mainsite.lib.outgoing import Outgoing

FIXTURES = Path(__file__).parent.parent / "fixtures"
SIREN, KEY, NAME = "732829320", "cle-de-test", "Léa SPÉCIMEN"


@asynccontextmanager
async def serving(answer):
    """Yields the address, and the head and body of each request."""
    requests = []

    async def handle(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = dict(
            line.lower().split(": ", 1) for line in head.splitlines() if ": " in line
        )
        body = await reader.readexactly(int(lines.get("content-length", 0)))
        requests.append((head, body))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", requests


def make(address, key=KEY):
    return Kaspr(base_url=address, credentials={"KASPR_API_KEY": key})


async def ask(
    fixture, option="work_email", profile="lea-specimen-1", key=KEY, name=NAME
):
    person = Person(full_name=name, profile=profile)
    question = Question(siren=SIREN, option=option, person=person)
    async with (
        serving(from_file(FIXTURES / fixture)) as (address, requests),
        Outgoing(origins=[address], limits=FAST) as http,
    ):
        try:
            answer = await make(address, key).fetch(question, http=http, call_id="c-1")
        except ProviderError as error:
            return error, requests
        return answer, requests


@pytest.mark.asyncio
class TestFetch:
    async def test_a_field_found_costs_one_credit_of_its_pool(self):
        answer, _ = await ask("found.json")

        assert (answer.status, answer.tokens) == ("found", Decimal(1))
        assert (answer.option, answer.pool) == ("work_email", "work_email")
        assert answer.raw == (FIXTURES / "found.json").read_bytes()

    @pytest.mark.parametrize("option", ["direct_email", "phone"])
    async def test_a_field_that_is_not_there_is_not_charged(self, option):
        answer, _ = await ask("found.json", option)
        assert (answer.status, answer.tokens) == ("not_found", Decimal(0))

    @pytest.mark.parametrize(
        "fixture", ["nothing.http", "no_profile.http", "not_found.http"]
    )
    async def test_nobody_is_not_charged(self, fixture):
        answer, _ = await ask(fixture)
        assert (answer.status, answer.tokens) == ("not_found", Decimal(0))

    @pytest.mark.parametrize("option", ["work_email", "direct_email", "phone"])
    async def test_values_in_objects_are_values(self, option):
        answer, _ = await ask("objects.json", option, name="Luc SPÉCIMEN")
        assert answer.status == "found"

    async def test_asks_for_one_person_and_one_field(self):
        _, ((head, body),) = await ask("found.json", "phone")

        assert json.loads(body) == {
            "id": "lea-specimen-1",
            "name": NAME,
            "dataToGet": ["phone"],
            "requiredData": ["phone"],
        }
        assert head.startswith("POST /profile/linkedin ")
        assert f"Authorization: Bearer {KEY}" in head
        assert "accept-version: v2.0" in head
        assert "X-Call-Id: c-1" in head

    async def test_keeps_what_is_left_in_the_pools(self):
        answer, _ = await ask("phone.http", "phone")
        kept = dict(answer.headers)
        assert kept["Remaining-Phone-Credits"] == "4"
        assert kept["Remaining-Export-Credits"] == "12"

    @pytest.mark.parametrize(
        ("fixture", "reason", "permanent", "is_charge_unknown"),
        [
            ("no_credit_in_200.http", "no_credit", True, False),
            ("no_credit.http", "no_credit", True, False),
            ("bad_key.http", "bad_key", True, False),
            ("rate_limited.http", "rate_limited", False, False),
            ("server_error.http", "server_error", False, False),
            ("html.http", "not_json", False, True),
            ("wrong_shape.http", "unexpected_shape", True, True),
        ],
    )
    async def test_says_why_there_is_no_answer(
        self, fixture, reason, permanent, is_charge_unknown
    ):
        error, _ = await ask(fixture)

        assert (error.reason, error.permanent) == (reason, permanent)
        assert error.is_charge_unknown is is_charge_unknown
        assert KEY not in f"{error} {error.detail}"
        assert "SPÉCIMEN" not in f"{error} {error.detail}"

    async def test_somebody_elses_number_is_not_taken(self):
        error, _ = await ask("found.json", name="Paul MARTIN-FICTIF")
        assert (error.reason, error.is_charge_unknown) == ("other_company", True)

    @pytest.mark.parametrize("name", ["Specimen Lea", "L. Spécimen-Ducas", "LÉA"])
    async def test_the_same_person_under_other_spellings(self, name):
        answer, _ = await ask("found.json", name=name)
        assert answer.status == "found"

    async def test_waits_as_long_as_it_is_asked_to(self):
        error, _ = await ask("rate_limited.http")
        assert error.retry_after_s == 30

    async def test_an_address_leaves_as_a_bare_name(self):
        _, ((_, body),) = await ask(
            "found.json", profile="https://fr.linkedin.com/in/lea-specimen-1/"
        )
        assert json.loads(body)["id"] == "lea-specimen-1"

    @pytest.mark.parametrize(
        "profile",
        [
            "https://www.linkedin.com/sales/lead/ACwAAA,name",
            "https://www.linkedin.com/company/specimen",
            "https://elsewhere.example/in/lea-specimen-1",
            "",
        ],
    )
    async def test_what_is_no_profile_never_leaves(self, profile):
        error, requests = await ask("found.json", profile=profile)
        assert (error.reason, requests) == ("bad_request", [])

    async def test_without_a_person_or_a_key_no_call_leaves(self):
        error, requests = await ask("found.json", key="")
        assert (error.reason, requests) == ("bad_key", [])
        async with Outgoing(origins=["http://127.0.0.1:9"], limits=FAST) as http:
            with pytest.raises(ProviderError, match="bad_request"):
                await make("http://127.0.0.1:9").fetch(
                    Question(siren=SIREN, option="phone"), http=http, call_id="1"
                )


@pytest.mark.asyncio
async def test_four_pools_of_which_one_is_unlimited():
    async with (
        serving(from_file(FIXTURES / "balances.http")) as (address, requests),
        Outgoing(origins=[address], limits=FAST) as http,
    ):
        balances = await make(address).balances(http=http, call_id="1")

    assert {one.pool: one.left for one in balances} == {
        "work_email": None,
        "direct_email": Decimal(5),
        "phone": Decimal(4),
        "export": Decimal(0),
    }
    assert requests[0][0].startswith("GET /keys/remainingCredits ")
