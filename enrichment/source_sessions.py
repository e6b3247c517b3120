"""What a source gave us at signing in, for all workers: sealed, in Redis, a while.

A lane lives for seconds: by itself each would sign in again, and a source counts that.
"""

import asyncio
import json
import logging

from django.core.cache import cache

from accounts import sealing

logger = logging.getLogger(__name__)

# A token that does not say how long it lives is looked at again after this.
LONGEST_S = 3600.0


class SharedSessions:
    """Of one source. Without Redis or the FIELD_KEY of then, nothing is kept."""

    def __init__(self, source: str) -> None:
        self._key = f"source-session:{source}"

    async def kept(self, owner: str) -> str:
        return await asyncio.to_thread(self._read, owner)

    async def keep(self, owner: str, token: str, *, life_s: float) -> None:
        await asyncio.to_thread(self._write, owner, token, min(life_s, LONGEST_S))

    def _read(self, owner: str) -> str:
        sealed = cache.get(self._key)
        if not sealed:
            return ""
        try:
            kept = json.loads(sealing.unseal(sealed))
        except sealing.CannotUnseal as error:
            logger.warning("the session of a source is not read: %s", error)
            return ""
        return str(kept["token"]) if kept["owner"] == owner else ""

    def _write(self, owner: str, token: str, life_s: float) -> None:
        plain = json.dumps({"owner": owner, "token": token}).encode()
        cache.set(self._key, sealing.seal(plain), timeout=life_s)
