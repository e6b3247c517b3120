"""The sources that are played: one module each, found by looking, listed nowhere."""

import importlib
import pkgutil
from functools import cache

from enrichment.sandbox.played.base import Played


@cache
def played_sources() -> dict[str, Played]:
    """By name, the `PLAYED` of each module beside this file that has one."""
    found: dict[str, Played] = {}
    for module in pkgutil.iter_modules(__path__):
        played = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(played, "PLAYED"):
            found[played.PLAYED.name] = played.PLAYED
    return found
