"""What the data sets of opendatasoft portals have in common: address, shape, quota.

Both shapes of an answer are read: that of the explore API (v2.1), which is asked, and
that of the search API (v1), which older recordings have.
"""

import re
from abc import abstractmethod
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar, Final

from enrichment.providers.base import (
    CALL_ID_HEADER,
    Answer,
    AnswerStatus,
    Provider,
    Question,
    answer_from,
)
from enrichment.providers.documents import document
from enrichment.providers.errors import ProviderError, from_outgoing
from enrichment.providers.reading import Notes, Section, words
from mainsite.lib.outgoing import (
    LONGEST_RETRY_AFTER_S,
    Outgoing,
    OutgoingError,
    Reply,
    picked,
    retry_after,
)

PAGE: Final = 100
# What is left of the day's quota, shared by everybody behind one address.
QUOTA_HEADERS: Final = (
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
)
_PARTIAL, _TOO_MANY = 206, 429
_ANSWER = words("results records nhits total_count parameters facet_groups sandbox")
_RECORD = words(
    "datasetid recordid record_timestamp fields geometry record_id sandbox size links"
)
_EPOCH_MS = 10**11


class DataSet(Provider):
    """A free data set of a portal, asked for the newest hundred rows of a company.

    No row is an answer ("not found"). A 404 is not: it says that the data set has
    moved, not that nothing is known of the company.
    """

    dataset: ClassVar[str]
    # The columns that hold the SIREN, and the day to order by.
    key: ClassVar[str]
    newest_by: ClassVar[str]

    async def fetch(
        self, question: Question, *, http: Outgoing, call_id: str
    ) -> Answer:
        siren = question.siren
        reply = await self._get(siren, http=http, call_id=call_id)
        if reply.status == _TOO_MANY:
            raise _turned_away(reply, provider=self.name)
        is_found = self.is_found(reply.body, siren=siren)
        status: AnswerStatus = "partial" if reply.status == _PARTIAL else "found"
        answer = answer_from(
            reply,
            siren=siren,
            provider=self.name,
            status=status if is_found else "not_found",
        )
        kept = picked(reply.headers, QUOTA_HEADERS)
        return replace(answer, headers=answer.headers + kept)

    @abstractmethod
    def is_found(self, raw: bytes, *, siren: str) -> bool:
        """Whether rows are about this company; ProviderError if only others' are."""

    async def _get(self, siren: str, *, http: Outgoing, call_id: str) -> Reply:
        try:
            return await http.fetch(
                f"{self.base_url}/api/explore/v2.1/catalog/datasets/{self.dataset}"
                "/records",
                params={
                    "where": f'{self.key}="{siren}"',
                    "order_by": f"{self.newest_by} desc",
                    "limit": str(PAGE),
                },
                headers={CALL_ID_HEADER: call_id},
                accept=(200, _PARTIAL, _TOO_MANY),
            )
        except OutgoingError as error:
            raise from_outgoing(
                error, provider=self.name, by_status={400: "bad_request"}
            ) from error


@dataclass(frozen=True, kw_only=True)
class Rows:
    """`total` may be above the rows given: a page has a hundred of them at most."""

    rows: tuple[Section, ...]
    total: int
    is_sandbox: bool


def rows(raw: bytes, *, provider: str, notes: Notes) -> Rows:
    answer = Section(document(raw, provider=provider), notes=notes).knows(_ANSWER)
    if "results" in answer:
        found = tuple(answer.sections("results"))
        total = answer.whole("total_count")
    elif "records" in answer:
        found = tuple(
            record.knows(_RECORD).section("fields")
            for record in answer.sections("records")
        )
        total = answer.whole("nhits")
    else:
        raise ProviderError(
            "unexpected_shape", provider=provider, is_charge_unknown=True
        )
    return Rows(
        rows=found,
        total=max(total or 0, len(found)),
        is_sandbox=bool(answer.flag("sandbox")),
    )


def _turned_away(reply: Reply, *, provider: str) -> ProviderError:
    """The wait is in Retry-After, else in the moment the day's quota starts again."""
    now = datetime.now(UTC)
    wait = retry_after(reply.headers, now=now)
    seconds, is_capped = (wait.seconds, wait.is_capped) if wait else (None, False)
    if seconds is None:
        until = _moment(reply.headers.get("X-RateLimit-Reset", ""))
        if until is not None:
            seconds = max(0.0, (until - now).total_seconds())
            is_capped = seconds > LONGEST_RETRY_AFTER_S
            seconds = min(seconds, LONGEST_RETRY_AFTER_S)
    return ProviderError(
        "rate_limited",
        provider=provider,
        status=reply.status,
        detail=f"HTTP {reply.status}",
        retry_after_s=seconds,
        is_retry_after_capped=is_capped,
    )


def _moment(text: str) -> datetime | None:
    """Portals write it as a date and time, or count seconds or milliseconds."""
    try:
        if re.fullmatch(r"[0-9]{9,14}", text):
            count = int(text)
            return datetime.fromtimestamp(
                count / 1000 if count > _EPOCH_MS else count, tz=UTC
            )
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
