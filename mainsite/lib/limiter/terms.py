"""What a source allows, and the pauses that keep us inside it."""

import math
from dataclasses import dataclass
from functools import cached_property

# How unevenly calls may arrive although they were booked evenly: an event loop that
# is busy, a slow network. A window holds that much less than it could.
JITTER_S = 0.05
LEAST_MARGIN = 0.01
# Who is told late that Redis is back still works by itself for so long.
NOTICE_S = 1.2


@dataclass(frozen=True, kw_only=True)
class Limits:
    """At most ``per_s`` calls a second, measured by the source over any ``window_s``.

    ``turn_s`` is the longest that a call may last: what a killed process held is free
    again after it. ``failures`` in a row open the circuit, for ``rest_s``.
    """

    name: str
    per_s: float | None
    concurrency: int | None
    window_s: float
    turn_s: float
    failures: int
    rest_s: float

    @cached_property
    def margin(self) -> float:
        return max(LEAST_MARGIN, JITTER_S / self.window_s)

    @cached_property
    def step_s(self) -> float:
        """Between two calls, so that no window ever holds one too many."""
        return (1 + self.margin) / self.per_s if self.per_s else 0.0

    @cached_property
    def late_s(self) -> float:
        """A turn taken later than this after its moment might crowd a window."""
        return 0.8 * self.margin * self.window_s if self.per_s else math.inf

    @cached_property
    def ahead(self) -> int:
        """Turns that one process may have booked and not taken yet.

        Few, so that the turns of a killed process are no loss; enough for a tenth of
        a second, so that a busy loop misses none.
        """
        return max(1, math.ceil(self.per_s * 0.1)) if self.per_s else 1_000

    @cached_property
    def ahead_s(self) -> float:
        """Nothing is booked further ahead: what a flushed Redis may have forgotten."""
        return max(6 * self.step_s, 0.6) if self.per_s else 0.0

    @cached_property
    def quiet_s(self) -> float:
        """How long nothing leaves when Redis has forgotten, or was away.

        The turns it had sold are taken by then, and those who worked by themselves
        meanwhile know that it is back.
        """
        return NOTICE_S + self.ahead_s + self.step_s

    def share_step_s(self, lanes: int) -> float:
        """The pause of one of so many processes that cannot talk to each other."""
        if not self.per_s:
            return 0.0
        each = math.floor(self.per_s * self.window_s / lanes + 1e-9)
        if each:
            return self.window_s * (1 + self.margin) / each
        return self.step_s * lanes

    def share_concurrency(self, lanes: int) -> int | None:
        return max(1, self.concurrency // lanes) if self.concurrency else None


def usual_window_s(per_s: float | None) -> float:
    """A whole number a second is a limit per second; anything else is per minute."""
    return 1.0 if not per_s or float(per_s).is_integer() else 60.0
