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

from enrichment import answer_cache, renewal, sources
from enrichment.choices import BatchKind
from enrichment.models import Answer, Batch, SourceDay, today
from enrichment.providers.bodacc import gazette
from enrichment.providers.errors import ProviderError
from enrichment.providers.opendatasoft import PAGE
from enrichment.sources import Terms
from mainsite.lib import formatting
from mainsite.lib.ids import uuid7
from mainsite.lib.limiter import SharedRate
from mainsite.lib.outgoing import Limits, Outgoing

logger = logging.getLogger(__name__)

GAZETTE = "bodacc"
# It comes out on weekdays: a long week-end, or a night without us, is read again.
DAYS_BACK = 4
MOST_COMPANIES = 20_000

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
    """Reads days of the gazette, page after page, at the source's own pace."""

    def __init__(self, base_url: str, terms: Terms) -> None:
        self._base_url = base_url
        self._rate = SharedRate(terms.name, per_s=terms.rate_per_s)
        self._limits = Limits(read_s=terms.timeout_s, total_s=terms.timeout_s + 5)
        self.calls = 0

    async def read(self, days: list[date], *, origin: str) -> dict[str, date]:
        """The companies of these days with the last day that names them.

        A day that cannot be read is left for the next night.
        """
        told: dict[str, date] = {}
        async with self._rate, Outgoing(origins=[origin], limits=self._limits) as http:
            for day in sorted(days):
                try:
                    told |= dict.fromkeys(await self._sirens_of(day, http), day)
                except ProviderError as error:
                    logger.warning("the gazette of %s: %s", day, error.reason)
        return told

    async def _sirens_of(self, day: date, http: Outgoing) -> set[str]:
        found: set[str] = set()
        for part in gazette.PARTS:
            offset, total = 0, 1
            while offset < min(total, gazette.MOST):
                await self._rate.acquire()
                self.calls += 1
                page = await gazette.page(
                    day,
                    part,
                    offset,
                    base_url=self._base_url,
                    http=http,
                    call_id=str(uuid7()),
                )
                found |= page.sirens
                offset, total = offset + PAGE, page.total
            if total > gazette.MOST:
                logger.warning("part %s of %s has %d notices", part, day, total)
        return found


def _count_calls(calls: int) -> None:
    """They are in no ledger, as no company is asked about; in the day's count yes."""
    SourceDay.objects.get_or_create(source=GAZETTE, day=today())
    mine = SourceDay.objects.filter(source=GAZETTE, day=today())
    mine.update(calls=F("calls") + calls)
