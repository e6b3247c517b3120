"""A real local server that answers one recorded or hand-written answer, to the byte."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

from enrichment.providers.base import Question
from mainsite.lib.outgoing import Limits, Outgoing

FAST = Limits(connect_s=1, read_s=1, total_s=2)


def json_answer(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
    ).encode() + body


def from_file(path: Path) -> bytes:
    """`.json` is a good answer; `.http` a whole one, sent as it is and hung up on."""
    if path.suffix == ".json":
        return json_answer(path.read_bytes())
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    lines = [*head.splitlines(), "Connection: close"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body.strip().encode()


@asynccontextmanager
async def serving(answer: bytes):
    """Yields the address, and the requests it got as text."""
    requests: list[str] = []

    async def handle(reader, writer):
        requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"http://127.0.0.1:{port}", requests


async def fetch_from(answer: bytes, make, siren: str, option: str = ""):
    """What a provider makes of one answer, and the requests it sent for it."""
    async with (
        serving(answer) as (address, requests),
        Outgoing(origins=[address], limits=FAST) as http,
    ):
        provider = make(address)
        question = Question(siren=siren, option=option)
        return await provider.fetch(question, http=http, call_id="c-1"), requests
