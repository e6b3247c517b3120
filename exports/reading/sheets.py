"""What a page about one company tells besides its columns: scores in words, sources."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from exports.reading import wire
from exports.reading.wire import Fact, Facts
from scoring import panel, published
from scoring.panel import Panel

READINGS: Facts = {
    "siren": Fact("int", "siren"),
    "source": Fact("text", "source"),
    "read_on": Fact("date", "(retrieved_at AT TIME ZONE 'Europe/Paris')::date"),
    "status": Fact("text", "status"),
    "is_sandbox": Fact("bool", "is_sandbox"),
}


@dataclass(frozen=True, slots=True)
class Beside:
    """By SIREN; a company that was never scored has no panel."""

    panels: dict[str, Panel]
    readings: pl.DataFrame


def beside(sirens: Sequence[int]) -> Beside:
    found = {
        f"{siren:09d}": panel.latest(
            f"{siren:09d}", version=published.NEWEST, lang="fr"
        )
        for siren in sirens
    }
    readings = wire.read(
        READINGS, f"FROM source_reading WHERE siren {wire.among(sirens)}"
    )
    return Beside(
        {siren: told for siren, told in found.items() if told},
        readings.sort("siren", "source"),
    )
