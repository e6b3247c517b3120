"""Kinds as the engine drives them: a chunk in, a tally out, and back by parts."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from companies.imports import narrow
from companies.imports.chunks import Chunk, Tally
from companies.imports.kinds.base import Kind, Row
from companies.imports.models import Import, ImportChange

# Changes taken back in one transaction.
PART: Final = 2000
_NOT_CELLS: Final = ("line", "siren")


class KindWriter:
    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def write(self, chunk: Chunk) -> Tally:
        return self.kind.take(chunk.imp, rows_of(chunk), chunk.is_trial)

    def undo(self, imp: Import, sirens: Sequence[str] | None = None) -> Counter[str]:
        """Take back a part, which is then forgotten; an empty counter: none is left."""
        if self.kind.give_back is None:
            return Counter()
        waiting = ImportChange.objects.filter(of=imp).exclude(thing=narrow.THING)
        if sirens is not None:
            waiting = waiting.filter(siren__in=sirens)
        part = list(waiting.order_by("siren", "-pk")[:PART])
        if not part:
            return Counter()
        given = self.kind.give_back(imp, part)
        ImportChange.objects.filter(pk__in=[change.pk for change in part]).delete()
        return Counter(given_back=given, kept_changed=len(part) - given)


def rows_of(chunk: Chunk) -> list[Row]:
    """The rows of a chunk; one that names no company has a null there."""
    return [
        Row(
            record["line"],
            "" if record["siren"] is None else f"{record['siren']:09d}",
            {name: v for name, v in record.items() if name not in _NOT_CELLS},
        )
        for record in chunk.rows.to_pylist()
    ]
