"""The adapters and the sandbox talk over real HTTP, one fault after the other."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from enrichment.providers.base import Question
from enrichment.providers.errors import ProviderError
from enrichment.providers.registry import make_provider
from enrichment.sandbox.app import Settings
from enrichment.sandbox.tests.bench import LIMITS, OTHER, SIREN, running
from mainsite.lib.outgoing import Outgoing

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ("recherche_entreprises", "pappers")


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
        (balance,) = await provider.balances(http=bench.http, call_id="b")
        assert (balance.granted, balance.left) == (Decimal(50), Decimal(49))

        bench.log.write_text("")
        for _ in range(49):
            await bench.ask("pappers")
        with pytest.raises(ProviderError) as caught:
            await bench.ask("pappers")

        assert caught.value.reason == "no_credit"

    async def test_a_key_is_needed(self, bench):
        with pytest.raises(ProviderError) as caught:
            await make_provider("pappers", base_url=f"{bench.base}/pappers/v2").fetch(
                Question(siren=SIREN), http=bench.http, call_id="c"
            )
        assert caught.value.reason == "bad_key"

        url = f"{bench.base}/pappers/v2/entreprise?siren={SIREN}"
        async with bench.http._session.get(url) as response:
            assert response.status == 401


@pytest.mark.asyncio
class TestMoney:
    async def test_the_companys_contacts_cost_two_tokens(self, bench):
        answer = await bench.ask("pappers", option="contacts")
        document = json.loads(answer.raw)

        assert document["telephone"] == "01 99 00 93 20"
        assert document["email"] == "contact@specimen-732829320.example"
        assert answer.tokens == Decimal(2)
        assert (bench.served[0]["tokens"], bench.served[0]["units"]) == ("2", "2")

    async def test_nothing_invented_is_put_in_a_recording(self, tmp_path):
        real = tmp_path / "answers" / "pappers_v2" / f"entreprise_{SIREN}.json"
        real.parent.mkdir(parents=True)
        real.write_text(json.dumps({"siren": SIREN, "telephone": None}))
        settings = Settings(var=tmp_path, answers=tmp_path / "answers")
        async with running(settings) as bench:
            answer = await bench.ask("pappers", option="contacts")

        assert answer.raw == real.read_bytes()
        assert answer.origin == "recorded"

    async def test_a_pool_may_be_emptied_and_filled(self, bench):
        status, _ = await bench.control("tokens", {"pappers": 1})
        assert status == 200
        await bench.ask("pappers")
        with pytest.raises(ProviderError) as caught:
            await bench.ask("pappers")
        assert caught.value.reason == "no_credit"

        _, told = await bench.control("tokens", {"pappers": 3})

        assert told["tokens_left"]["pappers"] == "2"
        assert (await bench.ask("pappers")).status == "found"
        assert (await bench.control("tokens", {"pappers": "beaucoup"}))[0] == 400

    async def test_a_days_quota_ends_in_429(self, bench):
        await bench.control("quota", {"recherche_entreprises": 2})
        for _ in range(2):
            await bench.ask("recherche_entreprises")

        for _ in range(2):
            with pytest.raises(ProviderError) as caught:
                await bench.ask("recherche_entreprises")
        assert caught.value.reason == "rate_limited"
        assert caught.value.retry_after_s > 0
        assert [line["fault"] for line in bench.served] == ["", "", "quota", "quota"]
        assert (await bench.ask("pappers")).status == "found"

        await bench.control("quota", {"recherche_entreprises": None})
        assert (await bench.ask("recherche_entreprises")).status == "found"


CHAOS = {"rate": 0.3, "faults": ["garbage", "html", "truncated"], "seed": 1}


@pytest.mark.asyncio
class TestChaos:
    async def outcomes(self, tmp_path, chaos, count=60):
        async with running(Settings(var=tmp_path)) as bench:
            assert (await bench.control("chaos", chaos))[0] == 200
            for siren in [str(300_000_000 + n) for n in range(count)]:
                with suppress(ProviderError):
                    await bench.ask("recherche_entreprises", siren)
            return [line["fault"] for line in bench.served]

    async def test_strikes_its_share_and_twice_the_same(self, tmp_path):
        first = await self.outcomes(tmp_path / "a", CHAOS)
        second = await self.outcomes(tmp_path / "b", CHAOS)
        other = await self.outcomes(tmp_path / "c", CHAOS | {"seed": 2})

        assert first == second
        assert first != other
        assert 8 <= sum(map(bool, first)) <= 28
        assert set(first) <= {"", *CHAOS["faults"]}

    async def test_asking_again_may_succeed(self, bench):
        await bench.control("chaos", CHAOS | {"rate": 0.5})
        for _ in range(12):
            with suppress(ProviderError):
                await bench.ask("recherche_entreprises")

        assert len({bool(line["fault"]) for line in bench.served}) == 2

    async def test_spares_other_sources_and_ends(self, bench):
        await bench.control("chaos", CHAOS | {"rate": 1, "sources": ["pappers"]})
        assert (await bench.ask("recherche_entreprises")).status == "found"
        with pytest.raises(ProviderError):
            await bench.ask("pappers")

        await bench.control("chaos", method="DELETE")

        assert (await bench.ask("pappers")).status == "found"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"rate": 2, "faults": ["html"]},
            {"rate": 0.5, "faults": []},
            {"rate": 0.5, "faults": ["tremblement"]},
            {"faults": ["html"]},
        ],
    )
    async def test_what_cannot_be_played_is_refused(self, bench, wrong):
        assert (await bench.control("chaos", wrong))[0] == 400
        assert (await bench.ask("pappers")).status == "found"


@pytest.mark.asyncio
class TestControl:
    async def test_a_fault_may_be_for_a_whole_source(self, bench):
        await bench.control("faults", {"pappers:*": "404"})

        assert (await bench.ask("pappers", OTHER)).status == "not_found"
        assert (await bench.ask("recherche_entreprises")).status == "found"

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
                "pappers",
                base_url=f"{address}/pappers/v2",
                credentials={"PAPPERS_API_KEY": "k"},
            )
            first = start()
            await wait_for(http, address)
            await paid.fetch(Question(siren=SIREN), http=http, call_id="c-1")
            first.send_signal(signal.SIGKILL)
            first.wait()
            second = start()
            await wait_for(http, address)
            (balance,) = await paid.balances(http=http, call_id="c-2")
            second.send_signal(signal.SIGTERM)

        assert balance.granted - balance.left == 1
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
