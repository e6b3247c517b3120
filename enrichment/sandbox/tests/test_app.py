"""The adapters and the sandbox talk over real HTTP, one fault after the other."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from enrichment.providers.errors import ProviderError
from enrichment.providers.registry import make_provider, provider_classes
from enrichment.sandbox.app import Settings, make_app
from mainsite.lib.outgoing import Limits, Outgoing

ROOT = Path(__file__).resolve().parents[3]
SIREN, OTHER = "732829320", "552032534"
SOURCES = ("recherche_entreprises", "pappers")
LIMITS = Limits(connect_s=1, read_s=1, total_s=1.5)


class Bench:
    """A running sandbox and clients of it."""

    def __init__(self, base, http, var):
        self.base = base
        self.http = http
        self.log = var / "served.jsonl"

    def provider(self, name):
        path = provider_classes()[name].sandbox_path
        return make_provider(name, base_url=self.base + path, api_key="sandbox")

    async def ask(self, name, siren=SIREN, call_id="c-1"):
        return await self.provider(name).fetch(siren, http=self.http, call_id=call_id)

    async def control(self, path, document=None, method="POST"):
        session = self.http._session
        url = f"{self.base}/_sandbox/{path}"
        async with session.request(method, url, json=document) as response:
            return response.status, await response.json(content_type=None)

    @property
    def served(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@asynccontextmanager
async def running(settings):
    """The sandbox as the program runs it: a caller who leaves interrupts nothing."""
    runner = web.AppRunner(make_app(settings))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with Outgoing(origins=[base], limits=LIMITS) as http:
        yield Bench(base, http, settings.var)
    await runner.cleanup()


@pytest_asyncio.fixture
async def bench(tmp_path):
    async with running(Settings(var=tmp_path, tokens=50)) as bench:
        yield bench


@pytest.mark.asyncio
class TestGoodAnswers:
    @pytest.mark.parametrize("source", SOURCES)
    async def test_any_company_has_one_that_says_it_is_made_up(self, bench, source):
        answer = await bench.ask(source)
        facts = bench.provider(source).parse(answer.raw, siren=SIREN)

        assert (answer.status, answer.origin) == ("found", "generated")
        assert answer.is_sandbox
        assert facts.is_sandbox
        assert facts.officers

    async def test_a_recorded_one_is_told_from_a_made_up_one(self, bench):
        recorded = await bench.ask("recherche_entreprises", "533744991")
        written = await bench.ask("pappers", "533744991")

        assert (recorded.origin, recorded.is_sandbox) == ("recorded", False)
        assert (written.origin, written.is_sandbox) == ("generated", True)

    async def test_the_log_tells_each_call_with_its_ledger_line(self, bench):
        first = await bench.ask("recherche_entreprises", call_id="ledger-7")
        second = await bench.ask("pappers", call_id="ledger-8")

        assert [
            (s["provider"], s["call_id"], s["tokens"], s["served_id"], s["status"])
            for s in bench.served
        ] == [
            ("recherche_entreprises", "ledger-7", "0", first.served_id, 200),
            ("pappers", "ledger-8", "1", second.served_id, 200),
        ]

    async def test_tokens_are_counted_and_run_out(self, bench):
        provider = bench.provider("pappers")
        await bench.ask("pappers")
        balance = await provider.balance(http=bench.http, call_id="b")
        assert (balance.used, balance.left) == (Decimal(1), Decimal(49))

        bench.log.write_text("")
        for _ in range(49):
            await bench.ask("pappers")
        with pytest.raises(ProviderError) as caught:
            await bench.ask("pappers")

        assert caught.value.reason == "no_credit"

    async def test_a_key_is_needed(self, bench):
        with pytest.raises(ProviderError) as caught:
            await make_provider("pappers", base_url=f"{bench.base}/pappers/v2").fetch(
                SIREN, http=bench.http, call_id="c"
            )
        assert caught.value.reason == "bad_key"

        url = f"{bench.base}/pappers/v2/entreprise?siren={SIREN}"
        async with bench.http._session.get(url) as response:
            assert response.status == 401


# fault, reason, permanent, whether a charge cannot be told, what the log charges
FAULTS = [
    ("slow=2", "timeout", False, True, "1"),
    ("drip", "timeout", False, True, "1"),
    ("nothing", "connect", False, True, "0"),
    ("truncated", "truncated", False, True, "1"),
    ("429", "rate_limited", False, False, "0"),
    ("429:date", "rate_limited", False, False, "0"),
    ("429:huge", "rate_limited", False, False, "0"),
    ("500", "server_error", False, False, "0"),
    ("502", "server_error", False, False, "0"),
    ("503", "server_error", False, False, "0"),
    ("400", "bad_request", True, False, "0"),
    ("302", "bad_status", True, False, "0"),
    ("html", "not_json", False, True, "0"),
    ("garbage", "not_json", False, True, "0"),
    ("charset", "not_json", False, True, "0"),
    ("nan", "not_json", False, True, "0"),
    ("duplicate", "not_json", False, True, "0"),
    ("deep", "not_json", False, True, "0"),
    ("huge", "too_large", True, True, "1"),
    ("other_siren", "other_company", True, True, "1"),
]


@pytest.mark.asyncio
class TestFaults:
    @pytest.mark.parametrize("source", SOURCES)
    @pytest.mark.parametrize(
        ("fault", "reason", "permanent", "is_charge_unknown", "tokens"), FAULTS
    )
    async def test_each_is_one_call_with_a_reason(
        self, bench, source, fault, reason, permanent, is_charge_unknown, tokens
    ):
        await bench.control("faults", {SIREN: [fault]})
        started = time.monotonic()

        with pytest.raises(ProviderError) as caught:
            await bench.ask(source)

        assert time.monotonic() - started < 2.5
        error = caught.value
        assert (error.reason, error.permanent) == (reason, permanent)
        assert error.is_charge_unknown is is_charge_unknown
        if fault.startswith("slow"):
            # The source works on after its client has left, and charges for it.
            await asyncio.sleep(1.5)
        assert [line["fault"] for line in bench.served] == [fault.partition("=")[0]]
        if source == "pappers":
            assert bench.served[0]["tokens"] == tokens

    @pytest.mark.parametrize("source", SOURCES)
    async def test_an_absent_company_is_an_answer(self, bench, source):
        await bench.control("faults", {SIREN: "404"})

        answer = await bench.ask(source)

        assert (answer.status, answer.tokens) == ("not_found", Decimal(0))

    async def test_a_partial_answer_is_kept_as_such(self, bench):
        await bench.control("faults", {SIREN: "partial"})

        assert (await bench.ask("pappers")).status == "partial"

    async def test_drift_is_reported_and_costs_nothing_else(self, bench):
        await bench.control("faults", {SIREN: "drift"})

        answer = await bench.ask("pappers")
        facts = bench.provider("pappers").parse(answer.raw, siren=SIREN)

        assert facts.unknown_fields == ("champ_nouveau",)
        assert facts.officers

    @pytest.mark.parametrize(("fault", "seconds"), [("429", 1), ("429:huge", 3600)])
    async def test_the_wait_asked_for_is_known(self, bench, fault, seconds):
        await bench.control("faults", {SIREN: fault})

        with pytest.raises(ProviderError) as caught:
            await bench.ask("pappers")

        assert caught.value.retry_after_s == seconds


@pytest.mark.asyncio
class TestControl:
    async def test_a_list_is_played_in_order_then_over(self, bench):
        await bench.control("faults", {f"pappers:{SIREN}": ["500", "404"]})

        with pytest.raises(ProviderError):
            await bench.ask("pappers")
        assert (await bench.ask("pappers")).status == "not_found"
        assert (await bench.ask("pappers")).status == "found"
        assert (await bench.ask("recherche_entreprises")).status == "found"

    async def test_a_fault_is_for_its_company_until_forgotten(self, bench):
        await bench.control("faults", {SIREN: "404"})
        assert (await bench.ask("pappers", OTHER)).status == "found"
        assert (await bench.ask("pappers")).status == "not_found"

        await bench.control("faults", method="DELETE")

        assert (await bench.ask("pappers")).status == "found"

    async def test_an_unknown_fault_is_refused_whole(self, bench):
        status, _ = await bench.control("faults", {SIREN: "404", OTHER: "tremblement"})

        assert status == 400
        assert (await bench.control("faults", method="GET"))[1] == {"faults": {}}

    async def test_a_header_tells_a_fault_too(self, bench):
        url = f"{bench.base}/recherche-entreprises/search?q={SIREN}"
        headers = {"X-Sandbox-Fault": "503"}
        async with bench.http._session.get(url, headers=headers) as response:
            assert response.status == 503

    async def test_a_file_of_faults_is_read_again_when_it_changes(self, tmp_path):
        file = tmp_path / "faults.json"
        settings = Settings(var=tmp_path, faults_file=file)
        async with running(settings) as bench:
            assert (await bench.ask("pappers")).status == "found"
            file.write_text(json.dumps({SIREN: ["404"]}))
            assert (await bench.ask("pappers")).status == "not_found"
            assert (await bench.ask("pappers")).status == "found"
            file.write_text("{ half wri")
            assert (await bench.ask("pappers")).status == "found"
            file.write_text(json.dumps({SIREN: "404", OTHER: "404"}))
            assert (await bench.ask("pappers")).status == "not_found"

    async def test_latency_is_set_while_running(self, bench):
        await bench.control("latency", {"latency_ms": 200})
        started = time.monotonic()

        await bench.ask("recherche_entreprises")

        assert 0.2 <= time.monotonic() - started < 1

    async def test_the_log_is_read_from_where_one_stopped(self, bench):
        await bench.ask("pappers", call_id="a")
        _, first = await bench.control("served", method="GET")
        await bench.ask("pappers", call_id="b")
        _, second = await bench.control(f"served?since={first['next']}", method="GET")

        assert [line["call_id"] for line in first["served"]] == ["a"]
        assert [line["call_id"] for line in second["served"]] == ["b"]

    async def test_calls_overlap(self, bench):
        await bench.control("latency", {"latency_ms": 200})
        started = time.monotonic()

        await asyncio.gather(*(bench.ask("recherche_entreprises") for _ in range(20)))

        assert time.monotonic() - started < 1.5
        assert len(bench.served) == 20


class TestProgram:
    """The program itself, as a supervisor starts it."""

    @pytest.fixture
    def start(self, tmp_path, unused_tcp_port):
        running = []

        def start():
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "enrichment.sandbox",
                    f"--port={unused_tcp_port}",
                    f"--var={tmp_path}",
                ],
                cwd=ROOT,
                stderr=subprocess.PIPE,
                env={k: v for k, v in os.environ.items() if "DJANGO" not in k},
            )
            running.append(process)
            return process

        yield start
        for process in running:
            process.kill()
            process.wait()
            process.stderr.close()

    @pytest.mark.asyncio
    async def test_serves_stops_and_keeps_its_count(
        self, start, tmp_path, unused_tcp_port
    ):
        address = f"http://127.0.0.1:{unused_tcp_port}"
        async with Outgoing(origins=[address], limits=LIMITS) as http:
            paid = make_provider(
                "pappers", base_url=f"{address}/pappers/v2", api_key="k"
            )
            first = start()
            await wait_for(http, address)
            await paid.fetch(SIREN, http=http, call_id="c-1")
            first.send_signal(signal.SIGKILL)
            first.wait()
            second = start()
            await wait_for(http, address)
            balance = await paid.balance(http=http, call_id="c-2")
            second.send_signal(signal.SIGTERM)

        assert balance.used == 1
        assert second.wait(timeout=10) == 0
        assert len((tmp_path / "served.jsonl").read_text().splitlines()) == 1

    def test_a_port_in_use_is_said_in_a_line(self, start, unused_tcp_port):

        with socket.socket() as taken:
            taken.bind(("127.0.0.1", unused_tcp_port))
            taken.listen()
            process = start()
            assert process.wait(timeout=20) == 1

        message = process.stderr.read().decode()
        assert "Traceback" not in message
        assert "sandbox: " in message


async def wait_for(http, address):
    for _ in range(100):
        try:
            await http.fetch(f"{address}/_sandbox/health")
        except Exception:
            await asyncio.sleep(0.1)
        else:
            return
    pytest.fail("the sandbox did not start")


@pytest.mark.shared
@pytest.mark.asyncio
async def test_a_folder_of_recordings_is_served_to_the_byte(tmp_path, shared_data):
    folder = shared_data / "api_samples"
    recorded = folder / "pappers_v2" / "entreprise_562118646.json"
    async with running(Settings(var=tmp_path, answers=folder)) as bench:
        answer = await bench.ask("pappers", "562118646")
        facts = bench.provider("pappers").parse(answer.raw, siren="562118646")
        other = await bench.ask("pappers", SIREN)

    assert answer.raw == recorded.read_bytes()
    assert (answer.origin, facts.is_sandbox) == ("recorded", False)
    assert len(facts.accounts) == 9
    assert other.origin == "generated"
