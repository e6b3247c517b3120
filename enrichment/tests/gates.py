"""The gates of the sources, between two tests."""

import redis
from django.conf import settings

from enrichment.providers.registry import provider_classes
from mainsite.lib.limiter.books import keys_of


def open_gates():
    """As they are after a quiet while: what happened to a source is over."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        for name in provider_classes():
            gate, lanes = keys_of(name)
            client.delete(gate, lanes)
            client.hset(gate, "ready", 1)
