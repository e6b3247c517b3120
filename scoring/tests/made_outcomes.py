"""Companies with an outcome, and a model that has learnt from them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.utils import timezone

from accounts.tests.people import make_desk
from companies.models import AnnualAccounts, Company, Officer, PursuitChange, Target
from companies.tests.makers import next_siren
from scoring.learning.candidates import Budget

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 23)
# As small as a search can be, with one outer fold.
SMALL = Budget(
    boosting=1, bagging=1, trees=40, bagged_trees=20, folds=3, seeds=1, outer=1, rows=0
)


def make_outcomes(count=600, *, seed=0, told=True):
    """Deals follow the EBITDA margin, which the rules do not read; ``told`` puts the
    outcomes in a desk's pipeline. The SIRENs, in order.
    """
    rng = np.random.default_rng(seed)
    ebitda = rng.normal(size=count)
    is_deal = rng.random(count) < 1 / (1 + np.exp(-2 * ebitda))
    days = rng.integers(0, 600, count)
    sirens = [next_siren() for _ in range(count)]
    revenue = np.exp(rng.normal(15.3, 0.6, count)).astype(int)
    registered = datetime(2020, 1, 1, tzinfo=PARIS)
    Company.objects.bulk_create(
        Company(
            siren=siren,
            name=f"SOCIÉTÉ {place}",
            naf_code=str(rng.choice(["25.62B", "62.01Z", "47.11F"])),
            legal_form="5710",
            commune_code="74010",
            postal_code="74000",
            headcount_band="12",
            headcount_year=2019,
            created_on=date(1985 + int(rng.integers(0, 30)), 3, 2),
            registered_at=registered,
        )
        for place, siren in enumerate(sirens)
    )
    Target.objects.bulk_create(
        Target(siren=siren, enriched_at=timezone.now()) for siren in sirens
    )
    AnnualAccounts.objects.bulk_create(
        AnnualAccounts(
            siren=siren,
            closed_on=date(year, 12, 31),
            account_type="C",
            duration_months=12,
            revenue=int(revenue[place] * (1 + 0.1 * (year - 2022))),
            net_income=int(revenue[place] * rng.normal(0.05, 0.03)),
            ebitda=int(revenue[place] * (0.1 + 0.04 * ebitda[place])),
            equity=int(revenue[place] * 0.3),
            financial_debt=int(revenue[place] * rng.uniform(0, 0.4)),
            provenance={"revenue": ["pappers", "2024-01-01"]},
        )
        for place, siren in enumerate(sirens)
        for year in (2022, 2023)
    )
    Officer.objects.bulk_create(
        Officer(
            siren=siren,
            surname="SPÉCIMEN",
            birth_year=int(rng.integers(1950, 1985)),
            role="Président",
            since=date(2005, 1, 1),
            source="rne",
            retrieved_at=timezone.now(),
        )
        for siren in sirens
    )
    if told:
        tell(sirens, is_deal, days)
    return sirens


def tell(sirens, is_deal, days):
    desk = make_desk()
    began = datetime(2025, 1, 5, 10, tzinfo=PARIS)
    steps = []
    for place, siren in enumerate(sirens):
        at = began + timedelta(days=int(days[place]))
        ends = "gagne" if is_deal[place] else "perdu"
        steps += [
            PursuitChange(
                desk=desk, siren=siren, before="prospect", after="contacte", at=at
            ),
            PursuitChange(
                desk=desk,
                siren=siren,
                before="contacte",
                after=ends,
                at=at + timedelta(days=20),
            ),
        ]
    PursuitChange.objects.bulk_create(steps)
