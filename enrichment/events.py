from dataclasses import dataclass

from mainsite.lib.events import Event


@dataclass(frozen=True, kw_only=True)
class BatchWaiting(Event):
    """A batch has work to do that nobody is doing yet."""

    batch_id: int
