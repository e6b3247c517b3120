"""The register of treatments: nothing of a person is held that it does not tell."""

import pytest
from django.apps import apps
from django.db import models

from accounts import retention
from accounts.models import HistoryRetention, User
from companies.imports.models import UNDONE_WITHIN
from companies.models.contacts import KEPT_YEARS
from mainsite.register import REGISTER

PAGE = "/administration/registre/"
# Of companies, places, rules, machines: nobody stands in them, and nobody wrote them.
OF_NOBODY = {
    "accounts.AuditForgetting",
    "accounts.AuditSeal",
    "accounts.Desk",
    "accounts.HistoryRetention",
    "accounts.Installation",
    "accounts.ScheduledRun",
    "companies.AnnualAccounts",
    "companies.ImportChunk",
    "companies.NameWord",
    "companies.Register",
    "companies.RegistryLoad",
    "companies.SearchBuild",
    "companies.SectorStatistics",
    "companies.SourceReading",
    "companies.StatisticsRefresh",
    "enrichment.Item",
    "enrichment.Provider",
    "enrichment.ProviderPrice",
    "enrichment.SchemaDrift",
    "enrichment.SourceDay",
    "enrichment.SourcePool",
    "scoring.HybridWeights",
    "scoring.ModelCalibration",
    "scoring.ModelDrift",
    "scoring.ModelFile",
    "scoring.ModelReading",
    "scoring.NotedScore",
    "scoring.Ruleset",
    "scoring.Score",
    "scoring.WeightPreset",
    # Of libraries: what they know of us.
    "auth.Group",
    "auth.Permission",
    "contenttypes.ContentType",
    "django_rq.Dashboard",
    "flags.FlagState",
}
PERSONAL = (models.EmailField, models.GenericIPAddressField)
TOLD = {label for treatment in REGISTER for label in treatment.models}


def held():
    return {m._meta.label: m for m in apps.get_models() if not m._meta.proxy}


def test_every_model_is_told_or_of_nobody():
    assert set(held()) == TOLD | OF_NOBODY
    assert not TOLD & OF_NOBODY


@pytest.mark.parametrize("label", sorted(OF_NOBODY))
def test_what_is_of_nobody_names_nobody(label):
    for field in held()[label]._meta.local_fields:
        assert not isinstance(field, PERSONAL), field
        assert field.related_model is not User, field


def test_a_model_stands_in_one_treatment():
    every = [label for treatment in REGISTER for label in treatment.models]
    assert len(every) == len(set(every))


@pytest.mark.django_db
def test_its_delays_are_those_of_the_code():
    kept = {treatment.code: str(treatment.kept) for treatment in REGISTER}
    trail = HistoryRetention.objects.get(table_name="accounts_auditentry")
    answers = HistoryRetention.objects.get(table_name="enrichment_answer")
    assert f"{trail.keep_months} mois" in kept["trail"]
    assert f"{answers.keep_months} mois" in kept["officers"]
    assert UNDONE_WITHIN.days == 7
    assert "sept jours" in kept["officers"]
    assert retention.KEPT.days == 365
    assert "douze mois" in kept["trail"]
    assert KEPT_YEARS == 3
    assert "Trois ans" in kept["contacts"]


class TestThePage:
    def test_tells_ops_every_treatment(self, ops_client):
        page = ops_client.get(PAGE).text
        assert all(f'id="{treatment.code}"' in page for treatment in REGISTER)
        assert "companies.Contact" in page

    def test_is_for_ops_only(self, analyst_client, manager_client):
        assert analyst_client.get(PAGE).status_code == 302
        assert manager_client.get(PAGE).status_code == 302
