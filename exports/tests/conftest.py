from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from companies.choices import ScoreState
from companies.models import AnnualAccounts, LegalEvent, Officer
from companies.tests.makers import make_company
from mainsite.lib.tests.folders import keep_in


@pytest.fixture(autouse=True)
def export_folder(settings, tmp_path):
    """Files of a test are its own."""
    return keep_in(settings, "exports", tmp_path / "exports")


def make_accounts(siren, year, revenue, *, kind="C", **fields):
    return AnnualAccounts.objects.create(
        siren=siren,
        closed_on=date(year, 12, 31),
        account_type=kind,
        revenue=revenue,
        **fields,
    )


@pytest.fixture
def known(db):
    """A company of which everything is known, from answers of the sandbox."""
    company = make_company(
        "FONDERIE « LE 3 »",
        siren="005520135",
        address="12 RUE DES FORGES",
        capital_eur=40_000,
        target={
            "score": Decimal("84.5"),
            "sale_likelihood": Decimal("62"),
            "coverage": Decimal("70"),
            "score_state": ScoreState.EVALUABLE,
            "revenue": 12_000_000,
            "revenue_year": 2024,
            "net_income": -600_000,
            "leader_name": "Claire MARTIN",
            "enriched_at": timezone.now(),
        },
    )
    make_accounts(
        company.siren,
        2024,
        12_000_000,
        net_income=-600_000,
        financial_debt=1_000_000,
        equity=3_000_000,
        headcount=41,
    )
    make_accounts(company.siren, 2023, 11_000_000)
    make_accounts(company.siren, 2022, 10_000_000)
    make_accounts(company.siren, 2024, 99_000_000, kind="K")
    Officer.objects.create(
        siren=company.siren,
        surname="MARTIN",
        first_name="Claire",
        role="Présidente",
        source="pappers",
        retrieved_at=timezone.now(),
        is_sandbox=True,
    )
    LegalEvent.objects.create(
        siren=company.siren,
        kind="accounts_filed",
        occurred_on=date(2025, 6, 30),
        label="Dépôt des\ncomptes 2024",
        source="pappers",
        source_id="A1",
        is_sandbox=True,
    )
    return company
