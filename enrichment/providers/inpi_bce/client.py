"""Yearly figures of the accounts filed at INPI (data.economie.gouv.fr): free."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import ClassVar

from enrichment.providers.base import Group, Lifetimes, RateLimit
from enrichment.providers.facts import ProviderFacts
from enrichment.providers.inpi_bce import parse
from enrichment.providers.opendatasoft import DataSet


class InpiBce(DataSet):
    """It turns away addresses of data centres, so that not every server reaches it."""

    name: ClassVar[str] = "inpi_bce"
    label: ClassVar[str] = "INPI, ratios financiers"
    live_base_url: ClassVar[str] = "https://data.economie.gouv.fr"
    sandbox_path: ClassVar[str] = "/inpi-bce"
    dataset: ClassVar[str] = "ratios_inpi_bce"
    key: ClassVar[str] = "siren"
    newest_by: ClassVar[str] = "date_cloture_exercice"
    gives: ClassVar[Mapping[str, frozenset[Group]]] = MappingProxyType(
        {"": frozenset({"accounts", "history"})}
    )
    # Open data (Licence Ouverte 2.0), rebuilt a few times a month.
    ttl: ClassVar[Lifetimes] = Lifetimes(
        found=timedelta(days=7),
        not_found=timedelta(days=1),
        partial=timedelta(minutes=15),
    )
    # A polite guess; the portal itself only tells the day's quota, in its headers.
    rate_limit: ClassVar[RateLimit] = RateLimit(calls=10, per_s=1.0, concurrency=10)
    day_quota: ClassVar[int | None] = 10_000

    def is_found(self, raw: bytes, *, siren: str) -> bool:
        return parse.is_found(raw, siren=siren)

    def parse(self, raw: bytes, *, siren: str) -> ProviderFacts:
        return parse.parse(raw, siren=siren)


PROVIDER = InpiBce
