"""What each source costs and allows today: the code's facts and ops' decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from accounts import installation
from enrichment.models import Provider, ProviderPrice, SourceAssessment
from enrichment.providers.base import FREE, Price
from enrichment.providers.base import Provider as Client
from enrichment.providers.registry import make_provider, provider_classes
from enrichment.source_sessions import SharedSessions

SANDBOX_SECRET = "sandbox"  # noqa: S105
# A price of the sandbox only: a live one is ops' to enter.
SANDBOX_PRICES_FROM = date(2026, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A source as a batch sees it. ``off`` says why it cannot be asked, "" if it can.

    ``unit_eur`` lacks the pools whose price was not entered: their costs are then
    told in jetons. What has no option is told of the usual call.
    """

    name: str
    label: str
    prices: Mapping[str, Price]
    gives: Mapping[str, frozenset[str]]
    unit_eur: Mapping[str, Decimal]
    rate_per_s: float | None
    concurrency: int
    reuse_hours: int
    timeout_s: float
    day_quota: int | None
    off: str = ""
    is_held: bool = False
    held_reason: str = ""

    @property
    def is_paid(self) -> bool:
        return any(price.units for price in self.prices.values())

    @property
    def tokens(self) -> Decimal:
        return self.units()

    @property
    def price_eur(self) -> Decimal | None:
        """What one usual call holds against the cap; 0 for a free source."""
        return self.cost_eur()

    @property
    def most_units(self) -> Decimal:
        """What its dearest call takes from a pool."""
        return max((price.units for price in self.prices.values()), default=Decimal(0))

    def units(self, option: str = "") -> Decimal:
        return self._price(option).units

    def pool(self, option: str = "") -> str:
        return self._price(option).pool

    def cost_eur(self, option: str = "") -> Decimal | None:
        """The most a call can cost; None when the price of a unit is not known."""
        price = self._price(option)
        return self.amount_eur(price.units, price.pool)

    def amount_eur(self, units: Decimal, pool: str = "") -> Decimal | None:
        if not units:
            return Decimal(0)
        unit = self.unit_eur.get(pool)
        return None if unit is None else units * unit

    def _price(self, option: str) -> Price:
        return self.prices.get(option, FREE)


def all_terms() -> dict[str, Terms]:
    """Every source, free ones first: that is the order in which they are asked."""
    rows = {row.name: row for row in Provider.objects.all()}
    prices, assessed = _prices(), _assessed()
    terms = [
        _terms(client, rows[name], prices.get(name, {}), name in assessed)
        for name, client in provider_classes().items()
        if name in rows
    ]
    return {one.name: one for one in sorted(terms, key=_in_order)}


def _in_order(terms: Terms) -> tuple[bool, int, str]:
    return terms.is_paid, provider_classes()[terms.name].rank, terms.name


def _prices() -> dict[str, dict[str, Decimal]]:
    """The prices in force today, by source and pool."""
    current = (
        ProviderPrice.objects.filter(valid_from__lte=timezone.localdate())
        .order_by("provider_id", "pool", "-valid_from")
        .distinct("provider_id", "pool")
    )
    found: dict[str, dict[str, Decimal]] = {}
    for name, pool, price in current.values_list("provider_id", "pool", "token_eur"):
        found.setdefault(name, {})[pool] = price
    return found


def _assessed() -> set[str]:
    """Sources that somebody signed for."""
    signed = SourceAssessment.objects.filter(withdrawn_at__isnull=True)
    return set(signed.values_list("provider_id", flat=True))


def _terms(
    client: type[Client],
    row: Provider,
    unit_eur: Mapping[str, Decimal],
    is_assessed: bool,
) -> Terms:
    return Terms(
        name=row.name,
        label=client.label,
        # Of what may be asked: a supplement that nobody reads has no say in limits.
        prices={o: price for o, price in client.prices.items() if o in client.gives},
        gives=client.gives,
        unit_eur=unit_eur,
        rate_per_s=row.rate_per_s,
        concurrency=max(1, row.concurrency),
        reuse_hours=row.reuse_hours,
        timeout_s=row.timeout_s,
        day_quota=row.day_quota,
        off=_why_off(client, row, unit_eur, is_assessed),
        is_held=row.is_held,
        held_reason=row.held_reason,
    )


def _why_off(
    client: type[Client],
    row: Provider,
    unit_eur: Mapping[str, Decimal],
    is_assessed: bool,
) -> str:
    pools = {price.pool for price in client.prices.values() if price.units}
    if not row.is_enabled:
        return "disabled"
    if client.needs_assessment and not is_assessed:
        return "no_assessment"
    if pools - set(unit_eur):
        return "no_price"
    return "" if all(_secrets(client).values()) else "no_key"


def ensure_rows() -> None:
    """A row for each source that the code knows, with its own defaults.

    After every migration: what ops decided since is left alone. The sandbox has
    prices and no rate; live, a source of contacts begins switched off.
    """
    is_sandbox = installation.is_sandbox()
    for name, client in provider_classes().items():
        rate = client.rate_limit
        Provider.objects.get_or_create(
            name=name,
            defaults={
                "is_enabled": not client.needs_assessment,
                "rate_per_s": None if is_sandbox else rate.calls / rate.per_s,
                "concurrency": 50 if is_sandbox else rate.concurrency,
                "reuse_hours": round(client.ttl.found.total_seconds() / 3600),
                "day_quota": None if is_sandbox else client.day_quota,
            },
        )
        if is_sandbox:
            _ensure_sandbox_prices(client)


def _ensure_sandbox_prices(client: type[Client]) -> None:
    for pool in {price.pool for price in client.prices.values() if price.units}:
        ProviderPrice.objects.get_or_create(
            provider_id=client.name,
            pool=pool,
            valid_from=SANDBOX_PRICES_FROM,
            defaults={"token_eur": client.sandbox_unit_eur},
        )


def client_of(name: str) -> Client:
    """The source as this installation reaches it: the sandbox, or the real one."""
    client = provider_classes()[name]
    base_url = ""
    if installation.is_sandbox():
        base_url = f"{settings.SANDBOX_URL.rstrip('/')}{client.sandbox_path}"
    return make_provider(
        name,
        base_url=base_url,
        credentials=_secrets(client),
        sessions=SharedSessions(name),
    )


def address_of(name: str) -> str:
    """The only origin that calls to this source may go to."""
    if installation.is_sandbox():
        return str(settings.SANDBOX_URL)
    return provider_classes()[name].live_base_url


def _secrets(client: type[Client]) -> dict[str, str]:
    if installation.is_sandbox():
        return dict.fromkeys(client.credentials, SANDBOX_SECRET)
    given: Mapping[str, str] = settings.PROVIDER_CREDENTIALS
    return {name: given.get(name, "") for name in client.credentials}
