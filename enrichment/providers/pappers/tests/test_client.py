from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import pytest

from enrichment.providers.base import Question
from enrichment.providers.errors import ProviderError
from enrichment.providers.pappers.client import Pappers
from enrichment.providers.tests.replay import FAST, fetch_from, from_file, serving
from mainsite.lib.outgoing import Outgoing

FIXTURES = Path(__file__).parent.parent / "fixtures"
MADE_UP = "732829320"
KEY = "cle-de-test"


def make(address):
    return Pappers(base_url=address, credentials={"PAPPERS_API_KEY": KEY})


async def ask(name, siren=MADE_UP, option=""):
    return await fetch_from(from_file(FIXTURES / name), make, siren, option)


@pytest.mark.asyncio
class TestFetch:
    async def test_a_company_costs_one_token(self):
        answer, _ = await ask("full_sheet.json")

        assert (answer.status, answer.tokens) == ("found", Decimal(1))
        assert answer.raw == (FIXTURES / "full_sheet.json").read_bytes()

    async def test_the_key_travels_in_a_header_only(self):
        _, (request,) = await ask("full_sheet.json")

        first_line, _, headers = request.partition("\r\n")
        assert KEY not in first_line
        assert f"api-key: {KEY}" in headers

    async def test_the_companys_contacts_are_asked_for_and_cost_one_more(self):
        answer, (request,) = await ask("full_sheet.json", option="contacts")

        assert "champs_supplementaires=telephone,email" in unquote(request)
        assert (answer.tokens, answer.option) == (Decimal(2), "contacts")

    async def test_a_partial_answer_is_paid_but_short_lived(self):
        answer, _ = await ask("partial.http")

        assert (answer.status, answer.tokens) == ("partial", Decimal(1))
        assert Pappers.ttl.of("partial") < Pappers.ttl.of("found")

    async def test_an_absent_company_is_free(self):
        answer, _ = await ask("not_found.http")

        assert (answer.status, answer.tokens) == ("not_found", Decimal(0))

    @pytest.mark.parametrize(
        ("name", "reason", "permanent", "is_charge_unknown"),
        [
            ("bad_key.http", "bad_key", True, False),
            ("no_credit.http", "no_credit", True, False),
            ("bad_request.http", "bad_request", True, False),
            ("unavailable.http", "server_error", False, False),
            ("server_error.http", "server_error", False, False),
            ("html.http", "not_json", False, True),
            ("other_company.http", "other_company", True, True),
            ("wrong_shape.http", "unexpected_shape", True, True),
            ("no_credit_in_success.http", "no_credit", True, False),
        ],
    )
    async def test_says_why_there_is_no_answer(
        self, name, reason, permanent, is_charge_unknown
    ):
        with pytest.raises(ProviderError) as caught:
            await ask(name)

        error = caught.value
        assert (error.reason, error.permanent) == (reason, permanent)
        assert error.is_charge_unknown is is_charge_unknown
        assert KEY not in f"{error} {error.detail} {error.sentence}"

    async def test_without_a_key_no_call_leaves(self):
        async with (
            serving(b"") as (address, requests),
            Outgoing(origins=[address], limits=FAST) as http,
        ):
            with pytest.raises(ProviderError) as caught:
                await Pappers(base_url=address).fetch(
                    Question(siren=MADE_UP), http=http, call_id="1"
                )

        assert caught.value.reason == "bad_key"
        assert requests == []


@pytest.mark.asyncio
async def test_the_balance_is_what_the_source_says():
    async with (
        serving(from_file(FIXTURES / "balance.http")) as (address, _),
        Outgoing(origins=[address], limits=FAST) as http,
    ):
        (balance,) = await make(address).balances(http=http, call_id="1")

    assert balance.left == Decimal("9361.5")
    assert balance.granted == Decimal(10000)
