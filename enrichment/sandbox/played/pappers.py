"""Pappers v2, played: a key, jetons, a supplement for the company's contacts."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from aiohttp import web

from enrichment.sandbox.invented import pappers
from enrichment.sandbox.invented.draws import Draws
from enrichment.sandbox.payloads import Payload, dump, made_up, marked
from enrichment.sandbox.played.base import Asked, Played, is_nine_digits, json_answer
from enrichment.sandbox.till import Till
from mainsite.lib.siren import is_valid_siren

CONTACTS = "contacts"
# Jetons each supplement adds to the one of the call; telephone and e-mail are one.
_SUPPLEMENTS = {
    "sites_internet": Decimal(1),
    "telephone": Decimal(1),
    "email": Decimal(1),
    "sanctions": Decimal(1),
    "personne_politiquement_exposee": Decimal(1),
    "labels:orias": Decimal("0.5"),
    "labels:cci": Decimal("0.5"),
    "deces": Decimal("0.5"),
    "scoring_financier": Decimal(30),
    "scoring_non_financier": Decimal(30),
}
_TOGETHER = frozenset({"telephone", "email"})
_ABSENT = 0.01


class Pappers(Played):
    """One company in a hundred is unknown there, and is not charged."""

    name: ClassVar[str] = "pappers"
    lookups: ClassVar[tuple[tuple[str, str], ...]] = (
        ("GET", "/pappers/v2/entreprise"),
    )
    folder: ClassVar[str] = "pappers_v2"
    files: ClassVar[re.Pattern[str]] = re.compile(r"entreprise_([0-9]{9})(_.*)?\.json")
    pools: ClassVar[tuple[str, ...]] = ("",)

    async def asked(self, request: web.Request, till: Till) -> Asked:
        siren = request.query.get("siren", "")
        added = frozenset(
            filter(None, request.query.get("champs_supplementaires", "").split(","))
        )
        units = _price(added)
        return Asked(
            siren=siren,
            option=CONTACTS if added & _TOGETHER else "",
            units=units,
            refusal=self._refusal(request, siren, units, till),
        )

    def _refusal(
        self, request: web.Request, siren: str, units: Decimal, till: Till
    ) -> str:
        if not request.headers.get("api-key"):
            return "401"
        if not is_nine_digits(siren):
            return "400"
        return "402" if till.left(self.name) < units else ""

    def invented(self, asked: Asked) -> Payload:
        is_absent = Draws(asked.siren).chance("is_absent", _ABSENT)
        if not is_valid_siren(asked.siren) or is_absent:
            return marked({}, status=404)
        return made_up(asked.siren, pappers.shape)

    def finished(self, payload: Payload, asked: Asked) -> Payload:
        """A real recording is left to the byte: nothing invented is put in it."""
        is_ours = payload.is_invented and payload.status == 200
        if asked.option != CONTACTS or not is_ours:
            return payload
        document = json.loads(payload.body) | pappers.contacts(asked.siren)
        return replace(payload, body=dump(document))

    def routes(self, till: Till) -> list[web.RouteDef]:
        async def balance(request: web.Request) -> web.Response:
            if not request.headers.get("api-key"):
                return json_answer({"erreur": "Clé API incorrecte."}, status=401)
            return json_answer(
                {
                    "jetons_abonnement": int(till.granted(self.name)),
                    "jetons_abonnement_utilises": float(till.used(self.name)),
                    "jetons_pay_as_you_go_restants": 0,
                }
            )

        return [web.get("/pappers/v2/suivi-jetons", balance)]


def _price(added: frozenset[str]) -> Decimal:
    billed = added - {"email"} if added >= _TOGETHER else added
    extra = (_SUPPLEMENTS.get(name, Decimal(0)) for name in billed)
    return Decimal(1) + sum(extra, Decimal(0))


PLAYED = Pappers()
