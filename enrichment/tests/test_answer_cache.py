"""Answers through the levels: what is bought, what is not, what is forgotten."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache as django_cache
from django.db import connection, transaction
from django.utils import timezone

from enrichment import answer_cache, packing
from enrichment.group_writer import DatabaseThread
from enrichment.models import Answer, Call
from mainsite.lib import cache
from mainsite.lib.caching.flights import WaitedTooLong

pytestmark = pytest.mark.django_db(transaction=True)

SIREN, OTHER = "957520448", "732829320"
BODY = b'{"siren": "957520448"}' * 40


def store(siren=SIREN, source="pappers", *, hours=24, status="found", subject=""):
    now = timezone.now()
    call = Call.objects.create(siren=siren, source=source, subject=subject)
    Call.objects.filter(pk=call.pk).update(state="paid", closed_at=now)
    raw, encoding = packing.packed(BODY)
    return Answer.objects.create(
        siren=siren,
        source=source,
        subject=subject,
        call=call,
        status=status,
        raw=raw,
        encoding=encoding,
        sha256="0" * 64,
        http_status=200,
        tokens=Decimal(1),
        amount_eur=Decimal("0.15"),
        fetched_at=now,
        expires_at=now + timedelta(hours=hours),
        used_at=now,
    )


def figures(level):
    return next(
        each
        for each in cache.figures()
        if (each.family, each.level) == ("answer", level)
    )


class TestRead:
    def test_finds_what_the_ledger_has_and_keeps_it(self, django_assert_num_queries):
        stored = store()
        first = answer_cache.read(SIREN, "pappers")
        cache.forget_local()
        with django_assert_num_queries(0):
            assert answer_cache.read(SIREN, "pappers") == first
            assert answer_cache.read(SIREN, "pappers") == first
        assert first.answer_id == stored.pk
        assert (first.amount_eur, first.is_used) == (Decimal("0.15"), True)
        assert first.expires_at == stored.expires_at
        for level in ("database", "redis", "local"):
            assert figures(level).saved_calls == 1
            assert figures(level).saved_eur == Decimal("0.15")

    def test_an_absence_is_never_kept(self):
        assert answer_cache.read(SIREN, "pappers") is None
        store()
        assert answer_cache.read(SIREN, "pappers") is not None
        assert figures("database").misses == 1

    def test_unknown_of_the_source_is_an_answer(self, django_assert_num_queries):
        store(status="not_found")
        answer_cache.read(SIREN, "pappers")
        cache.forget_local()
        with django_assert_num_queries(0):
            assert answer_cache.read(SIREN, "pappers").status == "not_found"

    def test_an_expired_answer_is_none_at_any_level(self):
        stored = store(hours=0.0002)
        assert answer_cache.read(SIREN, "pappers").answer_id == stored.pk
        time.sleep(0.8)
        assert answer_cache.read(SIREN, "pappers") is None

    def test_the_newest_is_read_once_the_old_one_is_forgotten(self):
        store()
        answer_cache.read(SIREN, "pappers")
        with transaction.atomic():
            newer = store()
            answer_cache.forget([SIREN])
        assert answer_cache.read(SIREN, "pappers").answer_id == newer.pk

    def test_subjects_are_questions_of_their_own(self):
        store(subject="email:12")
        assert answer_cache.read(SIREN, "pappers") is None
        assert answer_cache.read(SIREN, "pappers", "email:12") is not None

    def test_a_flushed_redis_finds_all_again(self):
        store()
        answer_cache.read(SIREN, "pappers")
        django_cache.clear()
        cache.forget_local()
        assert answer_cache.read(SIREN, "pappers") is not None


class TestReadMany:
    def test_asks_each_level_once(self, django_assert_num_queries):
        for siren in (SIREN, OTHER):
            store(siren)
            store(siren, "recherche_entreprises")
        answer_cache.read(SIREN, "pappers")
        sources = ["pappers", "recherche_entreprises", "bodacc"]
        with django_assert_num_queries(1):
            found = answer_cache.read_many([SIREN, OTHER], sources)
        assert set(found) == {(s, n) for s in (SIREN, OTHER) for n in sources[:2]}

    def test_bodies_come_in_one_query_as_they_were_sent(
        self, django_assert_num_queries
    ):
        store()
        store(OTHER)
        known = answer_cache.read_many([SIREN, OTHER], ["pappers"]).values()
        with django_assert_num_queries(1):
            assert list(answer_cache.bodies(known).values()) == [BODY, BODY]

    def test_a_body_that_was_purged_is_none(self):
        stored = store()
        known = answer_cache.read(SIREN, "pappers")
        Answer.objects.filter(pk=stored.pk).delete()
        assert answer_cache.body(known) is None


class TestAsk:
    def test_a_hundred_at_once_make_one_call(self):
        calls = []

        def call():
            calls.append(1)
            time.sleep(0.1)
            store()

        def ask(_):
            try:
                return answer_cache.ask_now(SIREN, "pappers", call).answer_id
            finally:
                connection.close()

        with ThreadPoolExecutor(25) as pool:
            assert len(set(pool.map(ask, range(100)))) == 1
        assert len(calls) == 1

    def test_those_who_are_asynchronous_too(self):
        calls = []

        async def scene():
            thread = DatabaseThread()

            async def call():
                calls.append(1)
                await asyncio.sleep(0.1)
                await thread.run(store)

            asking = (
                answer_cache.ask(SIREN, "pappers", call, in_thread=thread.run)
                for _ in range(30)
            )
            try:
                return await asyncio.gather(*asking)
            finally:
                await thread.close()

        got = asyncio.run(scene())
        assert len({known.answer_id for known in got}) == 1
        assert len(calls) == 1

    def test_a_call_that_failed_is_tried_by_the_next(self):
        def fail():
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            answer_cache.ask_now(SIREN, "pappers", fail)
        assert answer_cache.ask_now(SIREN, "pappers", store) is not None

    def test_waiting_has_an_end(self):
        redis = django_cache.client.get_client()
        redis.set(cache.answer("pappers", SIREN).lock, "another", px=5000)
        with pytest.raises(WaitedTooLong):
            answer_cache.ask_now(SIREN, "pappers", store, wait_s=0.05)
