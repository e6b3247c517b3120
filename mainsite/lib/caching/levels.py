"""Three levels: this process, Redis, and whoever makes the value from PostgreSQL.

A value carries the versions it was made under; reading it reads them too, in the same
round trip. Whoever writes renews a version and all that was made before is over, in
every process, without looking for a single key.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mainsite.lib.caching.entries import Entry, Made
from mainsite.lib.caching.families import Key, version_of, version_of_family
from mainsite.lib.caching.figures import DATABASE, LOCAL, REDIS, Counting
from mainsite.lib.caching.flights import Flights, Taken, WaitedTooLong
from mainsite.lib.caching.local import Local
from mainsite.lib.caching.remote import Remote


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look-up found: an entry, fresh or not, and at which level.

    Without one, what is made now may be kept under ``stamp`` if nothing was forgotten
    since; it is None when the versions could not be read.
    """

    entry: Entry | None
    level: str
    stamp: str | None
    generation: int
    is_fresh: bool = False


class Levels:
    """``clock`` is what values age by: seconds of the epoch, simulated in a bench.

    ``may_write`` says no inside a transaction: what it has seen may be rolled back.
    """

    def __init__(
        self,
        remote: Remote,
        *,
        clock: Callable[[], float] = time.time,
        may_write: Callable[[], bool] = lambda: True,
        local: Local | None = None,
    ) -> None:
        self.remote = remote
        self.local = local or Local()
        self.counting = Counting(remote)
        self.flights = Flights(remote)
        self._clock = clock
        self._may_write = may_write
        # Versions to renew that could not be told to Redis, which was away.
        self._owed: set[str] = set()

    # Reading

    def get(self, key: Key, make: Callable[[], Any]) -> Any:
        """The value, made if need be by one caller while the others wait for it.

        ``make`` returns it, or a Made that says more of it; None is a negative answer.
        An old value is served at once, but for the one caller who renews it. After
        ``wait_s`` a page makes its own rather than wait longer.
        """
        seen = self.look(key)
        if seen.entry is not None and seen.is_fresh:
            return seen.entry.value
        if not self._may_write():
            return _made(make()).value
        if seen.entry is None:
            return self._get_missing(key, make)
        taken = self.flights.take(key)
        if taken is None:
            self._count(key, REDIS, stale=1)
            return seen.entry.value
        return self._renewed(key, make, taken)

    def look(self, key: Key) -> Seen:
        return self.look_many([key])[key]

    def look_many(self, keys: Sequence[Key]) -> dict[Key, Seen]:
        """In this process, then in Redis, in one round trip for all that is left."""
        now, generation = self._clock(), self.local.generation
        found = {key: seen for key in keys if (seen := self._look_here(key, now))}
        left = [key for key in keys if key not in found]
        if left:
            found |= self._look_there(left, now, generation)
        return found

    def look_again(self, key: Key) -> Seen:
        """Whether another has made it meanwhile; it is not counted a second time."""
        now, generation = self._clock(), self.local.generation
        return self._look_there([key], now, generation, counted=False)[key]

    def now(self) -> float:
        return self._clock()

    # Writing

    def keep(self, key: Key, made: Made, seen: Seen) -> None:
        self.keep_many([(key, made, seen)])

    def keep_many(self, values: Sequence[tuple[Key, Made, Seen]]) -> None:
        """What was made after `begin`; of the rest nobody could say when it is over."""
        if not self._may_write():
            return
        bodies: dict[str, tuple[bytes, float]] = {}
        now = self._clock()
        for key, made, seen in values:
            entry = self._entry(key, made, seen.stamp or "", now)
            if entry.gone_at <= now:
                continue
            body = entry.packed()
            self._keep_here(key, entry, body, seen.generation, now)
            if seen.stamp is not None:
                bodies[str(key)] = (body, entry.gone_at - now)
                self._count(key, REDIS, bytes_written=len(body))
        if bodies:
            self.remote.write(bodies)

    def begin(self, seen: Mapping[Key, Seen]) -> dict[Key, Seen]:
        """Before what is to be kept is read: begins the versions that are not there.

        What is written from here on ends what is read from here on.
        """
        lacking = [key for key, each in seen.items() if each.stamp is None]
        if not lacking or not self._may_write():
            return dict(seen)
        versions = self.remote.versions({n for key in lacking for n in key.versions})
        if versions is None:
            return dict(seen)
        begun = {
            key: replace(seen[key], stamp=".".join(versions[n] for n in key.versions))
            for key in lacking
        }
        return {**seen, **begun}

    def end(self, scopes: Iterable[str]) -> None:
        """All that is kept of these scopes is over."""
        self._renew([version_of(scope) for scope in scopes])

    def end_family(self, name: str) -> bool:
        """Whether Redis knows."""
        self._renew([version_of_family(name)])
        return not self._owed

    # One at a time

    def _get_missing(self, key: Key, make: Callable[[], Any]) -> Any:
        last: list[Seen] = []

        def done() -> bool:
            last[:] = [self.look_again(key)]
            return last[0].is_fresh

        try:
            with self.flights.alone(key, done=done) as is_ours:
                if is_ours:
                    return self._make(key, make, last[0])
        except WaitedTooLong:
            return self._make(key, make, self.look_again(key))
        entry = last[0].entry
        return entry.value if entry else None

    def _renewed(self, key: Key, make: Callable[[], Any], taken: Taken) -> Any:
        try:
            seen = self.look_again(key)
            if seen.entry is not None and seen.is_fresh:
                return seen.entry.value
            return self._make(key, make, seen)
        finally:
            taken.give_back()

    def _make(self, key: Key, make: Callable[[], Any], seen: Seen) -> Any:
        begun = self.begin({key: seen})[key]
        made = _made(make())
        self._count(key, DATABASE, made=1)
        self.keep(key, made, begun)
        return made.value

    # The first level

    def _look_here(self, key: Key, now: float) -> Seen | None:
        if not key.family.local_s:
            return None
        body = self.local.get(key, now)
        entry = Entry.unpacked(body) if body else None
        if entry is None or body is None or entry.fresh_until <= now:
            self._count(key, LOCAL, misses=1)
            return None
        self._count(key, LOCAL, hits=1, bytes_read=len(body))
        return Seen(entry, LOCAL, entry.stamp, self.local.generation, is_fresh=True)

    def _keep_here(
        self, key: Key, entry: Entry, body: bytes, generation: int, now: float
    ) -> None:
        if key.family.local_s:
            until = min(entry.fresh_until, now + key.family.local_s)
            self.local.put(key, body, until=until, generation=generation)

    # The second level

    def _look_there(
        self, keys: Sequence[Key], now: float, generation: int, *, counted: bool = True
    ) -> dict[Key, Seen]:
        self._pay()
        names = list(dict.fromkeys(n for key in keys for n in key.versions))
        read = self.remote.read([*names, *map(str, keys)])
        if read is None:
            # Away: a miss like another, and nothing to keep it under.
            read = [None] * (len(names) + len(keys))
        versions = dict(zip(names, read, strict=False))
        found = {}
        for key, body in zip(keys, read[len(names) :], strict=True):
            stamp = _stamp(key, versions)
            seen = self._seen(body, stamp, now, generation)
            found[key] = seen
            if counted:
                self._count_there(key, seen, body)
            if seen.is_fresh and seen.entry is not None and body is not None:
                self._keep_here(key, seen.entry, body, generation, now)
        return found

    def _seen(
        self, body: bytes | None, stamp: str | None, now: float, generation: int
    ) -> Seen:
        entry = Entry.unpacked(body) if body else None
        if entry is None or entry.stamp != stamp or entry.gone_at <= now:
            return Seen(None, "", stamp, generation)
        is_fresh = entry.fresh_until > now
        return Seen(entry, REDIS, stamp, generation, is_fresh)

    def _entry(self, key: Key, made: Made, stamp: str, now: float) -> Entry:
        until = made.until
        if until is None:
            until = now + key.family.life_s(made.kind, str(key))
        gone_at = until + key.family.stale_s
        return Entry(stamp, now, until, gone_at, made.kind, made.value)

    def _renew(self, versions: Collection[str]) -> None:
        if versions:
            self.local.forget(versions)
            self._owed.update(versions)
            self._pay()

    def _pay(self) -> None:
        """A frozen server comes back with all it had: it is told what is over."""
        owed = tuple(self._owed)
        if owed and self.remote.renew(owed):
            self._owed.difference_update(owed)

    # Counting

    def _count_there(self, key: Key, seen: Seen, body: bytes | None) -> None:
        if seen.entry is None:
            self._count(key, REDIS, misses=1)
        else:
            self._count(key, REDIS, hits=1, bytes_read=len(body or b""))

    def _count(self, key: Key, level: str, **counts: int) -> None:
        self.counting.add(key.family.name, level, **counts)


def _made(value: Any) -> Made:
    if isinstance(value, Made):
        return value
    return Made(value, "negative" if value is None else "full")


def _stamp(key: Key, versions: Mapping[str, bytes | None]) -> str | None:
    parts = [versions.get(name) for name in key.versions]
    known = [part.decode() for part in parts if part is not None]
    return ".".join(known) if len(known) == len(parts) else None
