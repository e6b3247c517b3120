"""What a lane hands over about companies, and what comes of it in the tables."""

from collections import Counter

import pytest

from companies.models import AnnualAccounts, Officer, SourceReading
from enrichment import lane, recording
from enrichment.models import Item
from enrichment.tests.gates import open_gates

pytestmark = pytest.mark.django_db(transaction=True)

REGISTERS = ("recherche_entreprises", "inpi_bce")


class TestACompanyTwiceInAGroup:
    def test_whose_items_were_leased_apart_is_written_with_the_others(
        self, analyst, sandbox, companies, start, monkeypatch, caplog
    ):
        told = []
        monkeypatch.setattr(recording, "publish", told.append)
        monkeypatch.setattr(lane, "LEASE_ITEMS", 1)
        numbers = companies(6)
        batch = start(analyst, numbers, sources=REGISTERS)
        open_gates()
        lane.run(batch.pk)
        assert set(Item.objects.values_list("state", flat=True)) == {"done"}
        assert "was not written" not in caplog.text
        assert SourceReading.objects.count() == 2 * len(numbers)
        assert AnnualAccounts.objects.exists()
        officers = Officer.objects.values_list("siren", "rank", "source")
        assert officers.count() == officers.distinct().count()
        for event in told:
            assert max(Counter(event.sirens).values()) == 1
