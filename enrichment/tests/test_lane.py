"""A batch worked on in this process, against the sandbox's real HTTP."""

import hashlib
import json
import urllib.request
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from companies.models import AnnualAccounts, Company, Officer, SourceReading, Target
from enrichment import invariants, lane, ledger, money, recording, services
from enrichment.models import Answer, Call, Item, JournalEntry, Provider
from enrichment.tests.gates import open_gates
from mainsite.lib.ids import uuid7

pytestmark = pytest.mark.django_db(transaction=True)

FREE, PAID = "recherche_entreprises", "pappers"


def states(batch):
    items = Item.objects.filter(batch=batch).values_list("source", "state", "reason")
    return Counter(items)


def work(batch, times=8):
    """As the sweep would: again and again, with the pauses already over."""
    for _ in range(times):
        Item.objects.filter(batch=batch, state="waiting").update(retry_at=None)
        open_gates()
        lane.run(batch.pk)
        batch.refresh_from_db()
        if batch.state != "running":
            break
    return batch


def store_answer(siren, source, raw, *, expires_in=timedelta(days=1), batch=None):
    call = Call.objects.create(siren=siren, source=source, state="free", batch=batch)
    now = timezone.now()
    return Answer.objects.create(
        siren=siren,
        source=source,
        call=call,
        status="found",
        raw=raw,
        sha256=hashlib.sha256(raw).hexdigest(),
        http_status=200,
        fetched_at=now,
        expires_at=now + expires_in,
    )


def sandbox_body(sandbox, siren):
    url = f"{sandbox.url}/recherche-entreprises/search?q={siren}"
    with urllib.request.urlopen(url) as answer:
        return answer.read()


class TestAWholeBatch:
    def test_stores_one_answer_per_source_and_company(
        self, analyst, sandbox, companies, start
    ):
        batch = work(start(analyst, companies(12)))
        assert (batch.state, bool(batch.ended_at)) == ("done", True)
        assert states(batch) == {(FREE, "done", ""): 12, (PAID, "done", ""): 12}
        assert Answer.objects.count() == 24
        assert Answer.objects.filter(used_at__isnull=True).count() == 0
        assert Call.objects.filter(state="paid", amount_eur="0.1").count() == 12
        assert batch.committed_eur == Decimal("1.2")
        assert invariants.broken() == []

    def test_writes_what_the_answers_say(self, analyst, sandbox, companies, start):
        numbers = companies(6)
        work(start(analyst, numbers))
        assert Target.objects.filter(siren__in=numbers).count() == 6
        assert Target.objects.filter(revenue__isnull=False).exists()
        assert Target.objects.exclude(leader_name="").exists()
        assert AnnualAccounts.objects.exists()
        assert Officer.objects.exists()
        assert SourceReading.objects.filter(source=PAID).count() == 6

    def test_every_served_call_is_in_the_ledger(
        self, analyst, sandbox, companies, start
    ):
        work(start(analyst, companies(5)))
        served = {line["call_id"] for line in sandbox.served()}
        assert served == {str(pk) for pk in Call.objects.values_list("pk", flat=True)}

    def test_doing_it_again_changes_nothing_and_costs_nothing(
        self, analyst, sandbox, companies, start
    ):
        numbers = companies(4)
        work(start(analyst, numbers))
        before = list(AnnualAccounts.objects.order_by("pk").values())
        again = work(start(analyst, numbers))
        assert states(again) == {(FREE, "reused", ""): 4, (PAID, "reused", ""): 4}
        assert again.committed_eur == 0
        assert Call.objects.count() == 8
        after = list(AnnualAccounts.objects.order_by("pk").values())
        assert after == before

    def test_an_expired_answer_is_asked_again(self, analyst, sandbox, companies, start):
        numbers = companies(1)
        work(start(analyst, numbers))
        Answer.objects.update(expires_at=timezone.now())
        again = work(start(analyst, numbers))
        assert states(again) == {(FREE, "done", ""): 1, (PAID, "done", ""): 1}


