"""The rows of several blocks in one order; ``order`` has that of each block."""

from collections.abc import Callable, Iterable, Iterator
from heapq import merge

from companies.search.index import bits
from companies.search.index.bits import Positions, Words
from companies.search.index.block import Block
from companies.search.index.found import Asked, Found
from companies.search.index.order import Order, Place
from companies.search.index.sets import PROSPECT

_AT_ONCE = 10_000


def take(
    asked: Asked,
    everywhere: Iterable[Found],
    column: str,
    after: Place | None,
    most: int,
    *,
    descending: bool,
    backwards: bool,
) -> list[Place]:
    places: list[Place] = []
    for found in everywhere:
        order = _order(asked, found.block, column, descending=descending)
        places += order.take(found.chosen, after, most, backwards=backwards)
    return _cut(places, most, descending=descending, backwards=backwards)


def walk(
    asked: Asked, everywhere: Iterable[Found], column: str, *, descending: bool
) -> Iterator[int]:
    if column == "status":
        yield from _walk_statuses(asked, everywhere, descending=descending)
        return
    rows = [
        _each(Order(found.block, column, descending=descending), found.chosen)
        for found in everywhere
    ]
    merged = merge(*rows, key=_by_key(descending), reverse=descending)
    yield from (place.siren for place in merged)


def _walk_statuses(
    asked: Asked, everywhere: Iterable[Found], *, descending: bool
) -> Iterator[int]:
    after: Place | None = None
    while places := take(
        asked,
        everywhere,
        "status",
        after,
        _AT_ONCE,
        descending=descending,
        backwards=False,
    ):
        yield from (place.siren for place in places)
        after = places[-1]


def _each(order: Order, chosen: Words) -> Iterator[Place]:
    for places in order.walk(chosen):
        yield from places


def _order(
    asked: Asked, block: Block, column: str, *, descending: bool
) -> "Order | _StatusOrder":
    if column == "status":
        return _StatusOrder(block, *asked.pursued(block), descending=descending)
    return Order(block, column, descending=descending)


class _StatusOrder:
    """Prospects by siren, before or after those that the desk pursues."""

    def __init__(
        self, block: Block, rows: Positions, values: Positions, *, descending: bool
    ) -> None:
        pursued = values != PROSPECT
        self._block, self._descending = block, descending
        self._rows, self._values = rows[pursued], values[pursued]

    def take(
        self, chosen: Words, after: Place | None, most: int, *, backwards: bool
    ) -> list[Place]:
        places = self._prospects(chosen, after, most, backwards=backwards)
        places += [
            place
            for place in self._pursued(chosen)
            if after is None or self._is_beyond(place, after, backwards=backwards)
        ]
        return _cut(places, most, descending=self._descending, backwards=backwards)

    def _prospects(
        self, chosen: Words, after: Place | None, most: int, *, backwards: bool
    ) -> list[Place]:
        key, since = PROSPECT + 1, None
        if after is not None and after.key == key:
            since = Place(after.siren, after.siren)
        elif after is not None and not self._is_beyond(
            Place(key, 0), after, backwards=backwards
        ):
            return []
        aside = bits.of_positions(self._rows, self._block.rows)
        order = Order(self._block, "siren", descending=self._descending)
        found = order.take(chosen & ~aside, since, most, backwards=backwards)
        return [Place(key, place.siren) for place in found]

    def _pursued(self, chosen: Words) -> Iterator[Place]:
        inside = bits.test(chosen, self._rows)
        siren = self._block["siren"][self._rows[inside]].tolist()
        status = (self._values[inside] + 1).tolist()
        return map(Place, status, siren)

    def _is_beyond(self, place: Place, after: Place, *, backwards: bool) -> bool:
        one, other = (place.key, place.siren), (after.key, after.siren)
        return one < other if self._descending != backwards else one > other


def _cut(
    places: list[Place], most: int, *, descending: bool, backwards: bool
) -> list[Place]:
    places.sort(key=_by_key(descending), reverse=descending)
    return places[-most:] if backwards else places[:most]


def _by_key(descending: bool) -> Callable[[Place], tuple[bool, object, int]]:
    """The unknown come last, whichever way the list is read."""

    def key(place: Place) -> tuple[bool, object, int]:
        is_known = place.key is not None
        return (is_known is descending, place.key if is_known else 0, place.siren)

    return key
