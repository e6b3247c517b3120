"""The first step of every parser: bytes to one JSON object, or a reason."""

from typing import Any

from enrichment.providers.errors import ProviderError
from mainsite.lib import strict_json


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
    return members
