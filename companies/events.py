"""What happens to companies, told to whoever follows."""

from dataclasses import dataclass

from mainsite.lib.events import Event


@dataclass(frozen=True, kw_only=True)
class CompaniesEnriched(Event):
    """New facts were written: one event per group of results, never per company."""

    sirens: tuple[str, ...]
    source: str
