"""How far a long work is, and how long it may still take."""

import math
import time
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from companies.imports.models import Import, ImportState
from companies.imports.page import steps
from mainsite.lib import durations
from mainsite.lib.charts import Segment

# Looked at often for ten seconds, then less; before, no rate can be believed.
SOON_S, SOON_MS, LATER_MS = 10.0, 500, 2000
_LEAST, _MOST = 0.8, 1.5


@dataclass(frozen=True, slots=True)
class Seen:
    """When a page first saw the work, and how far it was then: told by its polls."""

    at_s: int
    done: int
    decile: int

    @property
    def query(self) -> str:
        return f"depuis={self.at_s}&partant={self.done}"


@dataclass(frozen=True, slots=True)
class Work:
    imp: Import
    seen: Seen
    now_s: float

    @property
    def done(self) -> int:
        return min(self.imp.position, self.total) if self.total else self.imp.position

    @property
    def total(self) -> int:
        return self.imp.rows_total

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def decile(self) -> int:
        return self.percent // 10 * 10

    @property
    def says(self) -> bool:
        """A live region that speaks at every poll would never be quiet."""
        return self.decile != self.seen.decile

    @property
    def segments(self) -> tuple[Segment, ...]:
        return (("done", self.done), ("waiting", max(self.total - self.done, 1)))

    @property
    def per_s(self) -> int:
        """0 for the first ten seconds: the first rows say nothing of the others."""
        watched_s = self.now_s - self.seen.at_s
        if watched_s < SOON_S:
            return 0
        return max(round((self.done - self.seen.done) / watched_s), 0)

    @property
    def left(self) -> str:
        if not self.per_s or not self.total:
            return ""
        seconds = (self.total - self.done) / self.per_s
        return durations.between(_LEAST * seconds, math.ceil(_MOST * seconds))

    @property
    def poll_ms(self) -> int:
        return SOON_MS if self.now_s - self.seen.at_s < SOON_S else LATER_MS

    @property
    def url(self) -> str:
        return steps.url(self.imp)

    @property
    def watch_url(self) -> str:
        address = reverse("companies:imports:watch", args=[self.imp.public_id])
        return f"{address}?{self.seen.query}&dit={self.decile}"

    @property
    def can_stop(self) -> bool:
        return self.imp.state != ImportState.UNDOING

    @property
    def stop_words(self) -> str:
        if self.imp.state == ImportState.CHECKING:
            return _("Arrêter l’essai")
        return _("Arrêter l’import")

    @property
    def unit(self) -> str:
        if self.imp.state == ImportState.CHECKING:
            return _("lignes lues et comparées")
        if self.imp.state == ImportState.UNDOING:
            return _("changements repris")
        return _("lignes traitées")


def look(imp: Import, seen: Seen | None = None) -> Work:
    now_s = time.time()
    first = Seen(int(now_s), imp.position, -1)
    return Work(imp, seen or first, now_s)
