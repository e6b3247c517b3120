"""What is asked of the workers, told once it is committed."""

from dataclasses import dataclass

from mainsite.lib.events import Event


@dataclass(frozen=True, kw_only=True)
class ImportAsked(Event):
    """A trial, a run or an undo waits; the sweep finds it too, a few minutes later."""

    import_id: int
