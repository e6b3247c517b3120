"""What each source has charged and how often it was asked: its money and its quota."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from enrichment.sandbox.served import ServedLog


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A day's calls: so many allowed, so many left, until that moment."""

    limit: int
    left: int
    resets_at: datetime

    @property
    def seconds_left(self) -> int:
        return max(1, round((self.resets_at - datetime.now(UTC)).total_seconds()))


class Till:
    """Counted from the served log, so that a restart forgets nothing.

    A pool is named `source`, or `source:pool` for a source with several; one that
    was granted nothing in particular holds `default`.
    """

    def __init__(self, log: ServedLog, *, default: int) -> None:
        self._log = log
        self._default = default
        self._grants: dict[str, Decimal] = {}
        self._quotas: dict[str, int] = {}

    def granted(self, source: str, pool: str = "") -> Decimal:
        return self._grants.get(_key(source, pool), Decimal(self._default))

    def used(self, source: str, pool: str = "") -> Decimal:
        return self._log.units[source, pool]

    def left(self, source: str, pool: str = "") -> Decimal:
        return self.granted(source, pool) - self.used(source, pool)

    def grant(self, grants: Mapping[str, object]) -> None:
        """Set what pools hold in all, what is used included; None: as at the start."""
        told = {k: Decimal(_whole(v)) for k, v in grants.items() if v is not None}
        kept = {key: v for key, v in self._grants.items() if key not in grants}
        self._grants = kept | told

    def limit(self, quotas: Mapping[str, object]) -> None:
        """Set the calls a day of sources; None lifts a quota."""
        told = {key: _whole(v) for key, v in quotas.items() if v is not None}
        kept = {key: v for key, v in self._quotas.items() if key not in quotas}
        self._quotas = kept | told

    @property
    def quotas(self) -> dict[str, int]:
        return dict(self._quotas)

    def quota(self, source: str) -> Quota | None:
        limit = self._quotas.get(source)
        if limit is None:
            return None
        today = datetime.now(UTC).date()
        used = self._log.calls[source, today.isoformat()]
        tomorrow = datetime.combine(today + timedelta(days=1), time(), tzinfo=UTC)
        return Quota(limit=limit, left=max(0, limit - used), resets_at=tomorrow)


def _key(source: str, pool: str) -> str:
    return f"{source}:{pool}" if pool else source


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"a whole number is needed, not {value!r}")
    return value
