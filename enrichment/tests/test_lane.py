from collections import Counter
from decimal import Decimal

import pytest

from companies.models import AnnualAccounts, Company, Target
from enrichment import invariants, lane
from enrichment.models import Answer, Call, Item

pytestmark = pytest.mark.django_db(transaction=True)


def states(batch):
    items = Item.objects.filter(batch=batch).values_list("source", "state", "reason")
    return Counter(items)


class TestAWholeBatch:
    def test_stores_one_answer_per_source_and_company(
        self, analyst, sandbox, companies, start
    ):
        batch = start(analyst, companies(12))
        lane.run(batch.pk)
        batch.refresh_from_db()
        assert batch.state == "done"
        assert batch.ended_at
        assert Answer.objects.count() == 24
        assert Company.objects.count() == 12
        assert Target.objects.filter(revenue__isnull=False).exists()
        assert AnnualAccounts.objects.exists()
        assert batch.committed_eur == Decimal('1.2')
        assert invariants.broken() == []
        assert len(sandbox.served()) == 24
