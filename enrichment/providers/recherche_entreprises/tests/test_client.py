from decimal import Decimal
from pathlib import Path

import pytest

from enrichment.providers.errors import ProviderError
from enrichment.providers.recherche_entreprises.client import RechercheEntreprises
from enrichment.providers.tests.replay import fetch_from, from_file

FIXTURES = Path(__file__).parent.parent / "fixtures"
MADE_UP = "732829320"


def make(address):
    return RechercheEntreprises(base_url=address)


async def ask(name, siren=MADE_UP):
    return await fetch_from(from_file(FIXTURES / name), make, siren)


@pytest.mark.asyncio
class TestFetch:
    async def test_keeps_the_exact_bytes_and_charges_nothing(self):
        answer, requests = await ask("found.json", "533744991")

        assert answer.status == "found"
        assert answer.raw == (FIXTURES / "found.json").read_bytes()
        assert answer.tokens == Decimal(0)
        assert answer.origin == "live"
        assert answer.fetched_at.utcoffset().total_seconds() == 0
        assert len(requests) == 1

    async def test_asks_for_this_siren_and_says_who_calls(self):
        _, requests = await ask("found.json", "533744991")

        first_line, *headers = requests[0].splitlines()
        assert "/search?q=533744991&page=1&per_page=1&" in first_line
        names = {line.partition(":")[0].lower() for line in headers}
        assert {"x-call-id", "user-agent"} <= names

    @pytest.mark.parametrize("name", ["no_result.json", "not_found.http"])
    async def test_nobody_by_this_number_is_an_answer(self, name):
        answer, _ = await ask(name)

        assert answer.status == "not_found"

    @pytest.mark.parametrize(
        ("name", "reason", "permanent", "retry_after_s"),
        [
            ("bad_request.http", "bad_request", True, None),
            ("rate_limited_seconds.http", "rate_limited", False, 7),
            ("rate_limited_date.http", "rate_limited", False, 42),
            ("rate_limited_huge.http", "rate_limited", False, 3600),
            ("server_error.http", "server_error", False, None),
            ("html.http", "not_json", False, None),
            ("truncated.http", "truncated", False, None),
            ("cut_without_length.http", "truncated", False, None),
            ("redirect.http", "bad_status", True, None),
            ("other_company.json", "other_company", True, None),
        ],
    )
    async def test_says_why_there_is_no_answer(
        self, name, reason, permanent, retry_after_s
    ):
        with pytest.raises(ProviderError) as caught:
            await ask(name)

        assert caught.value.reason == reason
        assert caught.value.permanent is permanent
        assert caught.value.retry_after_s == retry_after_s
        assert caught.value.sentence.endswith(".")

    async def test_flags_an_absurd_wait(self):
        with pytest.raises(ProviderError) as caught:
            await ask("rate_limited_huge.http")

        assert caught.value.is_retry_after_capped
