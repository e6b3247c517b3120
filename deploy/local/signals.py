"""Waiting for a child's end or the person's Ctrl-C, without polling."""

import contextlib
import os
import select
import signal
from collections.abc import Iterator

_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Bell:
    """Rings when a child ends or somebody asks to stop."""

    def __init__(self, reader: int) -> None:
        self._reader = reader
        self.asked = 0

    @property
    def stopping(self) -> bool:
        return self.asked > 0

    @property
    def hurried(self) -> bool:
        """Asked a second time: no more patience."""
        return self.asked > 1

    def wait(self, seconds: float) -> None:
        """Return at the next ring, or after the time."""
        ready, _, _ = select.select([self._reader], [], [], max(0.0, seconds))
        if ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._reader, 1024)


@contextlib.contextmanager
def bell() -> Iterator[Bell]:
    """Take the signals over for the time of a `with`; main thread only."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    ours = Bell(reader)

    def ask(_number: int, _frame: object) -> None:
        ours.asked += 1

    def notice(_number: int, _frame: object) -> None:
        """The wake-up descriptor does the work; a handler must exist for it to."""

    previous = {number: signal.signal(number, ask) for number in _STOP}
    previous[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, notice)
    descriptor = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield ours
    finally:
        signal.set_wakeup_fd(descriptor)
        for number, handler in previous.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)
