"""The national register, played: an account to sign in with, then a token."""

import base64
import hashlib
import hmac
import json
import re
import time
from typing import Any, ClassVar

from aiohttp import web

from enrichment.sandbox.invented import rne
from enrichment.sandbox.payloads import Payload, dump, made_up, marked
from enrichment.sandbox.played.base import Asked, Played, is_nine_digits, json_answer
from enrichment.sandbox.till import Till
from mainsite.lib.siren import is_valid_siren

ACCOUNTS = "accounts"
_COMPANY = "/rne/api/companies/{siren}"
_LOGIN = "/rne/api/sso/login"
_LIFE_S = 3600
# Tokens outlive a restart of the sandbox; they open nothing else.
_SEAL = b"sandbox"
_NOT_FOUND = {
    "code": "404",
    "errorCode": "company_not_found",
    "message": "Impossible de trouver la ressource demandée",
    "type": "notFound",
}
_WRONG_ACCOUNT = {
    "code": "401",
    "errorCode": "unauthorized",
    "message": "Identifiants invalides.",
    "type": "unauthorized",
}


class Rne(Played):
    """Any account may sign in, unless its name or password is empty."""

    name: ClassVar[str] = "rne"
    lookups: ClassVar[tuple[tuple[str, str], ...]] = (
        ("GET", _COMPANY),
        ("GET", f"{_COMPANY}/attachments"),
    )
    folder: ClassVar[str] = "rne_inpi"
    files: ClassVar[re.Pattern[str]] = re.compile(r"companies_([0-9]{9})(_.*)?\.json")

    async def asked(self, request: web.Request, till: Till) -> Asked:
        siren = request.match_info["siren"]
        is_of_accounts = request.path.endswith("/attachments")
        refusal = "" if is_nine_digits(siren) else "400"
        if not _is_signed(request.headers.get("Authorization", "")):
            refusal = "401"
        option = ACCOUNTS if is_of_accounts else ""
        return Asked(siren=siren, option=option, refusal=refusal)

    def invented(self, asked: Asked) -> Payload:
        if not is_valid_siren(asked.siren):
            return marked(_NOT_FOUND, status=404)
        if asked.option == ACCOUNTS:
            return made_up(asked.siren, rne.attachments)
        return made_up(asked.siren, rne.sheet)

    def finished(self, payload: Payload, asked: Asked) -> Payload:
        """Recordings are sheets: the accounts of those companies are made up."""
        if asked.option == ACCOUNTS and not payload.is_invented:
            return self.invented(asked)
        return payload

    def routes(self, till: Till) -> list[web.RouteDef]:
        async def sign_in(request: web.Request) -> web.Response:
            account = await _account(request)
            if not (account.get("username") and account.get("password")):
                return json_answer(_WRONG_ACCOUNT, status=401)
            return json_answer({"token": _token(), "user": {"active": True}})

        return [web.post(_LOGIN, sign_in)]


async def _account(request: web.Request) -> dict[str, Any]:
    try:
        members = await request.json()
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


def _token() -> str:
    now = int(time.time())
    claims = _packed(dump({"iat": now, "exp": now + _LIFE_S}))
    return f"{_packed(dump({'alg': 'HS256'}))}.{claims}.{_seal(claims)}"


def _is_signed(header: str) -> bool:
    kind, _, token = header.partition(" ")
    pieces = token.split(".")
    if kind != "Bearer" or len(pieces) != 3:
        return False
    if not hmac.compare_digest(pieces[2].encode(), _seal(pieces[1]).encode()):
        return False
    claims = json.loads(base64.urlsafe_b64decode(pieces[1] + "=="))
    return bool(claims["exp"] > time.time())


def _seal(claims: str) -> str:
    return _packed(hmac.new(_SEAL, claims.encode(), hashlib.sha256).digest())


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


PLAYED = Rne()
