import asyncio
import gzip
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from mainsite.lib.outgoing import Limits, Outgoing, OutgoingError, retry_after

FAST = Limits(connect_s=0.5, read_s=0.5, total_s=1.0, max_body_bytes=1000)
NOW = datetime(2026, 10, 21, 7, 28, tzinfo=UTC)


@asynccontextmanager
async def server(write):
    """A server of one answer; `calls` counts the requests that reached it."""
    calls = []

    async def handle(reader, writer):
        try:
            while True:
                calls.append(await reader.readuntil(b"\r\n\r\n"))
                if await write(writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}", calls


def sending(*pieces, pause_s=0.0, stays=False):
    async def write(writer):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)
        return not stays

    return write


def answer(body, *, status="200 OK", headers=""):
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


async def fetch(write, path="/x", limits=FAST):
    async with (
        server(write) as (address, calls),
        Outgoing(origins=[address], limits=limits) as http,
    ):
        return await http.fetch(address + path), calls


async def failure(write, **options):
    with pytest.raises(OutgoingError) as caught:
        await fetch(write, **options)
    return caught.value


@pytest.mark.asyncio
class TestFetch:
    async def test_gives_the_body_to_the_byte(self):
        reply, calls = await fetch(sending(answer(b'{"a":1}')))

        assert (reply.status, reply.body) == (200, b'{"a":1}')
        assert reply.elapsed_s > 0
        assert len(calls) == 1

    async def test_a_silent_source_times_out(self):
        error = await failure(sending(b"", pause_s=5))

        assert (error.kind, error.permanent) == ("timeout", False)
        assert error.is_charge_unknown

    async def test_a_slow_drip_is_bounded_in_all(self):
        drops = [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", *[b"x"] * 100]
        started = time.monotonic()

        error = await failure(sending(*drops, pause_s=0.1))

        assert error.kind == "timeout"
        assert time.monotonic() - started < 2

    async def test_a_closed_port_is_a_failure_to_connect(self):
        async with Outgoing(origins=["http://127.0.0.1:9"], limits=FAST) as http:
            with pytest.raises(OutgoingError) as caught:
                await http.fetch("http://127.0.0.1:9/x")

        assert (caught.value.kind, caught.value.permanent) == ("connect", False)
        assert not caught.value.is_charge_unknown

    async def test_plain_text_behind_https_is_a_tls_failure(self):
        async def greet(reader, writer):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(greet, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            secure = f"https://127.0.0.1:{port}"
            async with Outgoing(origins=[secure], limits=FAST) as http:
                with pytest.raises(OutgoingError) as caught:
                    await http.fetch(secure)

        assert (caught.value.kind, caught.value.permanent) == ("tls", True)

    async def test_a_connection_dropped_midway_may_have_been_charged(self):
        error = await failure(sending(b""))

        assert (error.kind, error.permanent) == ("connect", False)
        assert error.is_charge_unknown

    async def test_half_a_body_is_truncated(self):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"

        assert (await failure(sending(head + b"half"))).kind == "truncated"

    async def test_what_is_not_http_is_a_failure(self):
        assert (await failure(sending(b"\x00\xff" * 50))).kind == "connect"

    async def test_a_body_announced_too_large_is_not_read(self):
        error = await failure(
            sending(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        )

        assert (error.kind, error.permanent) == ("too_large", True)

    async def test_a_body_that_unpacks_too_large_is_refused(self):
        packed = gzip.compress(b"0" * 1_000_000)

        error = await failure(
            sending(answer(packed, headers="Content-Encoding: gzip\r\n")),
            limits=Limits(total_s=2, max_body_bytes=50_000),
        )

        assert error.kind == "too_large"

    @pytest.mark.parametrize(
        ("status", "kind", "permanent"),
        [
            ("302 Found", "bad_status", True),
            ("401 Unauthorized", "bad_status", True),
            ("429 Too Many Requests", "rate_limited", False),
            ("503 Service Unavailable", "server_error", False),
        ],
    )
    async def test_statuses(self, status, kind, permanent):
        headers = "Location: /y\r\nRetry-After: 3\r\n"
        error = await failure(
            sending(answer(b"Non.\x1b", status=status, headers=headers))
        )

        assert (error.kind, error.permanent) == (kind, permanent)
        assert error.status == int(status[:3])
        assert error.detail == f"HTTP {status[:3]} Non."
        assert error.retry_after_s == 3

    async def test_one_call_is_one_request_even_on_a_kept_connection(self):
        """A library that repeats a GET by itself would pay twice."""
        answers = iter([answer(b"{}"), b""])

        async def write(writer):
            piece = next(answers, b"")
            writer.write(piece)
            await writer.drain()
            return not piece

        async with (
            server(write) as (address, calls),
            Outgoing(origins=[address], limits=FAST) as http,
        ):
            await http.fetch(address)
            with pytest.raises(OutgoingError):
                await http.fetch(address)

        assert len(calls) == 2

    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1:9999/x",
            "https://127.0.0.1:8000/x",
            "https://elsewhere.example/x",
            "http://user:pass@127.0.0.1:8000/x",
        ],
    )
    async def test_only_its_sources_can_be_called(self, url):
        async with Outgoing(origins=["http://127.0.0.1:8000"]) as http:
            with pytest.raises(ValueError, match="allowed|https"):
                await http.fetch(url)

    async def test_an_error_never_shows_a_key(self):
        async with Outgoing(origins=["http://127.0.0.1:9"], limits=FAST) as http:
            with pytest.raises(OutgoingError) as caught:
                await http.fetch(
                    "http://127.0.0.1:9/x",
                    params={"k": "s3cret"},
                    headers={"api-key": "s3cret"},
                )

        assert "s3cret" not in f"{caught.value!r} {caught.value} {caught.value.detail}"


def test_a_source_is_called_over_https():
    with pytest.raises(ValueError, match="https"):
        Outgoing(origins=["http://api.example"])


@pytest.mark.parametrize(
    ("headers", "seconds", "is_capped"),
    [
        ({"Retry-After": "0"}, 0, False),
        ({"Retry-After": "120"}, 120, False),
        ({"Retry-After": "99999999"}, 3600, True),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT"}, 30, False),
        ({"Retry-After": "Wed, 21 Oct 2026 07:00:00 GMT"}, 0, False),
        ({"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}, 3600, True),
        # Their clock is ten minutes ahead of ours: only the difference counts.
        (
            {
                "Retry-After": "Wed, 21 Oct 2026 07:38:05 GMT",
                "Date": "Wed, 21 Oct 2026 07:38:00 GMT",
            },
            5,
            False,
        ),
    ],
)
def test_the_wait_a_source_asks_for(headers, seconds, is_capped):
    wait = retry_after(headers, now=NOW)

    assert (wait.seconds, wait.is_capped) == (seconds, is_capped)


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.5", "٣", "Wed, 99 Oct 2026"])
def test_an_unreadable_wait_is_none(text):
    assert retry_after({"Retry-After": text}, now=NOW) is None
