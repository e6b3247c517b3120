"""Kaspr, played: a person at a time, four pools, a credit for a field found."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from aiohttp import web

from enrichment.sandbox.invented import kaspr
from enrichment.sandbox.payloads import Payload, marked
from enrichment.sandbox.played.base import FREE, Asked, Played, json_answer
from enrichment.sandbox.till import Till

# As requests name the fields, and the pool each is paid from.
_POOLS = {"workEmail": "work_email", "directEmail": "direct_email", "phone": "phone"}
_MEMBERS = {
    "work_email": "professionalEmails",
    "direct_email": "personalEmails",
    "phone": "phones",
}
_CREDITS = {
    "work_email": ("workEmailCredits", "Remaining-Work-Email-Credits"),
    "direct_email": ("personalEmailCredits", "Remaining-Direct-Email-Credits"),
    "phone": ("phoneCredits", "Remaining-Phone-Credits"),
    "export": ("exportCredits", "Remaining-Export-Credits"),
}
_STRANGER = "specimen-autrui"
# Between a profile and the name to answer for it; in neither.
_BAR = "\n"


class Kaspr(Played):
    """Asked for a profile, never for a company: the log knows people by a digest.

    One field in a request is what our programs ask; a request with several is refused,
    so that each credit has its pool.
    """

    name: ClassVar[str] = "kaspr"
    lookups: ClassVar[tuple[tuple[str, str], ...]] = (
        ("POST", "/kaspr/profile/linkedin"),
    )
    folder: ClassVar[str] = "kaspr"
    # Nothing was ever recorded of a person, and nothing may be.
    files: ClassVar[re.Pattern[str]] = re.compile(r"(?!)()")
    pools: ClassVar[tuple[str, ...]] = tuple(_CREDITS)

    async def asked(self, request: web.Request, till: Till) -> Asked:
        body = await _members(request)
        profile, name = body.get("id"), body.get("name")
        wanted = body.get("dataToGet")
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return Asked(siren="", refusal="401")
        if not _is_text(profile) or not _is_text(name) or not isinstance(wanted, list):
            return Asked(siren="", refusal="400")
        pools = [_POOLS.get(word) for word in wanted if isinstance(word, str)]
        # The real service breaks on an address and on a word it does not know.
        if "/" in str(profile) or len(pools) != 1 or pools[0] is None:
            return Asked(siren=_number(str(profile)), refusal="500")
        pool = pools[0]
        return Asked(
            siren=_number(str(profile)),
            subject=f"{profile}{_BAR}{name}",
            option=pool,
            units=Decimal(1),
            pool=pool,
            refusal="402" if till.left(self.name, pool) < 1 else "",
        )

    def invented(self, asked: Asked) -> Payload:
        profile, _, name = asked.subject.partition(_BAR)
        if asked.option not in _MEMBERS:
            return marked({"profile": None})
        found = kaspr.shape(profile, name, (asked.option,))
        if found is None:
            return marked({"message": "Profile not found"}, status=404)
        return marked({"profile": found})

    def another(self, asked: Asked) -> Asked:
        subject = f"{_STRANGER}{_BAR}Autrui AILLEURS"
        return replace(asked, siren=_number(_STRANGER), subject=subject)

    def charge(self, asked: Asked, payload: Payload) -> Decimal:
        profile = json.loads(payload.body).get("profile") or {}
        return asked.units if profile.get(_MEMBERS.get(asked.option, "")) else FREE

    def headers(self, asked: Asked, till: Till) -> Mapping[str, str]:
        return {
            header: str(int(till.left(self.name, pool)))
            for pool, (_, header) in _CREDITS.items()
        }

    def routes(self, till: Till) -> list[web.RouteDef]:
        async def balance(request: web.Request) -> web.Response:
            if not request.headers.get("Authorization"):
                return json_answer({"message": "Unauthorized"}, status=401)
            left = {
                member: int(till.left(self.name, pool))
                for pool, (member, _) in _CREDITS.items()
            }
            return json_answer(left)

        return [web.get("/kaspr/keys/remainingCredits", balance)]


async def _members(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _number(profile: str) -> str:
    """What the log calls a profile: whoever is looked up stands in no file."""
    return f"profil-{hashlib.blake2b(profile.encode(), digest_size=6).hexdigest()}"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


PLAYED = Kaspr()