class TestWhatIsNotBought:
    def test_a_company_that_the_free_source_does_not_know(
        self, analyst, sandbox, companies, start
    ):
        numbers = companies(2)
        sandbox.plan(**{f"{FREE}:{numbers[0]}": "404"})
        batch = work(start(analyst, numbers))
        assert states(batch) == {
            (FREE, "failed", "not_found"): 1,
            (PAID, "not_bought", "not_found"): 1,
            (FREE, "done", ""): 1,
            (PAID, "done", ""): 1,
        }
        assert batch.committed_eur == Decimal("0.1")

    def test_a_company_that_the_state_says_is_closed(
        self, analyst, sandbox, companies, start
    ):
        [siren] = companies(1)
        body = json.loads(sandbox_body(sandbox, siren))
        for result in body["results"]:
            result["etat_administratif"] = "C"
        store_answer(siren, FREE, json.dumps(body).encode())
        batch = work(start(analyst, [siren]))
        assert states(batch) == {
            (FREE, "reused", ""): 1,
            (PAID, "not_bought", "closed"): 1,
        }
        assert not Company.objects.get(siren=siren).is_active

    def test_what_would_pass_the_cap(self, analyst, sandbox, companies, start):
        batch = work(start(analyst, companies(10), cap=Decimal("0.35")))
        counts = states(batch)
        assert counts[PAID, "done", ""] == 3
        assert counts[PAID, "not_bought", "cap"] == 7
        assert counts[FREE, "done", ""] == 10
        assert batch.committed_eur == Decimal("0.3")
        assert JournalEntry.objects.filter(kind="capped").count() == 1
        assert invariants.broken() == []

    def test_a_source_whose_price_was_withdrawn(
        self, analyst, sandbox, companies, start
    ):
        Provider.objects.get(pk=PAID).prices.all().delete()
        batch = work(start(analyst, companies(1)))
        assert states(batch)[PAID, "not_bought", "no_price"] == 1

    def test_what_another_batch_is_asking_now(self, analyst, sandbox, companies, start):
        [siren] = companies(1)
        Call.objects.create(siren=siren, source=PAID, held_eur="0.1")
        batch = start(analyst, [siren])
        lane.run(batch.pk)
        item = Item.objects.get(batch=batch, source=PAID)
        assert (item.state, item.attempts) == ("waiting", 0)
        batch.refresh_from_db()
        assert batch.committed_eur == 0


