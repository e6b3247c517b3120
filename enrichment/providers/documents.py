"""The first step of every parser: bytes to one JSON object, or a reason."""

import re
from typing import Any

from enrichment.providers.errors import ProviderError
from mainsite.lib import strict_json

# Some sources say it under a status of success: no fact, nothing to keep.
_NO_CREDIT = re.compile(r"no (more )?credits?\b", re.IGNORECASE)


def document(raw: bytes, *, provider: str) -> dict[str, Any]:
    try:
        members = strict_json.decode(raw)
    except strict_json.NotJson as error:
        raise ProviderError(
            "truncated" if error.is_cut else "not_json",
            provider=provider,
            detail=str(error),
            is_charge_unknown=True,
        ) from error
    if not isinstance(members, dict):
        raise ProviderError(
            "unexpected_shape", provider=provider, is_charge_unknown=True
        )
    message = members.get("message")
    if isinstance(message, str) and _NO_CREDIT.match(message.strip()):
        raise ProviderError("no_credit", provider=provider, detail=message[:100])
    return members
