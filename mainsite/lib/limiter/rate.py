"""A source's rate alone, for who does not know its gate yet."""

import asyncio
from types import TracebackType
from typing import Self

from mainsite.lib.limiter.gate import Gate, GateClosed


class SharedRate:
    """At most ``per_s`` calls a second under one name; an asynchronous context."""

    def __init__(self, name: str, *, per_s: float | None) -> None:
        self._gate = Gate(name, per_s=per_s, concurrency=None) if per_s else None

    async def __aenter__(self) -> Self:
        if self._gate:
            await self._gate.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._gate:
            await self._gate.__aexit__(kind, error, traceback)

    async def acquire(self) -> None:
        """Wait for one's turn; a turn that is not used is lost."""
        while self._gate:
            try:
                turn = await self._gate.acquire(is_paid=False)
            except GateClosed as closed:
                await asyncio.sleep(closed.wait_s)
            else:
                turn.release()
                return
