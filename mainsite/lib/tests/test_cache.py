"""The three levels against a real Redis, a dead one and a frozen one."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches
from django.db import transaction
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from deploy.local.valkey import _program
from mainsite.lib import cache
from mainsite.lib.caching.entries import Made
from mainsite.lib.caching.families import Family
from mainsite.lib.caching.flights import WaitedTooLong
from mainsite.lib.caching.levels import Levels
from mainsite.lib.caching.local import Local
from mainsite.lib.caching.remote import Remote

FAMILY = Family(
    name="essai", ttl_s=100, negative_s=10, partial_s=5, stale_s=50, lock_s=1, wait_s=2
)
NEAR = Family(name="proche", ttl_s=100, local_s=3)


class Clock:
    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


class Maker:
    """Counts how often it was asked."""

    def __init__(self, *values):
        self.values = list(values)
        self.times = 0

    def __call__(self):
        self.times += 1
        return self.values[min(self.times, len(self.values)) - 1]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def redis():
    client = caches["default"].client.get_client()
    client.flushdb()
    yield client
    client.flushdb()


@pytest.fixture
def levels(redis, clock):
    return Levels(Remote(lambda: redis), clock=clock)


@pytest.fixture
def another(redis, clock):
    """Another process, as far as the engine can tell."""
    return Levels(Remote(lambda: redis), clock=clock)


def key(name="957520448", family=FAMILY, scope="company:957520448"):
    return family.key(name, scope=scope)


class TestKeys:
    def test_say_what_they_are(self):
        named = cache.answer("pappers", "957520448")
        assert str(named) == "ma:answer:pappers:957520448:v1"
        assert named.versions == (
            "ma:version:family:answer",
            "ma:version:company:957520448",
        )

    def test_of_a_lead_are_told_apart(self):
        assert str(cache.answer("kaspr", "957520448", "email:12")) == (
            "ma:answer:kaspr:957520448:email:12:v1"
        )

    def test_are_in_redis_as_they_are_told_and_readable(self, levels, redis):
        levels.get(key(), Maker({"nom": "Été"}))
        assert b"ma:essai:957520448:v1" in set(redis.scan_iter())
        assert "Été" in redis.get(str(key())).decode()


class TestGet:
    def test_makes_a_value_once_for_all_processes(self, levels, another):
        make = Maker({"n": 1})
        assert levels.get(key(), make) == {"n": 1}
        assert another.get(key(), make) == {"n": 1}
        assert make.times == 1

    def test_ends_with_its_life_and_ten_percent(self, levels, clock):
        make = Maker(1, 2)
        levels.get(key(), make)
        clock.now += 89
        assert levels.get(key(), make) == 1
        clock.now += 22 + FAMILY.stale_s + 10
        assert levels.get(key(), make) == 2

    @pytest.mark.parametrize(
        ("made", "value", "life_s"),
        [
            (None, None, 10),
            (Made(7, "partial"), 7, 5),
            (Made(7, until=1_000_030), 7, 30),
        ],
    )
    def test_keeps_a_lesser_value_for_less_long(
        self, levels, clock, made, value, life_s
    ):
        make = Maker(made)
        assert levels.get(key(), make) is value
        clock.now += 0.85 * life_s
        assert levels.get(key(), make) is value
        assert make.times == 1
        clock.now += 0.3 * life_s + FAMILY.stale_s
        levels.get(key(), make)
        assert make.times == 2

    def test_does_not_give_the_same_object_twice(self, levels):
        near = key(family=NEAR)
        levels.get(near, Maker({"n": 1}))
        levels.get(near, Maker({})).clear()
        assert levels.get(near, Maker({})) == {"n": 1}

    def test_a_stale_value_is_served_while_one_makes_the_next(
        self, levels, another, clock
    ):
        levels.get(key(), Maker("old"))
        clock.now += 120
        begun, may_end = threading.Event(), threading.Event()

        def slowly():
            begun.set()
            assert may_end.wait(5)
            return "new"

        with ThreadPoolExecutor() as pool:
            first = pool.submit(levels.get, key(), slowly)
            assert begun.wait(5)
            never = Maker("never")
            assert levels.get(key(), never) == "old"
            assert another.get(key(), never) == "old"
            may_end.set()
            assert first.result() == "new"
        assert another.get(key(), never) == "new"
        assert never.times == 0

    def test_a_value_that_nobody_understands_is_made_anew(self, levels, redis):
        levels.get(key(), Maker(1))
        for body in (b"\x80\x04K\x01.", b"[]", b"{}", b'["a"]'):
            redis.set(str(key()), body)
            assert levels.get(key(), Maker(2)) == 2

    def test_an_error_of_the_maker_rises_and_frees_the_key(self, levels):
        def fail():
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            levels.get(key(), fail)
        assert levels.get(key(), Maker(1)) == 1


class TestEnd:
    def test_a_scope_ends_in_every_process(self, levels, another):
        make = Maker(1, 2)
        levels.get(key(), make)
        another.end(["company:957520448"])
        assert levels.get(key(), make) == 2

    def test_others_scopes_go_on(self, levels):
        make = Maker(1, 2)
        levels.get(key(), make)
        levels.end(["company:000000001"])
        assert levels.get(key(), make) == 1

    def test_a_family_ends(self, levels):
        make = Maker(1, 2)
        levels.get(key(), make)
        levels.end_family("essai")
        assert levels.get(key(), make) == 2

    def test_ones_own_copy_ends_at_once_anothers_within_seconds(
        self, levels, another, clock
    ):
        near = key(family=NEAR)
        for each in (levels, another):
            each.get(near, Maker(1))
        levels.end(["company:957520448"])
        assert levels.get(near, Maker(2)) == 2
        assert another.get(near, Maker(3)) == 1
        clock.now += 3
        assert another.get(near, Maker(3)) == 2

    def test_what_was_being_made_meanwhile_is_over_too(self, levels, another):
        def make():
            another.end(["company:957520448"])
            return "read before the change"

        levels.get(key(), make)
        assert levels.get(key(), Maker("after")) == "after"

    def test_a_version_that_redis_evicted_brings_nothing_back(self, levels, redis):
        levels.get(key(), Maker("first"))
        levels.end(["company:957520448"])
        redis.delete("ma:version:company:957520448")
        assert levels.get(key(), Maker("second")) == "second"

    def test_what_was_never_kept_leaves_no_counter(self, levels, redis):
        levels.end(f"company:{n}" for n in range(100))
        assert redis.dbsize() == 0

    def test_nothing_is_looked_for(self, levels, redis):
        levels.get(key(), Maker(1))
        redis.config_resetstat()
        levels.end(["company:957520448"])
        used = set(redis.info("commandstats"))
        assert not used & {"cmdstat_scan", "cmdstat_keys", "cmdstat_del"}


class TestOneAtATime:
    def test_threads_of_one_process_make_one(self, levels):
        calls = []

        def make():
            calls.append(1)
            time.sleep(0.05)
            return "made"

        with ThreadPoolExecutor(30) as pool:
            got = [pool.submit(levels.get, key(), make) for _ in range(30)]
        assert {each.result() for each in got} == {"made"}
        assert len(calls) == 1

    def test_processes_make_one(self, redis, tmp_path):
        trace = tmp_path / "made"
        workers = [
            subprocess.Popen([sys.executable, "-c", STAMPEDE, str(trace)])
            for _ in range(3)
        ]
        assert [worker.wait(60) for worker in workers] == [0, 0, 0]
        assert trace.read_text() == "made\n"

    def test_the_death_of_the_holder_lets_another_take_over(self, levels, redis):
        redis.set(key().lock, "somebody who was killed", px=300)
        started = time.monotonic()
        assert levels.get(key(), Maker("mine")) == "mine"
        assert 0.2 < time.monotonic() - started < 1.5

    def test_a_page_does_not_wait_for_ever(self, levels, redis):
        redis.set(key().lock, "somebody slow", px=60_000)
        started = time.monotonic()
        assert levels.get(key(), Maker("mine")) == "mine"
        assert 1.5 < time.monotonic() - started < 3
        assert redis.get(key().lock) == b"somebody slow"

    def test_who_must_be_alone_is_told(self, levels, redis):
        redis.set(key().lock, "somebody slow", px=60_000)
        with (
            pytest.raises(WaitedTooLong),
            levels.flights.alone(key(), done=lambda: False, wait_s=0.05),
        ):
            pass

    def test_a_lock_that_expired_is_not_given_back_for_its_new_holder(
        self, levels, redis
    ):
        with levels.flights.alone(key(), done=lambda: False):
            redis.set(key().lock, "the next one")
        assert redis.get(key().lock) == b"the next one"


# 3 processes of 8 threads each, on a cold key.
STAMPEDE = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "mainsite.settings_test"
import django; django.setup()
from concurrent.futures import ThreadPoolExecutor
from mainsite.lib import cache
from mainsite.lib.caching.families import Family
key = Family(name="ruee", ttl_s=60).key("a")
def make():
    with open(sys.argv[1], "a") as trace:
        trace.write("made\\n")
    time.sleep(1.0)
    return "made"
with ThreadPoolExecutor(8) as pool:
    got = [pool.submit(cache.get, key, make) for _ in range(8)]
assert {each.result() for each in got} == {"made"}
"""


