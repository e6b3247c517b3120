"""Several processes, one source, and a Redis that is killed, emptied and frozen."""

import signal
import time

import pytest
import redis

from mainsite.lib.tests.gate_lanes import (
    Lanes,
    Server,
    longest_pause,
    most_at_once,
    most_in,
)

pytestmark = pytest.mark.faults
RATE = {"per_s": 10, "window_s": 1}


@pytest.fixture
def server(tmp_path):
    running = Server(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def lanes(server, tmp_path):
    started = []

    def start(**wish):
        started.append(Lanes(server, tmp_path, **wish))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def used(calls, per_s):
    """Of what was allowed between the first call and the last."""
    return (len(calls) - 1) / (calls[-1][0] - calls[0][0]) / per_s


def test_four_lanes_stay_inside_a_limit_and_use_it(lanes):
    calls = lanes(seconds=5, concurrency=10, **RATE).wait()
    assert most_in(calls, 1.0) <= 10
    assert used(calls, 10) > 0.9


def test_turns_at_once_are_shared_and_used(lanes):
    calls = lanes(seconds=4, concurrency=7).wait()
    assert most_at_once(calls) == 7
    # Seven at 200 ms.
    assert used(calls, 35) > 0.9


def test_redis_emptied(lanes, server):
    running = lanes(seconds=9, concurrency=5, **RATE)
    with redis.Redis.from_url(server.url) as client:
        for _ in range(2):
            time.sleep(3.3)
            client.flushall()
    calls = running.wait()
    assert most_in(calls, 1.0) <= 10
    assert most_at_once(calls) <= 5
    assert longest_pause(calls) < 4


def test_a_lane_killed(lanes):
    running = lanes(seconds=9, concurrency=4, call_s=0.5, turn_s=3.0, per_s=None)
    time.sleep(4)
    killed_at = time.time()
    running.processes[0].kill()
    calls = running.wait()
    # The log has no end for what was cut: what the others did is judged.
    assert most_at_once([call for call in calls if call[1]]) <= 4
    later = [call for call in calls if call[0] > killed_at + 4]
    assert most_at_once(later) == 4


@pytest.mark.parametrize("way", ["killed", "frozen"])
def test_redis_away_and_back(lanes, server, way):
    running = lanes(seconds=18, concurrency=8, **RATE)
    time.sleep(4)
    left_at = time.time()
    if way == "killed":
        server.kill()
        time.sleep(6)
        server.start()
    else:
        server.signal(signal.SIGSTOP)
        time.sleep(6)
        server.signal(signal.SIGCONT)
    back_at = time.time()
    calls = running.wait()
    assert most_in(calls, 1.0) <= 10
    assert most_at_once(calls) <= 8
    alone = [call for call in calls if left_at + 3 < call[0] < back_at]
    # A fair share, a little less than all of it.
    assert 0.3 < used(alone, 10) <= 1
    after = [call for call in calls if call[0] > back_at + 4]
    assert used(after, 10) > 0.9
    assert longest_pause(calls) < 4


def test_what_is_paid_waits_for_redis(lanes, server):
    running = lanes(seconds=11, concurrency=8, is_paid=True, **RATE)
    time.sleep(4)
    server.signal(signal.SIGSTOP)
    frozen_at = time.time()
    time.sleep(4)
    back_at = time.time()
    server.signal(signal.SIGCONT)
    calls = running.wait()
    # What was booked before leaves; nothing is booked any more.
    booked_s = 1.5
    assert not [call for call in calls if frozen_at + booked_s < call[0] < back_at]
    assert [call for call in calls if call[0] > back_at]
    assert most_in(calls, 1.0) <= 10


def test_a_source_that_fails_is_left_alone_by_all(lanes):
    calls = lanes(seconds=6, concurrency=4, call_s=0.05, ok=False, per_s=None).wait()
    # Ten in a row and those under way; then one probe every two seconds.
    assert len(calls) <= 10 + 4 + 4
    assert len(calls) >= 10 + 2
