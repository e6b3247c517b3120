"""What each source costs and allows today: the code's facts and ops' decisions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from accounts import installation
from enrichment.models import Provider, ProviderPrice
from enrichment.providers.base import AnswerStatus
from enrichment.providers.base import Provider as Client
from enrichment.providers.registry import make_provider, provider_classes

SANDBOX_KEY = "sandbox"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A source as a batch sees it. ``off`` says why it cannot be asked, "" if it can.

    ``token_eur`` is None when no price was entered: costs are then told in jetons.
    """

    name: str
    label: str
    tokens: Decimal
    token_eur: Decimal | None
    rate_per_s: float | None
    concurrency: int
    reuse_days: int
    timeout_s: float
    off: str = ""

    @property
    def is_paid(self) -> bool:
        return self.tokens > 0

    @property
    def price_eur(self) -> Decimal | None:
        """What one call holds against the cap; 0 for a free source."""
        if not self.is_paid:
            return Decimal(0)
        return None if self.token_eur is None else self.tokens * self.token_eur

    def amount_eur(self, tokens: Decimal) -> Decimal:
        return tokens * (self.token_eur or Decimal(0))

    def expiry(self, status: AnswerStatus, fetched_at: datetime) -> datetime:
        """Ops say how long a full answer is good; a lesser one never outlives it."""
        reuse = timedelta(days=self.reuse_days)
        if status != "found":
            reuse = min(reuse, provider_classes()[self.name].ttl.of(status))
        return fetched_at + reuse


def all_terms() -> dict[str, Terms]:
    """Every source, free ones first: that is the order in which they are asked."""
    rows = {row.name: row for row in Provider.objects.all()}
    prices = _prices()
    terms = [
        _terms(client, rows[name], prices.get(name))
        for name, client in provider_classes().items()
        if name in rows
    ]
    return {one.name: one for one in sorted(terms, key=lambda t: (t.is_paid, t.name))}


def _prices() -> dict[str, Decimal]:
    """The price in force today, by source."""
    current = (
        ProviderPrice.objects.filter(valid_from__lte=timezone.localdate())
        .order_by("provider_id", "-valid_from")
        .distinct("provider_id")
    )
    return dict(current.values_list("provider_id", "token_eur"))


def _terms(client: type[Client], row: Provider, token_eur: Decimal | None) -> Terms:
    tokens = client.prices[""]
    off = ""
    if not row.is_enabled:
        off = "disabled"
    elif tokens and token_eur is None:
        off = "no_price"
    elif client.needs_key and not _key(row.name):
        off = "no_key"
    return Terms(
        name=row.name,
        label=client.label,
        tokens=tokens,
        token_eur=token_eur,
        rate_per_s=row.rate_per_s,
        concurrency=max(1, row.concurrency),
        reuse_days=row.reuse_days,
        timeout_s=row.timeout_s,
        off=off,
    )


def client_of(name: str) -> Client:
    """The source as this installation reaches it: the sandbox, or the real one."""
    base_url = ""
    if installation.is_sandbox():
        path = provider_classes()[name].sandbox_path
        base_url = f"{settings.SANDBOX_URL.rstrip('/')}{path}"
    return make_provider(name, base_url=base_url, api_key=_key(name))


def address_of(name: str) -> str:
    """The only origin that calls to this source may go to."""
    if installation.is_sandbox():
        return str(settings.SANDBOX_URL)
    return provider_classes()[name].live_base_url


def _key(name: str) -> str:
    if installation.is_sandbox():
        return SANDBOX_KEY
    keys: dict[str, str] = {"pappers": settings.PAPPERS_API_KEY}
    return keys.get(name, "")
