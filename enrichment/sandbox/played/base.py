"""What it takes to play a source. A new one is one module beside this file."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from http import HTTPStatus
from typing import Any, ClassVar

from aiohttp import web

from enrichment.sandbox.payloads import Payload, dump
from enrichment.sandbox.till import Quota, Till

FREE = Decimal(0)
# Companies whose answers stand in for another's.
_STRANGERS = ("552100554", "542065479")
_NINE_DIGITS = re.compile(r"[0-9]{9}")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What one request wants: `units` of `pool` are the price of a good answer.

    `subject` is a person's name in the source's own terms, when it is not asked for a
    company. `refusal` is the source's own "no", named as a fault is ("401"); it comes
    before any planned fault.
    """

    siren: str
    option: str = ""
    subject: str = ""
    units: Decimal = FREE
    pool: str = ""
    refusal: str = ""


class Played(ABC):
    """A source as the sandbox plays it. The module's `PLAYED` is the one instance.

    `lookups` are the (method, path) that answer about one company: delayed,
    disturbed, charged and logged. `folder` and `files` say where recordings of it
    lie; the pattern's first group is the SIREN, and a plain name goes before one
    with a suffix.
    """

    name: ClassVar[str]
    lookups: ClassVar[tuple[tuple[str, str], ...]]
    folder: ClassVar[str]
    files: ClassVar[re.Pattern[str]]
    # Named as its provider names them; "" for a source with one.
    pools: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    async def asked(self, request: web.Request, till: Till) -> Asked:
        """Read one request to `lookups`; never raises, refuses."""

    @abstractmethod
    def invented(self, asked: Asked) -> Payload:
        """The same answer for ever, for a company without a recording."""

    def finished(self, payload: Payload, asked: Asked) -> Payload:
        """The answer with what its option adds, whether recorded or invented."""
        return payload

    def another(self, asked: Asked) -> Asked:
        """The same question about someone else, for the fault `other_siren`."""
        stranger = next(each for each in _STRANGERS if each != asked.siren)
        return replace(asked, siren=stranger)

    def charge(self, asked: Asked, payload: Payload) -> Decimal:
        """What was delivered costs; a source paid by field found looks inside."""
        return asked.units

    def routes(self, till: Till) -> list[web.RouteDef]:
        """What else the source answers, free and not logged: a balance, a login."""
        return []

    def headers(self, asked: Asked, till: Till) -> Mapping[str, str]:
        """What every answer of the source carries: credits or calls left."""
        return {}

    def over_quota(self, quota: Quota) -> web.Response:
        """How the source refuses the calls above its day's quota."""
        return json_answer(
            {"erreur": "Quota journalier dépassé."},
            status=HTTPStatus.TOO_MANY_REQUESTS,
            headers={"Retry-After": str(quota.seconds_left)},
        )


def json_answer(
    document: dict[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    return web.Response(
        status=status,
        body=dump(document),
        content_type="application/json",
        headers=headers,
    )


def is_nine_digits(text: str) -> bool:
    return bool(_NINE_DIGITS.fullmatch(text))
