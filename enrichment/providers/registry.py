"""The sources that exist: one folder each, found by looking, listed nowhere."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from enrichment.providers.base import Provider, Sessions


@cache
def provider_classes() -> dict[str, type[Provider]]:
    """By name, the `PROVIDER` of each package beside this file that has a client."""
    here = Path(__file__).parent
    classes: dict[str, type[Provider]] = {}
    for found in pkgutil.iter_modules([str(here)]):
        if found.ispkg and (here / found.name / "client.py").exists():
            client = importlib.import_module(f"{__package__}.{found.name}.client")
            classes[client.PROVIDER.name] = client.PROVIDER
    return classes


def make_provider(
    name: str,
    *,
    base_url: str = "",
    credentials: Mapping[str, str] | None = None,
    sessions: Sessions | None = None,
) -> Provider:
    """A source ready to be asked; without `base_url` it is the real service."""
    chosen = provider_classes()[name]
    return chosen(
        base_url=base_url or chosen.live_base_url,
        credentials=credentials,
        sessions=sessions,
    )
