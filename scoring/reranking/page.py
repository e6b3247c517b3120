"""A page of a reranking: each company with both scores, and how far they are apart."""

from dataclasses import dataclass
from decimal import Decimal

from companies.search import lines
from companies.search.lines import Row
from scoring.reranking.models import NOT_EVALUABLE, Reranking

SIZE = 50
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Line:
    """``points`` None: not evaluable. ``moved`` is less what the score says today."""

    rank: int
    row: Row
    points: Decimal | None

    @property
    def moved(self) -> Decimal | None:
        if self.points is None or self.row.score is None:
            return None
        return self.points - self.row.score


def last_page(reranking: Reranking) -> int:
    return max(1, -(-len(reranking.sirens) // SIZE))


def read(reranking: Reranking, page: int, *, desk_id: int | None) -> list[Line]:
    """A company that has left the register is left out; ranks stay what they were."""
    start = (page - 1) * SIZE
    sirens = reranking.sirens[start : start + SIZE]
    points = reranking.points[start : start + SIZE]
    places = {siren: place for place, siren in enumerate(sirens)}
    found = lines.read(sirens, desk_id=desk_id)
    return [
        Line(start + place + 1, row, _points(points[place]))
        for row in found
        for place in (places[int(row.siren)],)
    ]


def _points(hundredths: int) -> Decimal | None:
    return None if hundredths == NOT_EVALUABLE else hundredths * _CENT