class TestLocal:
    def test_is_bounded_and_forgets_what_was_not_used(self):
        local = Local(most_entries=3)
        for name in "abca":
            local.get(key(name), 0)
            local.put(key(name), name.encode(), until=9, generation=0)
        local.get(key("b"), 0)
        local.put(key("d"), b"d", until=9, generation=0)
        assert local.get(key("c"), 0) is None
        assert [local.get(key(n), 0) for n in "abd"] == [b"a", b"b", b"d"]

    def test_is_bounded_in_bytes(self):
        local = Local(most_bytes=10)
        local.put(key("a"), b"x" * 6, until=9, generation=0)
        local.put(key("b"), b"x" * 6, until=9, generation=0)
        local.put(key("c"), b"x" * 11, until=9, generation=0)
        assert local.size() == (1, 6)
        assert local.get(key("b"), 0)

    def test_keeps_nothing_read_before_something_was_forgotten(self):
        local = Local()
        local.forget(["ma:version:company:957520448"])
        local.put(key(), b"old", until=9, generation=0)
        assert local.get(key(), 0) is None


class TestAway:
    @pytest.fixture
    def dead(self, clock):
        client = Redis(port=9, socket_connect_timeout=0.2, socket_timeout=0.2)
        return Levels(Remote(lambda: client), clock=clock)

    @pytest.fixture
    def frozen(self, clock, tmp_path):
        """A server of its own, and its process: others need theirs."""
        path = tmp_path / "socket"
        given = ["--port", "0", "--unixsocket", str(path), "--save", ""]
        server = subprocess.Popen([_program(), *given], stdout=subprocess.DEVNULL)
        client = Redis(
            unix_socket_path=str(path), socket_timeout=0.2, retry=Retry(NoBackoff(), 0)
        )
        while not path.exists():
            time.sleep(0.01)
        yield Levels(Remote(lambda: client, rest_s=0.5), clock=clock), server.pid
        server.send_signal(signal.SIGCONT)
        server.terminate()
        server.wait(10)

    def test_a_dead_redis_costs_a_value_made_again(self, dead):
        make = Maker(1, 2)
        assert [dead.get(key(), make) for _ in range(2)] == [1, 2]

    def test_the_process_still_has_its_own_copies(self, dead):
        near, make = key(family=NEAR), Maker(1, 2)
        assert [dead.get(near, make) for _ in range(2)] == [1, 1]
        dead.end(["company:957520448"])
        assert dead.get(near, make) == 2

    def test_figures_are_kept_for_its_return(self, dead, levels):
        dead.get(key(), Maker(1))
        assert dead.counting.read() is None
        dead.remote._client, dead.remote._away_until = levels.remote._client, 0.0
        (figures,) = [f for f in dead.counting.read() if f.level == "redis"]
        assert (figures.family, figures.misses) == ("essai", 1)

    def test_a_frozen_redis_costs_one_time_out_then_nothing(self, frozen):
        levels, pid = frozen
        make = Maker(1)
        os.kill(pid, signal.SIGSTOP)
        try:
            started = time.monotonic()
            levels.get(key(), make)
            assert time.monotonic() - started < 0.4
            started = time.monotonic()
            for _ in range(20):
                levels.get(key(), make)
            assert time.monotonic() - started < 0.1
        finally:
            os.kill(pid, signal.SIGCONT)
        time.sleep(0.6)
        levels.get(key(), make)
        times = make.times
        assert levels.get(key(), make) == 1
        assert make.times == times

    def test_what_ended_meanwhile_is_over_at_its_return(self, frozen):
        levels, pid = frozen
        levels.get(key(), Maker("old"))
        os.kill(pid, signal.SIGSTOP)
        try:
            levels.end(["company:957520448"])
        finally:
            os.kill(pid, signal.SIGCONT)
        time.sleep(0.6)
        assert levels.get(key(), Maker("new")) == "new"


