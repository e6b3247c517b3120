"""The rows that a list becomes: items to ask, lines refused or repaired."""

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db import connection
from django.utils import timezone

from enrichment.intake import Accepted, Line, Refused
from enrichment.models import Batch, BatchLine
from enrichment.providers.registry import provider_classes
from enrichment.sources import all_terms
from enrichment.weighing import RANKS
from mainsite.lib.connections import take_time

# The report lists so many refused lines, and counts every one of them.
LINES_KEPT = 20_000


class Tally:
    """Counts every line; keeps, up to a limit, those the report shows."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self.accepted = 0
        self.refused: Counter[str] = Counter()
        self.repaired: Counter[str] = Counter()
        self.lines: list[BatchLine] = []

    def follow(self, lines: Iterable[Line]) -> Iterator[Accepted]:
        for line in lines:
            if isinstance(line, Refused):
                self.refused[line.reason] += 1
                self._keep(line)
                continue
            self.accepted += 1
            if line.repair:
                self.repaired[line.repair] += 1
                self._keep(line)
            yield line

    def _keep(self, line: Line) -> None:
        if len(self.lines) < LINES_KEPT:
            self.lines.append(_batch_line(self._batch, line))


def _batch_line(batch: Batch, line: Line) -> BatchLine:
    read = _storable(line.read)[:200]
    if isinstance(line, Refused):
        cells = [_storable(cell)[:2000] for cell in line.cells]
        return BatchLine(
            batch=batch,
            number=line.number,
            read=read,
            is_refused=True,
            reason=line.reason,
            hint=line.hint[:40],
            cells=cells,
        )
    return BatchLine(
        batch=batch,
        number=line.number,
        read=read,
        is_refused=False,
        reason=line.repair or "",
        hint=line.siren,
    )


def _storable(text: str) -> str:
    """PostgreSQL keeps neither NUL nor half of a surrogate pair."""
    cleaned = text.replace("\x00", "␀")
    return cleaned.encode("utf-8", "replace").decode("utf-8")


_COPY_ITEMS = """
    COPY enrichment_item (batch_id, siren, source, subject, position, state, attempts,
        reason, updated_at) FROM STDIN
"""


def copy_items(batch: Batch, lines: Iterable[Accepted]) -> None:
    """Each company at each source, by what is usually asked of it."""
    asked = [
        (name, option)
        for name in all_terms()
        for option in provider_classes()[name].usual
    ]
    now = timezone.now()
    take_time()
    with connection.cursor() as cursor, cursor.copy(_COPY_ITEMS) as copy:
        for place, line in enumerate(lines):
            siren = int(line.siren)
            for rank, (name, subject) in enumerate(asked):
                position = place * RANKS + rank
                copy.write_row(
                    (batch.pk, siren, name, subject, position, "waiting", 0, "", now)
                )
