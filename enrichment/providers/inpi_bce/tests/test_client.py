from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote_plus

import pytest

from enrichment.providers.errors import ProviderError
from enrichment.providers.inpi_bce.client import InpiBce
from enrichment.providers.tests.replay import fetch_from, from_file

FIXTURES = Path(__file__).parent.parent / "fixtures"
MADE_UP = "732829320"


def make(address):
    return InpiBce(base_url=address)


async def ask(name, siren=MADE_UP):
    return await fetch_from(from_file(FIXTURES / name), make, siren)


@pytest.mark.asyncio
class TestFetch:
    async def test_asks_for_the_newest_hundred_of_this_company(self):
        answer, (request,) = await ask("found.json")

        first_line = unquote_plus(request.partition("\r\n")[0])
        assert "/catalog/datasets/ratios_inpi_bce/records?" in first_line
        assert 'where=siren="732829320"' in first_line
        assert "order_by=date_cloture_exercice desc" in first_line
        assert "limit=100" in first_line
        assert (answer.status, answer.tokens) == ("found", Decimal(0))
        assert answer.raw == (FIXTURES / "found.json").read_bytes()

    async def test_reads_the_shape_of_the_older_api(self):
        answer, _ = await ask("recorded_v1.json", "552032534")

        assert answer.status == "found"

    async def test_no_account_is_an_answer_and_the_quota_left_is_kept(self):
        answer, _ = await ask("none.http")

        assert answer.status == "not_found"
        assert dict(answer.headers)["X-RateLimit-Remaining"] == "9321"

    async def test_half_an_answer_is_short_lived(self):
        answer, _ = await ask("partial.http")

        assert answer.status == "partial"

    @pytest.mark.parametrize(
        ("name", "reason", "permanent", "retry_after_s"),
        [
            ("bad_request.http", "bad_request", True, None),
            ("not_found.http", "bad_status", True, None),
            ("rate_limited_seconds.http", "rate_limited", False, 7),
            ("rate_limited_date.http", "rate_limited", False, 42),
            ("rate_limited_huge.http", "rate_limited", False, 3600),
            ("rate_limited_reset.http", "rate_limited", False, 3600),
            ("server_error.http", "server_error", False, None),
            ("unavailable.http", "server_error", False, 30),
            ("html.http", "not_json", False, None),
            ("truncated.http", "truncated", False, None),
            ("cut_without_length.http", "truncated", False, None),
            ("wrong_shape.http", "unexpected_shape", True, None),
            ("error_in_success.http", "unexpected_shape", True, None),
            ("no_credit_in_success.http", "no_credit", True, None),
            ("other_company.http", "other_company", True, None),
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
