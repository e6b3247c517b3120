"""One limiter and one circuit breaker per source, shared by all who call it.

`gate` is what callers use, `books` the atomic round trip to Redis behind it, `alone`
what is left without Redis, `terms` the arithmetic, `state` what ops see.
"""

from mainsite.lib.limiter.gate import Gate, GateClosed, LimiterAway, Turn
from mainsite.lib.limiter.state import GateState, state_of

__all__ = [
    "Gate",
    "GateClosed",
    "GateState",
    "LimiterAway",
    "Turn",
    "state_of",
]
