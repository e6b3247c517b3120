"""The nightly check of the ledger, and the command."""

import io

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from enrichment import jobs, lane
from enrichment.models import Answer, Batch, Call
from enrichment.tests.gates import open_gates

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worked(analyst, sandbox, companies, start):
    batch = start(analyst, companies(2))
    open_gates()
    lane.run(batch.pk)
    return batch


def check():
    told = io.StringIO()
    call_command("check_ledger", stdout=told, stderr=told)
    return told.getvalue()


def test_a_right_ledger_says_so(worked):
    assert "Le grand livre est juste" in check()
    jobs.check_ledger()
    assert cache.get(jobs.LEDGER_CHECK)["broken"] == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: Batch.objects.update(committed_eur=9),
        lambda: Call.objects.filter(state="paid").update(amount_eur=9),
        lambda: Answer.objects.update(raw=b"something else", encoding=""),
        lambda: Answer.objects.update(sha256="0" * 64),
    ],
    ids=["budget", "amount", "bytes", "digest"],
)
def test_a_ledger_that_was_touched_is_told(worked, spoil):
    spoil()
    with pytest.raises(CommandError):
        check()
    jobs.check_ledger()
    assert cache.get(jobs.LEDGER_CHECK)["broken"] > 0


def test_an_erased_answer_is_no_fault(worked):
    Answer.objects.update(raw=b"", encoding="erased")
    assert "Le grand livre est juste" in check()
