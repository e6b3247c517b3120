"""The opposition list once more, outside of the database: a restored backup is older
than it, and nobody who objected since may come back.

A file that only grows: a line for each fingerprint when it is opposed, one when a
register takes it back, one a day that says that the file has the whole list. Never the
data: fingerprints are keyed digests.
"""

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from companies.choices import ErasureReason, OppositionReason
from companies.contacts import erasing, fingerprints, guarding
from companies.contacts.upkeep import Purged, purge_expired
from companies.models import Contact, ContactLead, Opposition

logger = logging.getLogger(__name__)

_ADD, _LIFT, _WHOLE = "add", "lift", "whole"
_FIELDS = {
    _ADD: {"fingerprint", "kind", "reason", "source", "since"},
    _LIFT: {"fingerprint"},
    _WHOLE: {"count"},
}
_PIECE = 1000


@dataclass(frozen=True, slots=True)
class Kept:
    """What a journal says last of each fingerprint.

    ``whole_at``: when it was last known to hold all of the list; None: never. A line
    that a power cut left half written is ``unreadable``; the next round repairs it.
    """

    opposed: dict[str, dict[str, Any]]
    lifted: frozenset[str]
    whole_at: datetime | None
    unreadable: int


@dataclass(frozen=True, slots=True)
class Reapplied:
    added: int
    lifted: int
    of_companies: int
    purged: Purged


def note_added(digests: Iterable[str]) -> None:
    """Once the transaction has committed; the daily round adds what was missed."""
    _after_commit(_ADD, sorted(digests))


def note_lifted(digests: Iterable[str]) -> None:
    _after_commit(_LIFT, sorted(digests))


def _after_commit(what: str, digests: list[str]) -> None:
    def note() -> None:
        _note(what, digests)

    # An opposition stands, whatever becomes of its copy.
    transaction.on_commit(note, robust=True)


def reconcile() -> int:
    """Every day: file and list say the same; returns how many differed.

    Only a register takes an opposition back. Another one that the list has not was
    lost with the database it was in: it applies again.
    """
    kept = read([settings.OPPOSITION_FILE])
    there = set(Opposition.objects.values_list("fingerprint", flat=True))
    lacking = sorted(there - kept.opposed.keys())
    gone = {d: line for d, line in kept.opposed.items() if d not in there}
    lifted = [
        digest
        for digest, line in gone.items()
        if line["reason"] == OppositionReason.REGISTER
    ]
    _note(_ADD, lacking)
    _note(_LIFT, lifted)
    if len(gone) > len(lifted):
        logger.error("%d oppositions were lost: they apply again", len(gone))
        lost = {d: line for d, line in gone.items() if d not in lifted}
        reapply(Kept(lost, frozenset(), None, 0))
    count = len(there) + len(gone) - len(lifted)
    _append([{"what": _WHOLE, "at": timezone.now().isoformat(), "count": count}])
    return len(lacking) + len(gone)


def read(files: Iterable[Path]) -> Kept:
    """The lines of all of them in the order of time."""
    opposed: dict[str, dict[str, Any]] = {}
    lifted: set[str] = set()
    whole_at: datetime | None = None
    lines = [_line(text) for path in files for text in _texts(path)]
    understood = [line for line in lines if line is not None]
    for line in sorted(understood, key=lambda line: str(line["at"])):
        if line["what"] == _WHOLE:
            whole_at = datetime.fromisoformat(line["at"])
        elif line["what"] == _LIFT:
            lifted.add(line["fingerprint"])
            opposed.pop(line["fingerprint"], None)
        else:
            opposed[line["fingerprint"]] = line
            lifted.discard(line["fingerprint"])
    unreadable = len(lines) - len(understood)
    return Kept(opposed, frozenset(lifted), whole_at, unreadable)


@transaction.atomic
def reapply(kept: Kept) -> Reapplied:
    """After a restore: the list is that of the journal, and what it forbids goes."""
    guarding.hold_list(to_change=True)
    before = Opposition.objects.count()
    rows = [
        Opposition(
            kind=line["kind"],
            fingerprint=digest,
            reason=line["reason"],
            source=line["source"],
            since=datetime.fromisoformat(line["since"]),
        )
        for digest, line in sorted(kept.opposed.items())
    ]
    Opposition.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_PIECE)
    _harden(rows)
    added = Opposition.objects.count() - before
    lifted, _by_model = Opposition.objects.filter(
        fingerprint__in=kept.lifted, reason=OppositionReason.REGISTER
    ).delete()
    return Reapplied(added, lifted, _erase_of_companies(), purge_expired())


def _harden(rows: Iterable[Opposition]) -> None:
    """What a register had said when the backup was made, a person has said since."""
    for reason in set(OppositionReason.values) - {OppositionReason.REGISTER}:
        digests = [row.fingerprint for row in rows if row.reason == reason]
        Opposition.objects.filter(
            fingerprint__in=digests, reason=OppositionReason.REGISTER
        ).update(reason=reason)


def _erase_of_companies() -> int:
    """A company's own fingerprint stands on no row: it is made of the SIREN."""
    held = {
        *Contact.objects.values_list("siren", flat=True).distinct(),
        *ContactLead.objects.values_list("siren", flat=True).distinct(),
    }
    by_digest = {fingerprints.of_company(siren): siren for siren in held}
    refusing = [by_digest[digest] for digest in guarding.opposed_among(by_digest)]
    if not refusing:
        return 0
    receipt = erasing.erase(
        contacts=Contact.objects.filter(siren__in=refusing),
        leads=ContactLead.objects.filter(siren__in=refusing),
        reason=ErasureReason.OPPOSITION,
    )
    return receipt.contacts + receipt.leads


def _note(what: str, digests: list[str]) -> None:
    at = timezone.now().isoformat()
    if what == _LIFT:
        _append([{"what": what, "at": at, "fingerprint": each} for each in digests])
        return
    for start in range(0, len(digests), _PIECE):
        piece = digests[start : start + _PIECE]
        _append(
            [
                {
                    "what": what,
                    "at": at,
                    "fingerprint": row.fingerprint,
                    "kind": row.kind,
                    "reason": row.reason,
                    "source": row.source,
                    "since": row.since.isoformat(),
                }
                for row in Opposition.objects.filter(fingerprint__in=piece)
            ]
        )


def _append(lines: list[dict[str, Any]]) -> None:
    """One write, so that two processes never mix their lines."""
    if not lines:
        return
    path: Path = settings.OPPOSITION_FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = "".join(json.dumps(line) + "\n" for line in lines)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _texts(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _line(text: str) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
        wanted = _FIELDS[line["what"]]
        datetime.fromisoformat(line["at"])
    except (ValueError, KeyError, TypeError):
        return None
    return line if wanted <= line.keys() else None
