"""Clients who take a connection and give nothing back, until standard input ends.

    python -m benchmarks.load.strangers PORT IDLE SLOW

Says "ready" once all are connected; at the end, how many idle ones still had their
connection, and how many of the slow ones were cut.
"""

import asyncio
import resource
import sys

_REQUEST = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
# A byte of a header a second.
_PACE_S = 1.0
_SPARE = 200


class Counts:
    held = 0
    cut = 0
    ready = 0


async def _idle(port: int, counts: Counts, over: asyncio.Event) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_REQUEST)
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(2)
    counts.ready += b" 200 " in head
    await over.wait()
    # It answers once more, on the same connection.
    try:
        writer.write(_REQUEST)
        await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        counts.held += 1
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        pass
    writer.close()


async def _slow(port: int, counts: Counts, over: asyncio.Event) -> None:
    """Comes back each time it is cut."""
    while not over.is_set():
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nX-Slow: ")
            while not over.is_set():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(_PACE_S)
            writer.close()
        except OSError:
            counts.cut += 1


async def main(port: int, idle: int, slow: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(idle + slow + _SPARE, most), most))
    counts, over = Counts(), asyncio.Event()
    clients = [asyncio.create_task(_idle(port, counts, over)) for _ in range(idle)]
    while counts.ready < idle:
        await asyncio.sleep(0.1)
    clients += [asyncio.create_task(_slow(port, counts, over)) for _ in range(slow)]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    over.set()
    await asyncio.gather(*clients)
    sys.stdout.write(f"{counts.held} {counts.cut}\n")


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:4])))
