"""Worker and work-horse are killed with -9 in the middle of a batch."""

from collections import Counter

import django_rq
import pytest

from enrichment import invariants
from enrichment.models import Answer, Call, Item
from enrichment.tests.killing import Product, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
COMPANIES = 200
RECOVERY_S = 120


@pytest.fixture
def product(sandbox, tmp_path):
    django_rq.get_queue("enrichment").empty()
    running = Product(sandbox.url, tmp_path)
    yield running
    running.stop()


def answers():
    return Answer.objects.count()


def is_over(batch):
    def check():
        batch.refresh_from_db()
        return batch.state == "done"

    return check


def check_the_ledger(batch, sandbox, in_flight):
    """What the issue asks for, against the sandbox's own log."""
    per_pair = Counter(Answer.objects.values_list("siren", "source"))
    assert len(per_pair) == 2 * COMPANIES
    assert set(per_pair.values()) == {1}
    ends = Counter(Item.objects.values_list("state", "reason"))
    # The sandbox answers « unknown » for one company in a hundred.
    assert set(ends) <= {("done", ""), ("failed", "not_found")}
    served = sandbox.served()
    ledger = dict(Call.objects.values_list("pk", "state"))
    ledger = {str(pk): state for pk, state in ledger.items()}
    for line in served:
        is_charged = line["tokens"] != "0"
        free = {"free", "not_charged"}
        assert ledger[line["call_id"]] in ({"paid"} if is_charged else free) | {"lost"}
    repeats = len(served) - 2 * COMPANIES
    assert repeats <= in_flight
    lost = Call.objects.filter(state="lost").count()
    assert lost <= in_flight
    assert invariants.broken() == []


class Moment:
    """A batch of 200 that is well under way, at 200 ms a call."""

    def __init__(self, sandbox, analyst, numbers, start):
        sandbox.slow(200)
        self.batch = start(analyst, numbers)
        assert wait_until(lambda: answers() > COMPANIES // 4, seconds=60)

    @property
    def in_flight(self):
        return Call.objects.filter(state="open").count()


def test_worker_and_horse_killed_together(product, sandbox, analyst, companies, start):
    moment = Moment(sandbox, analyst, companies(COMPANIES), start)
    product.kill_worker_and_horse()
    in_flight = moment.in_flight
    assert in_flight
    product.start_worker()
    assert wait_until(is_over(moment.batch), seconds=RECOVERY_S)
    check_the_ledger(moment.batch, sandbox, in_flight)


def test_the_work_horse_killed_alone(product, sandbox, analyst, companies, start):
    moment = Moment(sandbox, analyst, companies(COMPANIES), start)
    product.kill_horse()
    in_flight = moment.in_flight
    assert wait_until(is_over(moment.batch), seconds=RECOVERY_S)
    check_the_ledger(moment.batch, sandbox, in_flight)


def test_redis_emptied_in_the_middle(product, sandbox, analyst, companies, start):
    moment = Moment(sandbox, analyst, companies(COMPANIES), start)
    django_rq.get_connection("enrichment").flushdb()
    assert wait_until(is_over(moment.batch), seconds=RECOVERY_S)
    check_the_ledger(moment.batch, sandbox, moment.in_flight)
