from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from enrichment.providers.base import Question
from enrichment.providers.errors import ProviderError
from enrichment.providers.sirene.client import Sirene
from enrichment.providers.tests.replay import FAST, from_file, serving
from mainsite.lib.outgoing import Outgoing

FIXTURES = Path(__file__).parent.parent / "fixtures"
MADE_UP = "732829320"
KEY = "cle-de-test"


async def ask(name, credentials=None):
    given = {"SIRENE_API_KEY": KEY} if credentials is None else credentials
    async with (
        serving(from_file(FIXTURES / name)) as (address, requests),
        Outgoing(origins=[address], limits=FAST) as http,
    ):
        provider = Sirene(base_url=address, credentials=given)
        question = Question(siren=MADE_UP)
        return await provider.fetch(question, http=http, call_id="c-1"), requests


@pytest.mark.asyncio
class TestFetch:
    async def test_keeps_the_exact_bytes_and_charges_nothing(self):
        answer, requests = await ask("head_office.json")

        assert (answer.status, answer.tokens) == ("found", Decimal(0))
        assert answer.raw == (FIXTURES / "head_office.json").read_bytes()
        assert len(requests) == 1

    async def test_asks_for_the_head_office_with_the_key_in_a_header(self):
        _, (request,) = await ask("head_office.json")

        first_line, _, headers = request.partition("\r\n")
        address = urlsplit(first_line.split()[1])
        assert address.path == "/siret"
        assert parse_qs(address.query) == {
            "q": [f"siren:{MADE_UP} AND etablissementSiege:true"],
            "nombre": ["1"],
        }
        assert f"X-INSEE-Api-Key-Integration: {KEY}" in headers
        assert KEY not in first_line

    @pytest.mark.parametrize("name", ["not_found.http", "branch_only.json"])
    async def test_nobody_by_this_number_is_an_answer(self, name):
        answer, _ = await ask(name)

        assert answer.status == "not_found"

    async def test_a_partial_answer_lives_shortly(self):
        answer, _ = await ask("partial.http")

        assert answer.status == "partial"
        assert Sirene.ttl.of("partial") < Sirene.ttl.of("found")

    async def test_without_a_key_nothing_leaves(self):
        with pytest.raises(ProviderError) as caught:
            await ask("head_office.json", credentials={})

        assert caught.value.reason == "bad_key"

    @pytest.mark.parametrize(
        ("name", "reason", "permanent", "retry_after_s"),
        [
            ("bad_key.http", "bad_key", True, None),
            ("bad_request.http", "bad_request", True, None),
            ("rate_limited_seconds.http", "rate_limited", False, 7),
            ("rate_limited_date.http", "rate_limited", False, 42),
            ("rate_limited_huge.http", "rate_limited", False, 3600),
            ("server_error.http", "server_error", False, None),
            ("html.http", "not_json", False, None),
            ("truncated.http", "truncated", False, None),
            ("cut_without_length.http", "truncated", False, None),
            ("wrong_shape.http", "unexpected_shape", True, None),
            ("other_company.json", "other_company", True, None),
        ],
    )
    async def test_says_why_there_is_no_answer(
        self, name, reason, permanent, retry_after_s
    ):
        with pytest.raises(ProviderError) as caught:
            await ask(name)

        assert (caught.value.reason, caught.value.permanent) == (reason, permanent)
        assert caught.value.retry_after_s == retry_after_s
