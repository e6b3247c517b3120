"""What a source gave at signing in, shared through a real Redis."""

import pytest
from django.core.cache import cache

from enrichment.source_sessions import SharedSessions

OWNER = "compte https://registre.example/login"


@pytest.fixture(autouse=True)
def _empty():
    cache.delete("source-session:rne")
    yield
    cache.delete("source-session:rne")


@pytest.mark.asyncio
class TestSharedSessions:
    async def test_the_next_one_finds_it_and_nobody_can_read_it_in_redis(self):
        await SharedSessions("rne").keep(OWNER, "secret-token", life_s=600)
        assert await SharedSessions("rne").kept(OWNER) == "secret-token"
        assert "secret-token" not in cache.get("source-session:rne")
        assert 590 < cache.ttl("source-session:rne") <= 600

    async def test_another_account_or_address_has_none(self):
        await SharedSessions("rne").keep(OWNER, "secret-token", life_s=600)
        assert await SharedSessions("rne").kept(f"{OWNER}/2") == ""
        assert await SharedSessions("sirene").kept(OWNER) == ""

    async def test_one_without_end_is_looked_at_again(self):
        await SharedSessions("rne").keep(OWNER, "t", life_s=float("inf"))
        assert cache.ttl("source-session:rne") == 3600

    async def test_a_key_that_is_gone_means_signing_in(self, settings):
        await SharedSessions("rne").keep(OWNER, "t", life_s=600)
        settings.FIELD_KEY = ["9:another-key-of-thirty-two-letters"]
        assert await SharedSessions("rne").kept(OWNER) == ""
