from datetime import date

import pytest

from companies import services
from companies.facts import CompanyFacts, EventFact
from companies.models import LegalEvent
from companies.tests.makers import make_company

pytestmark = pytest.mark.django_db


def record(company, source, *, on=date(2026, 11, 2), number="A1"):
    event = EventFact(
        kind="sale", occurred_on=on, label="Cession", source=source, source_id=number
    )
    services.record_facts(facts=[CompanyFacts(siren=company.siren, events=(event,))])


def test_a_notice_told_by_a_better_source_is_there_once():
    company, other = make_company(), make_company()
    record(other, "pappers")
    record(company, "pappers")
    record(company, "pappers", number="A2")
    record(company, "bodacc", on=date(2026, 11, 3))
    kept = LegalEvent.objects.filter(siren=company.siren)
    assert set(kept.values_list("source_id", "source")) == {
        ("A1", "bodacc"),
        ("A2", "pappers"),
    }
    assert LegalEvent.objects.filter(siren=other.siren).exists()
