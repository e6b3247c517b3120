"""Notices are partitioned by date, and a notice is one row whatever its date."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from companies.facts import CompanyFacts, EventFact
from companies.models import (
    AnnualAccounts,
    Company,
    LegalEvent,
    Note,
    Officer,
    Target,
)
from companies.services import record_facts
from companies.tests.makers import make_company

NOTICE = EventFact(
    kind="sale",
    occurred_on=date(2026, 11, 3),
    label="Vente du fonds",
    source="pappers",
    source_id="B202600012",
)


def tell(company, *events):
    record_facts(facts=[CompanyFacts(siren=company.siren, events=events)])


@pytest.mark.django_db
class TestANotice:
    def test_told_again_is_the_same_row(self):
        company = make_company()
        tell(company, NOTICE)
        first = LegalEvent.objects.get()
        tell(company, replace(NOTICE, label="Vente du fonds, rectifiée"))

        again = LegalEvent.objects.get()
        assert (again.pk, again.label) == (first.pk, "Vente du fonds, rectifiée")

    @pytest.mark.parametrize("moved", [date(2026, 11, 4), date(2019, 5, 6)])
    def test_whose_date_was_corrected_leaves_its_month(self, moved):
        company, other = make_company(), make_company()
        tell(company, NOTICE)
        tell(other, NOTICE)
        tell(company, replace(NOTICE, occurred_on=moved))

        kept = LegalEvent.objects.values_list("siren", "occurred_on")
        assert set(kept) == {
            (company.siren, moved),
            (other.siren, NOTICE.occurred_on),
        }

    def test_to_come_waits_in_the_default_partition(self):
        tell(make_company(), replace(NOTICE, occurred_on=date(2199, 1, 1)))

        with connection.cursor() as cursor:
            cursor.execute("SELECT tableoid::regclass::text FROM legal_event")
            assert cursor.fetchone() == ("legal_event_default",)


@pytest.mark.django_db
class TestWhatHangsOnACompany:
    def test_goes_with_it(self):
        company = make_company(target={})
        AnnualAccounts.objects.create(
            siren=company.siren, closed_on=date(2025, 12, 31), account_type="C"
        )
        Company.objects.filter(siren=company.siren).delete()

        assert not Target.objects.exists()
        assert not AnnualAccounts.objects.exists()

    def test_needs_it(self, analyst):
        missing = pytest.raises(IntegrityError, match="target_has_a_company")
        with missing, transaction.atomic():
            Target.objects.create(siren="999999999")
        missing = pytest.raises(IntegrityError, match="note_has_a_company")
        with missing, transaction.atomic():
            Note.objects.create(siren="999999999", text="x", desk=analyst.desk)

    def test_keeps_it_while_a_desk_works_on_it(self, analyst):
        company = make_company()
        Note.objects.create(siren=company.siren, text="x", desk=analyst.desk)

        with pytest.raises(IntegrityError), transaction.atomic():
            Company.objects.filter(siren=company.siren).delete()

    def test_its_history_outlives_it(self):
        company = make_company()
        tell(company, NOTICE)
        Company.objects.filter(siren=company.siren).delete()

        assert LegalEvent.objects.count() == 1


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        ("fields", "rule"),
        [
            ({"siret": "00000000000017"}, "siret_is_of_the_siren"),
            ({"diffusion": "X"}, "codes"),
            ({"legal_form": "12"}, "codes"),
            ({"latitude": 91.0, "longitude": 2.0}, "place_is_on_earth"),
        ],
    )
    def test_an_impossible_company(self, fields, rule):
        with pytest.raises(IntegrityError, match=f"company_{rule}"):
            make_company(**fields)

    def test_an_impossible_birth(self):
        company = make_company()
        with pytest.raises(IntegrityError, match="officer_birth_is_possible"):
            Officer.objects.create(
                siren=company.siren,
                surname="A",
                role="Gérant",
                birth_month=13,
                source="pappers",
                retrieved_at=company.registered_at,
            )

    def test_a_reading_over_a_hundred(self):
        with pytest.raises(IntegrityError, match="target_readings_are_points"):
            make_company(target={"score": 101})
