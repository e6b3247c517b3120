"""The lines that a call leaves in the ledger: its opening, then one closing."""

import hashlib
from decimal import Decimal

from enrichment import lifetimes, packing
from enrichment.choices import CallState
from enrichment.ledger import Closing, Leased, Stored
from enrichment.lifetimes import Size
from enrichment.money import Opening
from enrichment.providers.base import Answer as Reply
from enrichment.providers.errors import ProviderError
from enrichment.sources import Terms
from mainsite.lib.ids import uuid7


def opening(item: Leased, terms: Terms) -> Opening:
    return Opening(
        call_id=uuid7(),
        item_id=item.id,
        siren=item.siren,
        source=item.source,
        subject=item.subject,
        hold_eur=terms.cost_eur(item.option) or Decimal(0),
        units=terms.units(item.option),
        pool=terms.pool(item.option),
        day_quota=terms.day_quota,
    )


def closing_of_reply(
    opening: Opening, terms: Terms, reply: Reply, size: Size
) -> Closing:
    state = CallState.PAID if reply.tokens else CallState.FREE
    if opening.is_paid and not reply.tokens:
        state = CallState.NOT_CHARGED
    raw, encoding = packing.packed(reply.raw)
    return Closing(
        opening=opening,
        state=state,
        http_status=reply.http_status,
        tokens=reply.tokens,
        amount_eur=terms.amount_eur(reply.tokens, opening.pool) or Decimal(0),
        answer=Stored(
            status=reply.status,
            raw=raw,
            encoding=encoding,
            sha256=hashlib.sha256(reply.raw).hexdigest(),
            headers=dict(reply.headers),
            http_status=reply.http_status,
            fetched_at=reply.fetched_at,
            expires_at=lifetimes.expiry(
                hours=terms.reuse_hours,
                status=reply.status,
                fetched_at=reply.fetched_at,
                size=size,
                key=f"{opening.source}:{opening.siren}:{opening.subject}",
            ),
            is_sandbox=reply.is_sandbox,
        ),
    )


def closing_of_no_call(opening: Opening) -> Closing:
    """The gate closed between the opening and the call: nothing left."""
    state = CallState.NOT_CHARGED if opening.is_paid else CallState.FREE
    return Closing(opening=opening, state=state, reason="not_sent")


def closing_of_error(opening: Opening, error: ProviderError) -> Closing:
    if error.is_charge_unknown:
        state = CallState.LOST
    else:
        state = CallState.NOT_CHARGED if opening.is_paid else CallState.FREE
    return Closing(
        opening=opening, state=state, http_status=error.status, reason=error.reason
    )