class TestFailures:
    @pytest.mark.parametrize(
        ("fault", "reason", "call"),
        [
            ("500", "server_error", "not_charged"),
            ("503", "server_error", "not_charged"),
            ("429", "rate_limited", "not_charged"),
            ("garbage", "not_json", "lost"),
            ("html", "not_json", "lost"),
            ("truncated", "truncated", "lost"),
        ],
    )
    def test_are_tried_three_times_then_say_why(
        self, analyst, sandbox, companies, start, fault, reason, call
    ):
        [siren] = companies(1)
        sandbox.plan(**{f"{PAID}:{siren}": fault})
        batch = work(start(analyst, [siren]))
        assert states(batch)[PAID, "failed", reason] == 1
        calls = Call.objects.filter(source=PAID)
        assert [c.state for c in calls] == [call] * 3
        assert Company.objects.get(siren=siren)
        assert batch.state == "done"
        assert invariants.broken() == []

    def test_a_slow_source_is_left_after_its_delay(
        self, analyst, sandbox, companies, start
    ):
        [siren] = companies(1)
        Provider.objects.filter(pk=PAID).update(timeout_s=0.2)
        sandbox.plan(**{f"{PAID}:{siren}": "slow=2"})
        batch = start(analyst, [siren])
        lane.run(batch.pk)
        item = Item.objects.get(batch=batch, source=PAID)
        assert (item.state, item.attempts) == ("waiting", 1)
        assert item.retry_at > timezone.now() - timedelta(seconds=5)
        # It may have charged: its price stays counted.
        batch.refresh_from_db()
        assert batch.committed_eur == Decimal("0.1")

    def test_a_passing_trouble_is_overcome(self, analyst, sandbox, companies, start):
        [siren] = companies(1)
        sandbox.plan(**{f"{PAID}:{siren}": ["500", "500"]})
        batch = work(start(analyst, [siren]))
        assert states(batch)[PAID, "done", ""] == 1
        assert batch.committed_eur == Decimal("0.1")

    def test_an_answer_about_somebody_else_is_kept_out(
        self, analyst, sandbox, companies, start
    ):
        [siren] = companies(1)
        sandbox.plan(**{f"{PAID}:{siren}": "other_siren"})
        batch = work(start(analyst, [siren]))
        assert states(batch)[PAID, "failed", "other_company"] == 1
        assert not Answer.objects.filter(source=PAID).exists()

    def test_a_refused_key_is_not_tried_on_every_company(
        self, analyst, sandbox, companies, start
    ):
        Provider.objects.filter(pk=PAID).update(concurrency=1)
        numbers = companies(10)
        sandbox.plan(**{f"{PAID}:{siren}": "401" for siren in numbers})
        batch = work(start(analyst, numbers))
        assert states(batch)[PAID, "failed", "bad_key"] == 10
        assert Call.objects.filter(source=PAID).count() < 5

    def test_a_source_that_is_down_is_left_alone_for_a_while(
        self, analyst, sandbox, companies, start
    ):
        Provider.objects.filter(pk=FREE).update(concurrency=2)
        numbers = companies(40)
        sandbox.plan(**{f"{FREE}:{siren}": "500" for siren in numbers})
        batch = start(analyst, numbers, sources=(FREE,))
        lane.run(batch.pk)
        assert Call.objects.count() <= 13
        waiting = Item.objects.filter(batch=batch, state="waiting", attempts=0)
        assert waiting.count() >= 27
        assert waiting.first().retry_at > timezone.now() + timedelta(seconds=20)
        assert JournalEntry.objects.filter(kind="paused", source=FREE).count() == 1

    def test_a_company_that_cannot_be_written_fails_alone(
        self, analyst, sandbox, companies, start, monkeypatch
    ):
        numbers = companies(3)
        real = recording.merge

        def merge(siren, *args):
            if siren == numbers[0]:
                raise ValueError("broken on purpose")
            return real(siren, *args)

        monkeypatch.setattr(recording, "merge", merge)
        batch = work(start(analyst, numbers))
        assert states(batch) == {
            (FREE, "failed", "internal"): 1,
            (PAID, "failed", "internal"): 1,
            (FREE, "done", ""): 2,
            (PAID, "done", ""): 2,
        }


class TestUnknownCompanies:
    def test_that_nobody_names_are_failed_as_such(
        self, analyst, sandbox, sirens, start
    ):
        [siren] = sirens(1)
        sandbox.plan(**{siren: "404"})
        batch = work(start(analyst, [siren]))
        assert states(batch)[FREE, "failed", "unknown_company"] == 1
        assert states(batch)[PAID, "not_bought", "not_found"] == 1
        assert not Company.objects.exists()

    def test_that_a_source_names_enter_the_register(
        self, analyst, sandbox, sirens, start
    ):
        [siren] = sirens(1)
        body = json.loads(sandbox_body(sandbox, siren))
        body["results"][0]["nom_complet"] = "ATELIERS NEUFS"
        body["results"][0]["nom_raison_sociale"] = "ATELIERS NEUFS"
        store_answer(siren, FREE, json.dumps(body).encode())
        batch = work(start(analyst, [siren]))
        assert states(batch)[PAID, "done", ""] == 1
        assert Company.objects.get(siren=siren).name == "ATELIERS NEUFS"
        assert Target.objects.filter(siren=siren).exists()

    def test_show_no_person_when_their_diffusion_is_partial(
        self, analyst, sandbox, companies, start
    ):
        [siren] = companies(1, diffusion="P")
        work(start(analyst, [siren]))
        assert not Officer.objects.exists()
        assert Target.objects.get(siren=siren).leader_name == ""


