"""Every source that exists behaves alike, whatever its service does: one call, one
answer or one reason. A new source is found by looking and goes through all of it."""

import asyncio
import time
from decimal import Decimal

import pytest
import pytest_asyncio

from enrichment.providers.base import FREE
from enrichment.providers.errors import ProviderError
from enrichment.providers.registry import provider_classes
from enrichment.sandbox.app import Settings
from enrichment.sandbox.played import played_sources
from enrichment.sandbox.tests.bench import (
    OTHER,
    SIREN,
    asks_about_people,
    question_for,
    running,
)
from mainsite.lib.outgoing import LONGEST_RETRY_AFTER_S

SOURCES = sorted(provider_classes())

# fault, reason, permanent, whether a charge cannot be told, whether it is charged
FAULTS = [
    ("slow=2", "timeout", False, True, True),
    ("drip", "timeout", False, True, True),
    ("nothing", "connect", False, True, False),
    ("truncated", "truncated", False, True, True),
    ("429", "rate_limited", False, False, False),
    ("429:date", "rate_limited", False, False, False),
    ("429:huge", "rate_limited", False, False, False),
    ("500", "server_error", False, False, False),
    ("502", "server_error", False, False, False),
    ("503", "server_error", False, False, False),
    ("400", "bad_request", True, False, False),
    ("302", "bad_status", True, False, False),
    ("html", "not_json", False, True, False),
    ("garbage", "not_json", False, True, False),
    ("charset", "not_json", False, True, False),
    ("nan", "not_json", False, True, False),
    ("duplicate", "not_json", False, True, False),
    ("deep", "not_json", False, True, False),
    ("huge", "too_large", True, True, True),
    ("other_siren", "other_company", True, True, True),
    ("no_credit_200", "no_credit", True, False, False),
]


@pytest_asyncio.fixture
async def bench(tmp_path):
    async with running(Settings(var=tmp_path, tokens=50)) as bench:
        yield bench


def price_of(source):
    return provider_classes()[source].prices.get(question_for(source).option, FREE)


async def refused(bench, source, **call):
    with pytest.raises(ProviderError) as caught:
        await bench.ask(source, **call)
    return caught.value


