import threading
import time

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.test import override_settings

from accounts import blocked, hashing, throttle
from accounts.tests.people import PASSWORD

BOUNDED = override_settings(
    PASSWORD_HASHERS=["accounts.hashing.BoundedArgon2PasswordHasher"]
)


@pytest.fixture
def one_at_a_time(monkeypatch):
    turns = hashing.Turns(at_once=1, waiting=1)
    monkeypatch.setattr(hashing, "turns", lambda: turns)
    return turns


def sign_in(client, user, password=PASSWORD, **extra):
    form = {"email": user.email, "password": password}
    return client.post("/compte/connexion/", form, **extra)


class TestTurns:
    def test_are_so_many_at_once(self, one_at_a_time):
        most, now = [], []

        def compute():
            with hashing.turn(5.0):
                now.append(1)
                most.append(len(now))
                time.sleep(0.02)
                now.pop()

        threads = [threading.Thread(target=compute) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert most == [1, 1]

    def test_leave_nobody_waiting_beyond_their_places(self, one_at_a_time):
        one_at_a_time.take(0)
        waits = threading.Thread(target=lambda: _took(one_at_a_time, 5.0))
        waits.start()
        while not one_at_a_time._waiting:
            time.sleep(0.001)
        began = time.monotonic()
        with pytest.raises(hashing.Busy):
            one_at_a_time.take(5.0)
        assert time.monotonic() - began < 1
        one_at_a_time.give_back()
        waits.join()

    def test_are_not_for_who_arrives_while_somebody_waits(self, one_at_a_time):
        one_at_a_time.take(0)
        waits = threading.Thread(target=lambda: _took(one_at_a_time, 5.0))
        with one_at_a_time._changed:
            waits.start()
        while not one_at_a_time._waiting:
            time.sleep(0.001)
        with one_at_a_time._changed:
            # Given back, and not yet taken by the one who waits.
            one_at_a_time.give_back()
            with pytest.raises(hashing.Busy):
                one_at_a_time.take(0)
        waits.join()
        one_at_a_time.take(0)

    def test_end_with_patience(self, one_at_a_time):
        one_at_a_time.take(0)
        with pytest.raises(hashing.Busy):
            one_at_a_time.take(0.01)

    def test_inside_another_are_the_same(self, one_at_a_time):
        with hashing.turn(0), hashing.turn(0):
            pass
        one_at_a_time.take(0)

    @BOUNDED
    def test_are_given_back_whatever_the_password(self, one_at_a_time):
        encoded = make_password(PASSWORD)
        assert encoded.startswith("argon2$argon2id$v=19$m=102400")
        assert check_password(PASSWORD, encoded)
        assert not check_password("autre chose", encoded)
        one_at_a_time.take(0)


def _took(turns, patience_s):
    turns.take(patience_s)
    turns.give_back()


@pytest.mark.django_db
class TestAtTheDoor:
    def test_a_visitor_who_waited_in_vain_is_told_to_come_back(
        self, client, analyst, one_at_a_time, monkeypatch
    ):
        monkeypatch.setattr(hashing, "PATIENCE_S", 0.01)
        one_at_a_time.take(0)
        answer = sign_in(client, analyst)
        assert answer.status_code == 503
        assert answer["Retry-After"] == "2"
        assert "Trop de connexions à la fois" in answer.content.decode()

    def test_and_has_lost_none_of_the_five_attempts(
        self, client, analyst, one_at_a_time, monkeypatch
    ):
        monkeypatch.setattr(hashing, "PATIENCE_S", 0.01)
        one_at_a_time.take(0)
        for _ in range(throttle.SIGN_IN.count + 1):
            assert sign_in(client, analyst).status_code == 503
        one_at_a_time.give_back()
        assert sign_in(client, analyst).status_code == 302

    @pytest.fixture
    def memory(self, monkeypatch, settings):
        settings.REMEMBER_BLOCKED = True
        found = blocked.Memory()
        monkeypatch.setattr(blocked, "memory", found)
        return found

    def test_an_address_that_guesses_is_left_out_at_once(
        self, client, analyst, one_at_a_time, memory
    ):
        for _ in range(blocked.GUESSES):
            sign_in(client, analyst, "jamais le bon mot")
        one_at_a_time.take(0)
        began = time.monotonic()
        answer = sign_in(client, analyst)
        assert time.monotonic() - began < 1
        assert answer.status_code == 429
        assert answer["Retry-After"] == str(blocked.REST_S)
        one_at_a_time.give_back()
        # Whatever it asks next is refused before anything else.
        assert sign_in(client, analyst).status_code == 429

    def test_one_that_guesses_alone_is_heard(self, client, analyst, memory):
        """Nobody waits: a forgotten password costs nobody anything."""
        for _ in range(throttle.SIGN_IN.count - 1):
            sign_in(client, analyst, "jamais le bon mot")
        sign_in(client, analyst, "jamais le bon mot", REMOTE_ADDR="203.0.113.5")
        assert sign_in(client, analyst).status_code == 302

    def test_an_office_that_comes_to_work_waits_as_anybody(
        self, client, analyst, one_at_a_time, memory, monkeypatch
    ):
        for _ in range(blocked.GUESSES + 3):
            assert sign_in(client, analyst).status_code == 302
        monkeypatch.setattr(hashing, "PATIENCE_S", 0.01)
        one_at_a_time.take(0)
        assert sign_in(client, analyst).status_code == 503

    def test_while_every_turn_is_taken_nobody_costs_the_database_anything(
        self, client, analyst, one_at_a_time, memory, django_assert_num_queries
    ):
        one_at_a_time.take(0)
        waits = threading.Thread(target=lambda: _took(one_at_a_time, 5.0))
        waits.start()
        while not one_at_a_time._waiting:
            time.sleep(0.001)
        with django_assert_num_queries(0):
            answer = sign_in(client, analyst)
        assert answer.status_code == 503
        assert answer["Retry-After"] == "2"
        assert "Trop de connexions à la fois" in answer.content.decode()
        one_at_a_time.give_back()
        waits.join()
        assert sign_in(client, analyst).status_code == 302
