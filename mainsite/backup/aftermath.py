"""What has to be true before anybody comes back into a restored installation."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django_rq import get_queue
from redis.exceptions import RedisError

from accounts import audit, trail
from accounts.choices import Action
from accounts.models import AuditEntry, AuditSeal, Session
from companies.contacts import journal
from companies.contacts.journal import Reapplied
from enrichment import invariants
from enrichment.invariants import Broken

# True again once the sweeper has taken back what was under way at the backup.
UNDER_WAY = frozenset(
    {
        "aucune ligne en cours sans bail vivant",
        "aucun appel en vol sans ligne en cours",
    }
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """``faults`` and ``broken`` are sentences; none when all is as it was."""

    oppositions: Reapplied | None
    anchors_aside: int
    sessions: int
    queues_emptied: bool
    faults: tuple[str, ...]
    broken: tuple[Broken, ...]
    under_way: tuple[Broken, ...]


@dataclass(frozen=True)
class Point:
    """The moment to which the database went back, and the newest seal of then."""

    at: str
    seal: int
    digest: str


def recovered() -> Point:
    """Of a database that PostgreSQL brought back by itself: what it holds last."""
    newest = AuditSeal.objects.order_by("number").last()
    last = AuditEntry.objects.order_by("at").last()
    return Point(
        at=(last.at if last else timezone.now()).isoformat(),
        seal=newest.number if newest else 0,
        digest=newest.digest if newest else "",
    )


def settle(told: Point, kept: journal.Kept | None, anchors: bytes = b"") -> Outcome:
    """Oppositions, anchors, sessions, queues; then the trail and the ledger are read.

    ``kept``: the opposition list of today; None where ops said to go without.
    """
    aside = set_anchors_aside(told, anchors)
    sessions, _by_model = Session.objects.all().delete()
    reapplied = None if kept is None else journal.reapply(kept)
    audit.record(
        actor=None,
        action=Action.DATABASE_RESTORED,
        details={
            "taken_at": told.at,
            "seal": told.seal,
            "anchors_aside": aside,
            "sessions_ended": sessions,
            "oppositions_added": reapplied.added if reapplied else None,
        },
    )
    trail.seal()
    found = invariants.broken()
    return Outcome(
        oppositions=reapplied,
        anchors_aside=aside,
        sessions=sessions,
        queues_emptied=_empty_queues(),
        faults=(*_lost_seals(told), *trail.verify().faults),
        broken=tuple(each for each in found if each.rule not in UNDER_WAY),
        under_way=tuple(each for each in found if each.rule in UNDER_WAY),
    )


def set_anchors_aside(told: Point, from_backup: bytes) -> int:
    """Anchors of seals that the backup has not cannot fit any more: they are kept in a
    file beside, as proof of what was there. Returns how many."""
    path: Path = settings.AUDIT_ANCHOR_FILE
    if not path.exists():
        _put(path, from_backup.decode())
        return 0
    lines = path.read_text(encoding="utf-8").splitlines()
    known = [line for line in lines if _seal_of(line) <= told.seal]
    if len(known) == len(lines):
        return 0
    moment = timezone.now().strftime("%Y%m%dT%H%M%SZ")
    path.rename(path.with_name(f"{path.name}.before-restore-{moment}"))
    _put(path, "".join(f"{line}\n" for line in known))
    return len(lines) - len(known)


def _seal_of(line: str) -> int:
    found: dict[str, Any] = json.loads(line)
    return int(found["seal"])


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.chmod(0o600)
    draft.replace(path)


def _lost_seals(told: Point) -> list[str]:
    """The chain has to pass by the seal that the manifest names."""
    if not told.seal:
        return []
    found = AuditSeal.objects.filter(number=told.seal).values_list("digest", flat=True)
    if list(found) == [told.digest]:
        return []
    return [f"La chaîne ne passe pas par le sceau {told.seal} du manifeste."]


def _empty_queues() -> bool:
    """Their jobs name rows that may be others now; sweepers ask again for theirs."""
    try:
        for name in settings.RQ_QUEUES:
            get_queue(name).empty()  # type: ignore[no-untyped-call]
        cache.clear()
    except RedisError:
        return False
    return True


def age_of(moment: str) -> str:
    since = timezone.now() - datetime.fromisoformat(moment)
    hours, seconds = divmod(int(since.total_seconds()), 3600)
    return f"{hours} h {seconds // 60:02} min"