@pytest.mark.parametrize("source", SOURCES)
class TestWhatItSays:
    def test_is_played_by_the_sandbox_under_its_path(self, source):
        path = provider_classes()[source].sandbox_path

        assert all(
            at.startswith(f"{path}/") for _, at in played_sources()[source].lookups
        )

    def test_is_called_over_https_within_limits(self, source):
        chosen = provider_classes()[source]

        assert chosen.live_base_url.startswith("https://")
        assert chosen.label
        assert chosen.rate_limit.calls > 0
        assert 0 < chosen.rate_limit.concurrency <= 50
        assert chosen.ttl.partial < chosen.ttl.found

    def test_prices_the_options_that_it_gives(self, source):
        chosen = provider_classes()[source]

        assert set(chosen.gives) <= set(chosen.prices)
        is_paid = any(price.units for price in chosen.prices.values())
        assert bool(chosen.sandbox_unit_eur) is is_paid


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.asyncio
class TestGoodAnswers:
    async def test_one_that_says_it_is_made_up(self, bench, source):
        answer = await bench.ask(source)
        facts = bench.provider(source).parse(answer.raw, siren=SIREN)

        assert (answer.status, answer.origin) == ("found", "generated")
        assert (answer.provider, answer.siren) == (source, SIREN)
        assert answer.fetched_at.utcoffset().total_seconds() == 0
        assert facts.is_sandbox
        assert facts.siren == SIREN
        assert facts.unknown_fields == ()

    async def test_is_charged_what_was_announced_and_logged(self, bench, source):
        answer = await bench.ask(source, call_id="ledger-7")

        (line,) = bench.served
        assert (line["provider"], line["call_id"]) == (source, "ledger-7")
        assert line["served_id"] == answer.served_id
        assert Decimal(line["units"]) == answer.tokens == price_of(source).units
        assert line["pool"] == answer.pool == price_of(source).pool

    async def test_reading_it_again_says_the_same(self, bench, source):
        answer = await bench.ask(source)
        provider = bench.provider(source)

        first, second = (provider.parse(answer.raw, siren=SIREN) for _ in "ab")

        assert first == second


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.asyncio
class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "reason", "permanent", "is_charge_unknown", "is_charged"), FAULTS
    )
    async def test_each_is_one_call_with_a_reason(
        self, bench, source, fault, reason, permanent, is_charge_unknown, is_charged
    ):
        await bench.control("faults", {f"{source}:*": [fault]})
        started = time.monotonic()

        error = await refused(bench, source)

        assert time.monotonic() - started < 4
        assert (error.reason, error.permanent) == (reason, permanent)
        assert error.is_charge_unknown is is_charge_unknown
        assert error.sentence.endswith(".")
        if fault.startswith("slow"):
            # The source works on after its client has left, and charges for it.
            await asyncio.sleep(1.5)
        (line,) = bench.served
        assert line["fault"] == fault.partition("=")[0]
        assert Decimal(line["units"]) == price_of(source).units * is_charged

    async def test_no_secret_is_told_in_an_error(self, bench, source):
        provider = bench.provider(source)
        provider.secrets = dict.fromkeys(provider.secrets, "cle-tres-secrete")
        await bench.control("faults", {f"{source}:*": "500"})

        error = await refused(bench, source)

        assert "cle-tres-secrete" not in f"{error!r} {error} {error.detail}"

    @pytest.mark.parametrize(
        ("fault", "seconds"), [("429", 1), ("429:huge", LONGEST_RETRY_AFTER_S)]
    )
    async def test_the_wait_asked_for_is_known(self, bench, source, fault, seconds):
        await bench.control("faults", {f"{source}:*": fault})

        error = await refused(bench, source)

        assert error.retry_after_s == seconds
        assert error.is_retry_after_capped is (fault == "429:huge")

    async def test_a_wait_may_be_told_as_a_date(self, bench, source):
        await bench.control("faults", {f"{source}:*": "429:date"})

        assert 0 <= (await refused(bench, source)).retry_after_s <= 3

    async def test_a_days_quota_is_a_wait(self, bench, source):
        await bench.control("quota", {source: 0})

        error = await refused(bench, source)

        assert (error.reason, error.permanent) == ("rate_limited", False)
        assert error.retry_after_s > 0

    async def test_an_absent_one_costs_nothing(self, bench, source):
        """An answer; or, where a 404 is never about a company, a plain refusal."""
        await bench.control("faults", {f"{source}:*": "404"})

        try:
            answer = await bench.ask(source)
            outcome = answer.status, answer.tokens
        except ProviderError as error:
            outcome = error.reason, error.is_charge_unknown

        assert outcome in {("not_found", Decimal(0)), ("bad_status", False)}
        assert Decimal(bench.served[0]["units"]) == 0

    async def test_half_an_answer_is_never_a_whole_one(self, bench, source):
        """Kept for minutes by the sources that know it, refused by the others."""
        await bench.control("faults", {f"{source}:*": "partial"})

        try:
            status = (await bench.ask(source)).status
        except ProviderError as error:
            status = error.reason

        assert status in {"partial", "bad_status"}

    async def test_a_changed_schema_is_reported_and_costs_nothing_else(
        self, bench, source
    ):
        before = bench.provider(source).parse(
            (await bench.ask(source)).raw, siren=SIREN
        )
        await bench.control("faults", {f"{source}:*": "drift"})

        answer = await bench.ask(source)
        facts = bench.provider(source).parse(answer.raw, siren=SIREN)

        assert facts.unknown_fields == ("champ_nouveau",)
        assert (facts.accounts, facts.officers) == (before.accounts, before.officers)
        assert (facts.events, facts.contacts) == (before.events, before.contacts)


@pytest.mark.parametrize("source", [s for s in SOURCES if not asks_about_people(s)])
@pytest.mark.asyncio
async def test_is_refused_under_another_number(bench, source):
    answer = await bench.ask(source)

    with pytest.raises(ProviderError) as caught:
        bench.provider(source).parse(answer.raw, siren=OTHER)

    assert caught.value.reason == "other_company"


@pytest.mark.parametrize(
    "source", [s for s in SOURCES if provider_classes()[s].credentials]
)
@pytest.mark.asyncio
async def test_without_its_credentials_no_paid_answer_comes(bench, source):
    bench.provider(source).secrets = {}

    error = await refused(bench, source)

    assert (error.reason, error.permanent) == ("bad_key", True)
    assert all(Decimal(line["units"]) == 0 for line in bench.served)
