"""The gazette's day: which of our companies it is about.

One series of free requests names the companies of a day's notices; those that we hold
more of than the register says are asked about again, at the gazette only.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from enrichment import answer_cache, calling, renewal, sources
from enrichment.choices import BatchKind
from enrichment.models import Answer, Batch, SourceDay, today
from enrichment.providers.bodacc import gazette
from enrichment.providers.errors import ProviderError
from enrichment.providers.opendatasoft import PAGE
from enrichment.sources import Terms
from mainsite.lib import formatting
from mainsite.lib.ids import uuid7
from mainsite.lib.limiter import GateClosed, LimiterAway, Turn
from mainsite.lib.outgoing import Outgoing

logger = logging.getLogger(__name__)

GAZETTE = "bodacc"
# It comes out on weekdays: a long week-end, or a night without us, is read again.
DAYS_BACK = 4
MOST_COMPANIES = 20_000
# A circuit that rests is waited for; a source that asks for more has the next night.
PATIENCE_S = 60.0

# Read since the notice came out, a company has nothing new to give.
_TO_ASK = """
    SELECT t.siren FROM target t
    JOIN unnest(%s::int[], %s::timestamptz[]) AS told(siren, published) USING (siren)
    LEFT JOIN source_reading r ON r.siren = t.siren AND r.source = %s
    WHERE r.id IS NULL OR r.retrieved_at < told.published
    ORDER BY t.siren LIMIT %s
"""


def watch_events(*, night: date | None = None) -> int:
    """Ask the gazette about the companies of its last days; how many.

    Nothing when ops switched it off or hold it: later nights read some days back.
    """
    terms = sources.all_terms().get(GAZETTE)
    if terms is None or terms.off or terms.is_held:
        return 0
    night = night or timezone.localdate()
    days = [night - timedelta(days=back) for back in range(DAYS_BACK)]
    reader = _Reader(sources.client_of(GAZETTE).base_url, terms)
    told = asyncio.run(reader.read(days, origin=sources.address_of(GAZETTE)))
    _count_calls(reader.calls)
    batch = Batch(
        kind=BatchKind.SCHEDULED,
        name=_("Annonces parues, nuit du %(day)s")
        % {"day": formatting.long_date(night)},
    )
    return _ask_again(batch, told)


@transaction.atomic
def _ask_again(batch: Batch, told: Mapping[str, date]) -> int:
    sirens = _to_ask(told)
    count = renewal.make(batch, sirens, only=GAZETTE)
    if count:
        # Their last answers are older than the notices: they are good no longer.
        known = Answer.objects.fresh().filter(source=GAZETTE, siren__in=sirens)
        known.update(expires_at=timezone.now())
        answer_cache.forget(sirens)
    return count


def _to_ask(told: Mapping[str, date]) -> list[str]:
    """Of a company told on a day, whatever was read before that day was over."""
    published = [_end_of(day) for day in told.values()]
    with connection.cursor() as cursor:
        numbers = [int(siren) for siren in told]
        cursor.execute(_TO_ASK, (numbers, published, GAZETTE, MOST_COMPANIES))
        return [f"{siren:09d}" for (siren,) in cursor.fetchall()]


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


class _Reader:
    """Reads days of the gazette, page after page, through the source's own gate."""

    def __init__(self, base_url: str, terms: Terms) -> None:
        self._base_url = base_url
        self._terms = terms
        self._gate = calling.gate_of(terms)
        self.calls = 0

    async def read(self, days: list[date], *, origin: str) -> dict[str, date]:
        """The companies of these days with the last day that names them.

        A day that cannot be read is left for the next night.
        """
        told: dict[str, date] = {}
        connections = calling.connections_to(self._terms, origin=origin)
        async with self._gate, connections as http:
            for day in sorted(days):
                try:
                    told |= dict.fromkeys(await self._sirens_of(day, http), day)
                except (ProviderError, GateClosed, LimiterAway) as error:
                    logger.warning("the gazette of %s: %s", day, error)
        return told

    async def _sirens_of(self, day: date, http: Outgoing) -> set[str]:
        found: set[str] = set()
        for part in gazette.PARTS:
            offset, total = 0, 1
            while offset < min(total, gazette.MOST):
                page = await self._page(day, part, offset, http)
                found |= page.sirens
                offset, total = offset + PAGE, page.total
            if total > gazette.MOST:
                logger.warning("part %s of %s has %d notices", part, day, total)
        return found

    async def _page(
        self, day: date, part: str, offset: int, http: Outgoing
    ) -> gazette.Page:
        with await self._turn() as turn:
            self.calls += 1
            try:
                page = await gazette.page(
                    day,
                    part,
                    offset,
                    base_url=self._base_url,
                    http=http,
                    call_id=str(uuid7()),
                )
            except ProviderError as error:
                turn.release(ok=None if error.permanent else False)
                if error.reason == "rate_limited" and error.retry_after_s:
                    self._gate.obey(error.retry_after_s)
                raise
            turn.release(ok=True)
        return page

    async def _turn(self) -> Turn:
        while True:
            try:
                return await self._gate.acquire(is_paid=False)
            except GateClosed as closed:
                if closed.wait_s > PATIENCE_S:
                    raise
                await asyncio.sleep(closed.wait_s)


def _count_calls(calls: int) -> None:
    """They are in no ledger, as no company is asked about; in the day's count yes."""
    SourceDay.objects.get_or_create(source=GAZETTE, day=today())
    mine = SourceDay.objects.filter(source=GAZETTE, day=today())
    mine.update(calls=F("calls") + calls)
