"""Many tasks write, one thread commits: what arrives together is one transaction."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

from django.db import connection

Entry = TypeVar("Entry")
Result = TypeVar("Result")


class DatabaseThread:
    """A thread with a connection of its own: Django's stay where they were made."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1)

    async def run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def close(self) -> None:
        await self.run(lambda: connection.close())
        self._pool.shutdown()


class GroupWriter(Generic[Entry, Result]):
    """``put`` returns when the entry is committed, with what ``write`` said of it.

    ``gather_s`` is how long an entry may wait for others; it may change at any time.

    ``write`` receives entries in their order and answers as many results. A fault in
    it reaches every task of the group.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Entry]], Sequence[Result]],
        *,
        thread: DatabaseThread,
        gather_s: float,
        most: int = 200,
    ) -> None:
        self._write = write
        self._thread = thread
        self.gather_s = gather_s
        self._most = most
        self._waiting: list[tuple[Entry, asyncio.Future[Result]]] = []
        self._arrived = asyncio.Event()
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()

    async def put(self, entry: Entry) -> Result:
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, future))
        self._arrived.set()
        if len(self._waiting) >= self._most:
            self._hurry.set()
        return await future

    def flush(self) -> None:
        """From now on write at once: nothing more will come to gather."""
        self.gather_s = 0.0
        self._hurry.set()

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            await self._gather()
            group, self._waiting = (
                self._waiting[: self._most],
                self._waiting[self._most :],
            )
            if not self._waiting:
                self._arrived.clear()
            await self._commit(group)

    async def _gather(self) -> None:
        if self.gather_s and len(self._waiting) < self._most:
            try:
                async with asyncio.timeout(self.gather_s):
                    await self._hurry.wait()
            except TimeoutError:
                pass
        self._hurry.clear()

    async def _commit(
        self, group: Sequence[tuple[Entry, asyncio.Future[Result]]]
    ) -> None:
        entries = [entry for entry, _ in group]
        try:
            results = await self._thread.run(lambda: self._write(entries))
        except Exception as error:  # Told to those who wait for it.
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(group, results, strict=True):
            if not future.done():
                future.set_result(result)
