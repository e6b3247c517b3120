"""BODACC, the official gazette of companies (DILA): free, without a key."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import ClassVar

from enrichment.providers.base import Group, Lifetimes, RateLimit
from enrichment.providers.bodacc import parse
from enrichment.providers.facts import ProviderFacts
from enrichment.providers.opendatasoft import DataSet


class Bodacc(DataSet):
    """Notices without a number in `registre` (7 % of proceedings) are not found."""

    name: ClassVar[str] = "bodacc"
    label: ClassVar[str] = "BODACC"
    live_base_url: ClassVar[str] = "https://bodacc-datadila.opendatasoft.com"
    sandbox_path: ClassVar[str] = "/bodacc"
    dataset: ClassVar[str] = "annonces-commerciales"
    key: ClassVar[str] = "registre"
    newest_by: ClassVar[str] = "dateparution"
    gives: ClassVar[Mapping[str, frozenset[Group]]] = MappingProxyType(
        {"": frozenset({"events"})}
    )
    # Open data (Licence Ouverte 2.0), published on weekdays: a day misses nothing.
    ttl: ClassVar[Lifetimes] = Lifetimes(
        found=timedelta(hours=24),
        not_found=timedelta(hours=24),
        partial=timedelta(minutes=15),
    )
    # A polite guess; the portal itself only tells the day's quota, in its headers.
    rate_limit: ClassVar[RateLimit] = RateLimit(calls=10, per_s=1.0, concurrency=10)
    day_quota: ClassVar[int | None] = 10_000

    def is_found(self, raw: bytes, *, siren: str) -> bool:
        return parse.is_found(raw, siren=siren)

    def parse(self, raw: bytes, *, siren: str) -> ProviderFacts:
        return parse.parse(raw, siren=siren)


PROVIDER = Bodacc
