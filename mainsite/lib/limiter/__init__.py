"""One limiter and one circuit breaker per source, shared by all who call it.

`gate` is what callers use, `turns` what it gives them, `books` the atomic round trip
to Redis behind it, `alone` what is left without Redis, `terms` the arithmetic, `state`
what ops see.
"""

from mainsite.lib.limiter.gate import Gate
from mainsite.lib.limiter.state import GateState, state_of
from mainsite.lib.limiter.turns import GateClosed, LimiterAway, Turn

__all__ = [
    "Gate",
    "GateClosed",
    "GateState",
    "LimiterAway",
    "Turn",
    "state_of",
]