class TestFigures:
    def test_tell_levels_apart(self, levels, another, clock):
        near = key(family=NEAR)
        for each in (levels, levels, another):
            each.get(near, Maker("value"))
        another.counting.flush()
        found = {f.level: f for f in levels.counting.read(days=1)}
        assert (found["local"].hits, found["local"].misses) == (1, 2)
        assert (found["redis"].hits, found["redis"].misses) == (1, 1)
        assert found["database"].made == 1
        assert found["redis"].hit_ratio == 0.5
        assert found["redis"].bytes_written > 20
        assert levels.counting.read() == levels.counting.read(days=1)

    def test_a_child_does_not_count_again_what_its_parent_did(self, levels):
        levels.get(key(), Maker(1))
        levels.counting.reset()
        assert levels.counting.read() == []


@pytest.mark.django_db(transaction=True)
class TestInTransactions:
    def test_forgets_after_commit_only(self, redis):
        make = Maker(1, 2)
        cache.get(key(), make)
        with transaction.atomic():
            cache.forget(["company:957520448"])
            assert cache.get(key(), make) == 1
        assert cache.get(key(), make) == 2

    def test_keeps_nothing_that_may_be_undone(self, redis):
        make = Maker("uncommitted", "true")
        with transaction.atomic():
            cache.get(key(), make)
        assert cache.get(key(), make) == "true"
