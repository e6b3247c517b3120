"""Patience with a source: when to try again, when to leave it alone."""

import time
from collections.abc import Callable


class CallError(Exception):
    """A call to the outside that failed; only `permanent=False` may be retried."""

    permanent: bool = True
    retry_after_s: float | None = None


def backoff_s(
    attempt: int, *, base_s: float = 0.5, longest_s: float = 30.0, draw: float = 0.5
) -> float:
    """The pause after a failed attempt (the first is 1): doubled, with full jitter.

    `draw` in 0-1 comes from the caller's random source; a pause is never under
    half its step, so that a burst of failures does spread.
    """
    step = min(longest_s, base_s * 2.0 ** (attempt - 1))
    return step * (0.5 + 0.5 * draw)


class CircuitBreaker:
    """Stops calling a source that keeps failing; one process's own memory.

    Open after `failures` in a row; after `rest_s` one probe is let through, and
    its outcome closes the circuit or opens it for another rest.
    """

    def __init__(
        self,
        *,
        failures: int = 10,
        rest_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._rest_s = rest_s
        self._clock = clock
        self._count = 0
        self._opened_at: float | None = None
        self._probed_at: float | None = None

    @property
    def state(self) -> str:
        if self._opened_at is None:
            return "closed"
        is_rested = self._clock() - self._opened_at >= self._rest_s
        return "half_open" if is_rested else "open"

    def allow(self) -> bool:
        """Whether a call may leave now; a half-open circuit says yes once a rest.

        A probe whose caller was killed reports nothing: another may leave later.
        """
        if self.state != "half_open":
            return self.state == "closed"
        now = self._clock()
        is_probing = (
            self._probed_at is not None and now - self._probed_at < self._rest_s
        )
        if not is_probing:
            self._probed_at = now
        return not is_probing

    def wait_s(self) -> float:
        """How long until a probe may leave; 0 when calls may."""
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._opened_at + self._rest_s - self._clock())

    def record_success(self) -> None:
        self._count = 0
        self._opened_at = None
        self._probed_at = None

    def record_failure(self) -> None:
        self._count += 1
        if self._probed_at is not None or self._count >= self._limit:
            self._opened_at = self._clock()
            self._probed_at = None
