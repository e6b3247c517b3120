"""Five requests a second and base; beyond, half a minute of refusals."""

import time
from collections import defaultdict, deque
from collections.abc import Callable

PER_S = 5
PENALTY_S = 30.0


class RateLimit:
    """Counted over any one second, as the strictest reading of the documentation.

    During the penalty everything is refused; asking again does not make it longer,
    which the documentation leaves open.
    """

    def __init__(
        self,
        *,
        per_s: int = PER_S,
        penalty_s: float = PENALTY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.per_s = per_s
        self.penalty_s = penalty_s
        self._clock = clock
        self._seen: dict[str, deque[float]] = defaultdict(deque)
        self._until: dict[str, float] = {}

    def allows(self, base_id: str) -> bool:
        now = self._clock()
        if now < self._until.get(base_id, 0.0):
            return False
        seen = self._seen[base_id]
        while seen and seen[0] <= now - 1.0:
            seen.popleft()
        if len(seen) >= self.per_s:
            self.punish(base_id)
            return False
        seen.append(now)
        return True

    def punish(self, base_id: str) -> None:
        self._until[base_id] = self._clock() + self.penalty_s
