"""The official gazette, played."""

import re
from typing import Any, ClassVar

from aiohttp import web

from enrichment.sandbox.invented import bodacc
from enrichment.sandbox.invented.company import Invented
from enrichment.sandbox.played.base import Asked
from enrichment.sandbox.played.opendatasoft import PlayedDataSet, page
from enrichment.sandbox.till import Till

_BY_DAY = re.compile(r"dateparution=date'[0-9-]{10}'.*")


class Bodacc(PlayedDataSet):
    name: ClassVar[str] = "bodacc"
    key: ClassVar[str] = "registre"
    lookups: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "GET",
            "/bodacc/api/explore/v2.1/catalog/datasets/annonces-commerciales/records",
        ),
    )
    folder: ClassVar[str] = "bodacc"
    files: ClassVar[re.Pattern[str]] = re.compile(
        r"(?:search_v1_)?registre_([0-9]{9})(_.*)?\.json"
    )

    def shape(self, company: Invented) -> dict[str, Any]:
        return page(bodacc.notices(company))

    async def asked(self, request: web.Request, till: Till) -> Asked:
        """A day of the gazette may be asked for too; the sandbox's has no notice."""
        if _BY_DAY.fullmatch(request.query.get("where", "").strip()):
            return Asked(siren="")
        return await super().asked(request, till)


PLAYED = Bodacc()
