"""A process that scores chunks for another; it knows nothing before it is set up."""

import multiprocessing
import os
import threading
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from scoring.bulk.run import Done, Scorer

_scorers: "list[tuple[Scorer, bool]]" = []


def begin(versions: tuple[str, ...], only_targets: bool) -> None:
    """Once: its own connection, the rulesets read."""
    threading.Thread(target=_leave_with_the_parent, daemon=True).start()
    django.setup()
    from scoring.bulk import memory
    from scoring.bulk.run import Scorer

    memory.keep_freed()
    _scorers.append((Scorer(versions), only_targets))


def _leave_with_the_parent() -> None:
    """Killed, it says nothing: one that waits for a chunk would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def score(low: int, high: int) -> "Done":
    from scoring.bulk import choice

    scorer, only_targets = _scorers[0]
    return scorer.score(choice.between(low, high, only_targets=only_targets))
