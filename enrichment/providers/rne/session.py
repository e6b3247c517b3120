"""Signing in to the register: one token for all calls, as long as it lives."""

import asyncio
import base64
import binascii
from time import monotonic

from enrichment.providers.base import Sessions
from enrichment.providers.documents import document
from enrichment.providers.errors import ProviderError, from_outgoing
from enrichment.providers.reading import Notes, Section
from mainsite.lib import strict_json
from mainsite.lib.outgoing import Outgoing, OutgoingError

_SOURCE = "rne"
# 403: the account exists, but was never given access to the API.
_REFUSALS = {400: "bad_request", 401: "bad_key", 403: "bad_key"}
# A token is dropped a little early, so that it does not die on its way.
_MARGIN_S = 60.0


class Session:
    """Fifty calls that start together sign in once: the others wait for the first.

    What another process was given is used before anyone signs in.
    """

    def __init__(self, address: str, sessions: Sessions) -> None:
        self._address = address
        self._sessions = sessions
        self._token = ""
        self._dies_at = 0.0
        self._lock = asyncio.Lock()

    async def token(
        self, http: Outgoing, *, username: str, password: str, refused: str = ""
    ) -> str:
        """A token that may be used now, and is not the one the source `refused`."""
        if not (username and password):
            raise ProviderError("bad_key", provider=_SOURCE, detail="no account is set")
        async with self._lock:
            is_alive = monotonic() < self._dies_at
            if not is_alive or self._token == refused:
                owner = f"{username} {self._address}"
                kept = await self._sessions.kept(owner)
                if kept and kept != refused:
                    # Others drop it as early as we would: so long it lives at least.
                    self._token, life_s = kept, _MARGIN_S
                else:
                    account = {"username": username, "password": password}
                    self._token, life_s = await self._sign_in(http, account)
                    await self._sessions.keep(owner, self._token, life_s=life_s)
                self._dies_at = monotonic() + life_s
            return self._token

    async def _sign_in(
        self, http: Outgoing, account: dict[str, str]
    ) -> tuple[str, float]:
        try:
            reply = await http.fetch(self._address, json=account)
        except OutgoingError as error:
            raise self._failed(
                from_outgoing(error, provider=_SOURCE, by_status=_REFUSALS)
            ) from error
        try:
            members = document(reply.body, provider=_SOURCE)
        except ProviderError as error:
            raise self._failed(error) from error
        token = Section(members, notes=Notes()).text("token")
        # It becomes a header: nothing but one line of ASCII may go there.
        if not token or not token.isascii() or not token.isprintable():
            raise ProviderError("unexpected_shape", provider=_SOURCE)
        return token, _life_s(token)

    def _failed(self, error: ProviderError) -> ProviderError:
        """The company was not asked for yet, so nothing of it can be charged."""
        error.is_charge_unknown = False
        return error


def _life_s(token: str) -> float:
    """How long a JWT says it lives, by its own clock; forever if it does not say.

    Without a usable answer here the token serves until the source refuses it.
    """
    try:
        middle = token.split(".")[1]
        padded = middle + "=" * (-len(middle) % 4)
        claims = strict_json.decode(base64.urlsafe_b64decode(padded))
        life_s = float(claims["exp"]) - float(claims["iat"])
    except (
        IndexError,
        KeyError,
        TypeError,
        ValueError,
        binascii.Error,
        strict_json.NotJson,
    ):
        return float("inf")
    return life_s - _MARGIN_S if life_s > 2 * _MARGIN_S else float("inf")
