"""The State's free search, played."""

import re
from typing import ClassVar

from aiohttp import web

from enrichment.sandbox.invented import recherche_entreprises
from enrichment.sandbox.payloads import Payload, made_up, marked
from enrichment.sandbox.played.base import Asked, Played
from enrichment.sandbox.till import Till
from mainsite.lib.siren import is_valid_siren


class RechercheEntreprises(Played):
    """Nobody by a number is an empty list there, not a 404."""

    name: ClassVar[str] = "recherche_entreprises"
    lookups: ClassVar[tuple[tuple[str, str], ...]] = (
        ("GET", "/recherche-entreprises/search"),
    )
    folder: ClassVar[str] = "recherche_entreprises"
    files: ClassVar[re.Pattern[str]] = re.compile(r"search_([0-9]{9})(_.*)?\.json")

    async def asked(self, request: web.Request, till: Till) -> Asked:
        wanted = request.query.get("q", "").replace(" ", "")
        return Asked(siren=wanted, refusal="" if wanted else "400")

    def invented(self, asked: Asked) -> Payload:
        if not is_valid_siren(asked.siren):
            return marked(recherche_entreprises.nothing())
        return made_up(asked.siren, recherche_entreprises.shape)


PLAYED = RechercheEntreprises()
