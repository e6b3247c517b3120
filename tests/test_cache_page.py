"""The page of the cache: what ops read there, and how they empty a family."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tests.people import verified_client
from mainsite.lib import cache
from mainsite.lib.caching.levels import Levels
from mainsite.lib.caching.remote import Remote

pytestmark = pytest.mark.django_db(transaction=True)

PAGE, FORGET = reverse("cache"), reverse("cache_forget")
KEY = cache.answer("pappers", "957520448")


def _traces(ops):
    """Nobody else's: the trail outlives a test, for nothing may empty it."""
    found = AuditEntry.objects.filter(action="cache.family_forgotten", actor_id=ops.pk)
    return list(found.values_list("resource", flat=True))


class TestPage:
    def test_shows_each_family_by_level(self, ops_client):
        cache.get(KEY, lambda: ["1"])
        cache.forget_local()
        cache.get(KEY, lambda: ["2"])
        cache.levels.counting.add("answer", "redis", saved_calls=3, saved_e4=4500)
        text = ops_client.get(PAGE, {"jours": "7"}).text
        assert "Réponses des sources" in text
        assert '<th scope="row">Redis</th>' in text
        assert "50,0\u00a0%" in text
        assert "0,45\u00a0€" in text
        assert "allkeys-lru" in text or "noeviction" in text

    def test_says_that_redis_is_away(self, ops, ops_client, monkeypatch):
        def refuse():
            raise OSError

        monkeypatch.setattr(cache, "levels", Levels(Remote(refuse)))
        text = ops_client.get(PAGE).text
        assert "Redis ne répond pas" in text
        ops_client.post(FORGET, {"family": "answer"})
        assert "rien n’a été invalidé" in ops_client.get(PAGE).text
        assert not _traces(ops)

    @pytest.mark.parametrize("period", ["1", "35", "x", "-1"])
    def test_takes_any_period(self, ops_client, period):
        assert ops_client.get(PAGE, {"jours": period}).status_code == 200


class TestForget:
    def test_ends_the_family_and_leaves_a_trace(self, ops, ops_client):
        cache.get(KEY, lambda: "old")
        answer = ops_client.post(FORGET, {"family": "answer"})
        assert answer["Location"] == PAGE
        assert cache.get(KEY, lambda: "new") == "new"
        assert _traces(ops) == ["cache:answer"]

    def test_knows_no_other_family(self, ops_client):
        assert ops_client.post(FORGET, {"family": "x"}).status_code == 404

    def test_is_for_ops_alone(self, analyst_client):
        cache.get(KEY, lambda: "old")
        assert analyst_client.post(FORGET, {"family": "answer"}).status_code in (
            302,
            403,
        )
        assert cache.get(KEY, lambda: "new") == "old"

    def test_needs_the_forms_token(self, ops):
        client = verified_client(ops, enforce_csrf_checks=True)
        assert client.post(FORGET, {"family": "answer"}).status_code == 403
