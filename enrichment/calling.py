"""How a source is reached: connections with its time limits, and its gate."""

from enrichment.sources import Terms
from mainsite.lib.limiter import Gate
from mainsite.lib.outgoing import Limits, Outgoing

# What connecting and the end of a slow answer may take beyond one silence.
BEYOND_SILENCE_S = 5.0
# A turn outlives its call by the time it takes to write both ends down.
TURN_MARGIN_S = 10.0


def connections_to(terms: Terms, *, origin: str) -> Outgoing:
    """To that origin and nowhere else."""
    limits = Limits(
        read_s=terms.timeout_s,
        total_s=terms.timeout_s + BEYOND_SILENCE_S,
        connections=terms.concurrency,
    )
    return Outgoing(origins=[origin], limits=limits)


def gate_of(terms: Terms) -> Gate:
    return Gate(
        terms.name,
        per_s=terms.rate_per_s,
        concurrency=terms.concurrency,
        turn_s=terms.timeout_s + BEYOND_SILENCE_S + TURN_MARGIN_S,
    )
