"""Each limit at its true figure, shared by all who count, and what happens without."""

import threading

import pytest
import redis
from django.urls import reverse

from accounts import limits
from accounts.tests.people import make_user, verified_client
from mainsite.lib import windows

LIST = "/?naf=25"


@pytest.fixture(autouse=True)
def true_figures(settings):
    settings.RATE_LIMIT_SCALE = 1.0
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter("ma:window:*"):
        client.delete(key)


@pytest.fixture
def request_from(rf):
    def make(address="203.0.113.7"):
        return rf.get("/", REMOTE_ADDR=address)

    return make


class TestWhatCosts:
    @pytest.mark.parametrize(
        ("limit", "most"),
        [(limits.ENRICHMENT, 100), (limits.EXPORT, 10), (limits.UPLOAD, 5)],
    )
    def test_passes_its_figure_and_no_more(self, limit, most, analyst, request_from):
        for _turn in range(most):
            limits.spend(limit, request_from(), user=analyst)

        with pytest.raises(limits.TooMany) as refused:
            limits.spend(limit, request_from(), user=analyst)
        assert 3500 < refused.value.retry_after_s <= 3600

    def test_is_counted_for_each_person(self, analyst, colleague, request_from):
        for _turn in range(5):
            limits.spend(limits.UPLOAD, request_from(), user=analyst)

        limits.spend(limits.UPLOAD, request_from(), user=colleague)

    def test_is_counted_for_the_address_of_many_persons(self, db, request_from):
        people = [make_user() for _number in range(11)]
        for person in people[:10]:
            for _turn in range(5):
                limits.spend(limits.UPLOAD, request_from(), user=person)

        with pytest.raises(limits.TooMany):
            limits.spend(limits.UPLOAD, request_from(), user=people[10])
        limits.spend(limits.UPLOAD, request_from("203.0.113.8"), user=people[10])

    def test_a_refusal_counts_nothing(self, analyst, request_from):
        window = windows.Window("test", 1, 1)
        assert windows.take([window]) == 0

        waits = [windows.take([window]) for _turn in range(20)]

        assert all(0 < wait <= 1 for wait in waits)
        assert waits == sorted(waits, reverse=True)

    def test_twenty_at_once_pass_no_more_than_the_figure(self, analyst, request_from):
        passed = []

        def spend():
            try:
                limits.spend(limits.EXPORT, request_from(), user=analyst)
            except limits.TooMany:
                return
            passed.append(1)

        threads = [threading.Thread(target=spend) for _number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(passed) == 10

    def test_is_refused_without_redis(self, settings, analyst, request_from):
        settings.REDIS_URL = "redis://127.0.0.1:9"
        windows._script.cache_clear()
        try:
            with pytest.raises(limits.CannotCount):
                limits.spend(limits.EXPORT, request_from(), user=analyst)
        finally:
            windows._script.cache_clear()


class TestSearches:
    def test_first_pages_are_counted(self, settings, analyst_client):
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"search": (3, 3600)}
        for _turn in range(3):
            assert analyst_client.get(LIST).status_code == 200

        refused = analyst_client.get(LIST)

        assert refused.status_code == 429
        assert 0 < int(refused["Retry-After"]) <= 3600
        assert "limite de recherches" in refused.text

    def test_at_their_true_figure(self, analyst, rf):
        for _turn in range(1000):
            limits.read(limits.SEARCH, rf.get("/"), user=analyst)

        with pytest.raises(limits.TooMany):
            limits.read(limits.SEARCH, rf.get("/"), user=analyst)

    def test_the_whole_list_and_counts_while_typing_are_not(
        self, settings, analyst_client
    ):
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"search": (1, 3600)}
        analyst_client.get(LIST)

        assert analyst_client.get("/").status_code == 200
        counting = reverse("companies:count")
        assert analyst_client.get(counting, {"naf": "25"}).status_code == 200

    def test_programs_read_why_in_json(self, settings, analyst_client):
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"search": (1, 3600)}
        analyst_client.get(LIST)

        refused = analyst_client.get(LIST, headers={"accept": "application/json"})

        assert refused["Content-Type"] == "application/problem+json"
        assert refused.json()["code"] == "too_many_search"

    def test_stay_open_without_redis(self, settings, analyst, rf):
        settings.RATELIMIT_USE_CACHE = "away"
        settings.CACHES = settings.CACHES | {
            "away": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:9"}
        }

        for _turn in range(3):
            limits.read(limits.SEARCH, rf.get("/"), user=analyst)


class TestReads:
    def test_all_of_them_stand_under_a_guard(self, settings, analyst):
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"reads": (2, 3600)}
        client = verified_client(analyst)
        client.get("/")
        client.get("/compte/securite/")

        assert client.get("/").status_code == 429

    def test_nobody_counts_who_is_not_signed_in(self, settings, client, db):
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"reads": (1, 3600)}

        answers = {client.get("/compte/connexion/").status_code for _turn in range(3)}

        assert answers == {200}


class TestOneCompany:
    def test_is_a_start(self, settings, analyst_client):
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"enrichment": (0, 3600)}
        address = reverse("enrichment:refresh", args=["732829320"])
        analyst_client.post(address)

        assert analyst_client.post(address).status_code == 429

    def test_waits_while_nobody_can_count(self, settings, analyst_client):
        settings.REDIS_URL = "redis://127.0.0.1:9"
        windows._script.cache_clear()
        try:
            answer = analyst_client.post(
                reverse("enrichment:refresh", args=["732829320"])
            )
        finally:
            windows._script.cache_clear()

        assert answer.status_code == 503
        assert answer["Retry-After"] == "30"
        assert "La file des travaux" in answer.text
