"""What a draft would do, before anything is spent."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext_lazy

from companies.models import Company
from enrichment.models import Answer, Batch, Item
from enrichment.sources import Terms, all_terms
from enrichment.wording import OFF

# What each source is asked for, as the analyst reads it.
GIVES = {
    "recherche_entreprises": gettext_lazy(
        "identité, dirigeants, dernier CA et résultat"
    ),
    "pappers": gettext_lazy("comptes sur plusieurs années, dirigeants, annonces"),
}
# A source answers in about this time; ours is a range, not a promise.
USUAL_LATENCY_S = 0.5
WORKERS = 2


@dataclass(frozen=True, kw_only=True)
class SourcePlan:
    """One source of a draft: what it would cost, and what is known already."""

    terms: Terms
    gives: str
    companies: int
    reused: int

    @property
    def off_words(self) -> str:
        return str(OFF.get(self.terms.off, ""))

    @property
    def calls(self) -> int:
        return 0 if self.terms.off else self.companies - self.reused

    @property
    def tokens(self) -> Decimal:
        return self.calls * self.terms.tokens

    @property
    def cost_eur(self) -> Decimal | None:
        """None when the price of a jeton is not known."""
        price = self.terms.price_eur
        return None if price is None else self.calls * price

    @property
    def seconds(self) -> float:
        per_s = WORKERS * self.terms.concurrency / USUAL_LATENCY_S
        return self.calls / min(per_s, self.terms.rate_per_s or per_s)


@dataclass(frozen=True, kw_only=True)
class Preview:
    companies: int
    unknown: int
    sources: tuple[SourcePlan, ...]

    @property
    def cost_eur(self) -> Decimal:
        """At most, all sources that can be asked taken together."""
        known = (plan.cost_eur for plan in self.sources if not plan.terms.off)
        return sum((cost for cost in known if cost is not None), Decimal(0))

    @property
    def tokens(self) -> Decimal:
        return sum((plan.tokens for plan in self.sources), Decimal(0))

    @property
    def reused(self) -> int:
        return sum(plan.reused for plan in self.sources)

    @property
    def spared_eur(self) -> Decimal:
        """What answers that are still good save."""
        prices = ((plan.reused, plan.terms.price_eur) for plan in self.sources)
        return sum((n * price for n, price in prices if price), Decimal(0))

    @property
    def seconds(self) -> float:
        """The slowest source decides: they are asked side by side."""
        return max((plan.seconds for plan in self.sources), default=0)


def preview(batch: Batch) -> Preview:
    fresh = Answer.objects.fresh().filter(
        siren=OuterRef("siren"), source=OuterRef("source")
    )
    rows = (
        Item.objects.filter(batch=batch)
        .annotate(is_fresh=Exists(fresh))
        .values_list("source", "is_fresh")
        .annotate(count=Count("pk"))
    )
    totals: dict[str, dict[bool, int]] = {}
    for source, is_fresh, count in rows:
        totals.setdefault(source, {})[is_fresh] = count
    companies = int(batch.detected.get("accepted", 0))
    plans = tuple(
        SourcePlan(
            terms=terms,
            gives=str(GIVES.get(name, "")),
            companies=sum(totals.get(name, {}).values()),
            reused=totals.get(name, {}).get(True, 0),
        )
        for name, terms in all_terms().items()
        if name in totals
    )
    return Preview(companies=companies, unknown=_unknown(batch), sources=plans)


def _unknown(batch: Batch) -> int:
    """Companies that the register does not have."""
    known = Company.objects.filter(siren=OuterRef("siren"))
    items = Item.objects.filter(batch=batch).filter(~Exists(known))
    return items.values("siren").distinct().count()
