"""The API Sirene, played: a key, head offices asked for by company."""

import re
from typing import ClassVar

from aiohttp import web

from enrichment.sandbox.invented import sirene
from enrichment.sandbox.payloads import Payload, made_up, marked
from enrichment.sandbox.played.base import Asked, Played
from enrichment.sandbox.till import Till
from mainsite.lib.siren import is_valid_siren

_WANTED = re.compile(r"\bsiren:([0-9]{9})\b")


class Sirene(Played):
    name: ClassVar[str] = "sirene"
    lookups: ClassVar[tuple[tuple[str, str], ...]] = (("GET", "/sirene/siret"),)
    folder: ClassVar[str] = "sirene_insee"
    files: ClassVar[re.Pattern[str]] = re.compile(r"siret_([0-9]{9})(_.*)?\.json")

    async def asked(self, request: web.Request, till: Till) -> Asked:
        wanted = _WANTED.search(request.query.get("q", ""))
        refusal = "" if wanted else "400"
        if not request.headers.get("X-INSEE-Api-Key-Integration"):
            refusal = "401"
        return Asked(siren=wanted[1] if wanted else "", refusal=refusal)

    def invented(self, asked: Asked) -> Payload:
        if not is_valid_siren(asked.siren):
            return marked(sirene.nothing(asked.siren), status=404)
        return made_up(asked.siren, sirene.shape)


PLAYED = Sirene()
