"""An export asked for is made while the person waits, or left to a worker."""

import logging

from redis.exceptions import RedisError

from exports import jobs, services, writing
from exports.models import Export, Format

logger = logging.getLogger(__name__)

# A page of a PDF costs what fifty lines do, a row sent what a request does.
SLOW = (Format.PDF, Format.DELIVERY, Format.TRIAL)


def start(export: Export) -> None:
    """One that is made already, or being made, is left as it is."""
    if services.is_at_once(count=export.rows_total, kind=export.format):
        writing.write(export_id=export.pk)
        export.refresh_from_db()
    elif export.is_pending:
        try:
            jobs.ask_for_worker(
                export_id=export.pk,
                rows=export.rows_total,
                is_slow=export.format in SLOW,
            )
        except RedisError:
            # The row waits: the sweep asks again when the queue is back.
            logger.warning("export %s waits for the queue", export.public_id)
