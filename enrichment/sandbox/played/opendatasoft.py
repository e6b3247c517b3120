"""A data set of an opendatasoft portal, played; each source is a subclass."""

import re
from abc import abstractmethod
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from aiohttp import web

from enrichment.sandbox.invented.company import Invented
from enrichment.sandbox.payloads import Payload, made_up, marked
from enrichment.sandbox.played.base import Asked, Played, json_answer
from enrichment.sandbox.till import Quota, Till
from mainsite.lib.siren import is_valid_siren

_BIGGEST_PAGE = 100


class PlayedDataSet(Played):
    """`key` is the column that holds the SIREN; a query must be on it."""

    key: ClassVar[str]

    @abstractmethod
    def shape(self, company: Invented) -> dict[str, Any]:
        """The whole answer about an invented company."""

    async def asked(self, request: web.Request, till: Till) -> Asked:
        wanted = re.fullmatch(
            rf'{self.key} *= *"([^"]*)"', request.query.get("where", "").strip()
        )
        limit = request.query.get("limit", "10")
        is_readable = wanted and limit.isdigit() and int(limit) <= _BIGGEST_PAGE
        return Asked(
            siren=wanted[1] if wanted else "", refusal="" if is_readable else "400"
        )

    def invented(self, asked: Asked) -> Payload:
        if not is_valid_siren(asked.siren):
            return marked(page([]))
        return made_up(asked.siren, self.shape)

    def headers(self, asked: Asked, till: Till) -> Mapping[str, str]:
        quota = till.quota(self.name)
        return {} if quota is None else _told(quota)

    def over_quota(self, quota: Quota) -> web.Response:
        return json_answer(
            {
                "errorcode": 10005,
                "error": "Too many requests on the domain.",
                "call_limit": quota.limit,
                "limit_time_unit": "day",
                "reset_time": f"{quota.resets_at:%Y-%m-%dT%H:%M:%SZ}",
            },
            status=HTTPStatus.TOO_MANY_REQUESTS,
            headers=_told(quota),
        )


def page(results: list[dict[str, Any]]) -> dict[str, Any]:
    return {"total_count": len(results), "results": results}


def _told(quota: Quota) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(quota.limit),
        "X-RateLimit-Remaining": str(quota.left),
        "X-RateLimit-Reset": f"{quota.resets_at:%Y-%m-%d %H:%M:%S}+00:00",
    }