class TestAfterAKill:
    def test_a_stored_answer_is_used_without_a_new_call(
        self, analyst, sandbox, companies, start
    ):
        [siren] = companies(1)
        batch = start(analyst, [siren], sources=(FREE,))
        body = sandbox_body(sandbox, siren)
        store_answer(siren, FREE, body, batch=batch)
        work(batch)
        # Ours, paid or not: it is this batch that obtained it.
        assert states(batch) == {(FREE, "done", ""): 1}
        assert Call.objects.count() == 1
        assert Answer.objects.get().used_at

    def test_an_expired_lease_gives_the_item_back_and_loses_the_call(
        self, analyst, sandbox, companies, start
    ):
        batch = start(analyst, companies(1))
        dead = uuid7()
        [item] = ledger.lease(batch.pk, dead, 1)
        opening = money.Opening(
            call_id=uuid7(),
            item_id=item.id,
            siren=item.siren,
            source=item.source,
            hold_eur=Decimal("0.1"),
            units=Decimal(1),
        )
        ledger.write(batch.pk, dead, [opening])
        Item.objects.filter(pk=item.id).update(lease_until=timezone.now())
        assert services.sweep() == [batch.pk]
        call = Call.objects.get(pk=opening.call_id)
        assert (call.state, call.reason) == ("lost", "killed")
        assert Item.objects.get(pk=item.id).state == "waiting"
        work(batch)
        assert states(batch)[FREE, "done", ""] == 1
        # The lost call stays counted beside the paid one.
        assert batch.committed_eur == Decimal("0.2")
        assert invariants.broken() == []

    def test_a_late_answer_is_still_stored_and_settled(
        self, analyst, sandbox, companies, start
    ):
        batch = start(analyst, companies(1))
        late = uuid7()
        [item] = ledger.lease(batch.pk, late, 1)
        opening = money.Opening(
            call_id=uuid7(),
            item_id=item.id,
            siren=item.siren,
            source=item.source,
            hold_eur=Decimal("0.1"),
            units=Decimal(1),
        )
        ledger.write(batch.pk, late, [opening])
        Item.objects.filter(pk=item.id).update(lease_until=timezone.now())
        ledger.expire_leases()
        now = timezone.now()
        answer = ledger.Stored(
            status="found",
            raw=b"{}",
            sha256=hashlib.sha256(b"{}").hexdigest(),
            http_status=200,
            fetched_at=now,
            expires_at=now,
            is_sandbox=True,
        )
        closing = ledger.Closing(
            opening=opening,
            state="paid",
            tokens=Decimal(1),
            amount_eur=Decimal("0.1"),
            answer=answer,
        )
        [stored] = ledger.write(batch.pk, late, [closing])
        assert Answer.objects.get(pk=stored).call_id == opening.call_id
        batch.refresh_from_db()
        assert batch.committed_eur == Decimal("0.1")

    def test_an_item_that_kills_its_workers_is_given_up(
        self, analyst, sandbox, companies, start
    ):
        batch = start(analyst, companies(1), sources=(FREE,))
        [item] = ledger.lease(batch.pk, uuid7(), 1)
        Item.objects.filter(pk=item.id).update(
            attempts=ledger.MAX_CALLS, lease_until=timezone.now()
        )
        services.sweep()
        batch.refresh_from_db()
        assert states(batch) == {(FREE, "failed", "answer_lost"): 1}
        assert batch.state == "done"


class TestCancelling:
    def test_leaves_nothing_waiting_and_keeps_what_is_done(
        self, analyst, sandbox, companies, start
    ):
        numbers = companies(6)
        batch = start(analyst, numbers)
        Item.objects.filter(batch=batch, siren__in=numbers[3:]).update(
            retry_at=timezone.now() + timedelta(hours=1)
        )
        lane.run(batch.pk)
        assert services.cancel_batch(batch=batch, by=analyst)
        batch.refresh_from_db()
        assert (batch.state, bool(batch.ended_at)) == ("cancelled", True)
        assert states(batch)[FREE, "done", ""] == 3
        assert states(batch)[FREE, "cancelled", ""] == 3

    def test_stops_what_was_leased_and_had_not_left(
        self, analyst, sandbox, companies, start
    ):
        batch = start(analyst, companies(2))
        worker = uuid7()
        leased = ledger.lease(batch.pk, worker, 10)
        services.cancel_batch(batch=batch, by=analyst)
        batch.refresh_from_db()
        assert batch.ended_at is None
        item = leased[0]
        opening = money.Opening(
            call_id=uuid7(),
            item_id=item.id,
            siren=item.siren,
            source=item.source,
            hold_eur=Decimal(0),
        )
        [refused] = ledger.write(batch.pk, worker, [opening])
        assert refused == ledger.Refused("cancelled")
        assert not Call.objects.exists()
