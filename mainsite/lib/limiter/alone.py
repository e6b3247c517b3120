"""A lane that cannot talk to Redis keeps to a fair share, without a burst."""

from mainsite.lib.limiter.terms import Limits
from mainsite.lib.retries import CircuitBreaker


class Share:
    """One process's part of a source while nobody can ask the others.

    A turn is given when it is due, never ahead: who comes back to Redis leaves
    nothing behind.
    """

    def __init__(self, limits: Limits, *, lanes: int, since: float) -> None:
        self._step_s = limits.share_step_s(lanes)
        self._concurrency = limits.share_concurrency(lanes)
        # What Redis had sold ahead is taken first.
        self._free_at = since + limits.ahead_s + self._step_s

    def due_at(self) -> float:
        return self._free_at

    def has_room(self, held: int) -> bool:
        return self._concurrency is None or held < self._concurrency

    def take(self, now: float) -> None:
        self._free_at = max(now, self._free_at) + self._step_s


def breaker_of(limits: Limits) -> CircuitBreaker:
    return CircuitBreaker(failures=limits.failures, rest_s=limits.rest_s)
