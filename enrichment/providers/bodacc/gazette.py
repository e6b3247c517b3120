"""A day of the gazette: which companies its notices are about, and nothing else."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from enrichment.providers.base import CALL_ID_HEADER
from enrichment.providers.bodacc import parties
from enrichment.providers.errors import from_outgoing
from enrichment.providers.opendatasoft import PAGE, rows
from enrichment.providers.reading import Notes
from mainsite.lib.outgoing import Outgoing, OutgoingError

# The three parts of the gazette: sales and creations, changes, accounts. A portal gives
# no row beyond ten thousand; a part of a day stays below.
PARTS: Final = ("A", "B", "C")
MOST: Final = 10_000
_DATASET: Final = "annonces-commerciales"


@dataclass(frozen=True, kw_only=True)
class Page:
    """`total` counts the notices of the day's part, on all its pages."""

    sirens: frozenset[str]
    total: int


async def page(
    day: date,
    part: str,
    offset: int,
    *,
    base_url: str,
    http: Outgoing,
    call_id: str,
) -> Page:
    """A hundred notices from `offset` on, in one free call. Raises ProviderError."""
    try:
        reply = await http.fetch(
            f"{base_url}/api/explore/v2.1/catalog/datasets/{_DATASET}/records",
            params={
                "where": f"dateparution=date'{day:%Y-%m-%d}'"
                f' and publicationavis="{part}"',
                "select": "registre",
                "order_by": "id",
                "limit": str(PAGE),
                "offset": str(offset),
            },
            headers={CALL_ID_HEADER: call_id},
            accept=(200,),
        )
    except OutgoingError as error:
        raise from_outgoing(
            error, provider="bodacc", by_status={400: "bad_request"}
        ) from error
    found = rows(reply.body, provider="bodacc", notes=Notes())
    told = (parties.read(row, siren="").registered for row in found.rows)
    return Page(sirens=frozenset().union(*told), total=found.total)
