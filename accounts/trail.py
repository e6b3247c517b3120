"""The chain over the audit trail: entries are sealed, seals anchored, both verified.

An entry that is changed or taken away no longer fits its seal, a seal no longer fits
the next one, and a chain written anew no longer fits the anchors, which are kept
outside of the database.
"""

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from accounts.choices import Action

logger = logging.getLogger(__name__)

# Sealed every minute: what waits longer was written while nobody sealed, or by
# somebody who is not us.
SEALED_WITHIN = timedelta(hours=1)
_MOST = 5000
# Where the last night's verdict is read, for as long as a few missed nights.
TRAIL_CHECK, CHECK_KEPT_S = "trail:check", 3 * 86400
_NEWEST = "SELECT number, digest FROM audit_seal ORDER BY number DESC LIMIT 1"
# Months that the retention has dropped have no entries left to compare.
_KEPT_SINCE = """
    SELECT date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
        - make_interval(months => keep_months)
    FROM history_retention WHERE table_name = 'accounts_auditentry'
"""
_SEALS = """
    SELECT s.number, s.digest, s.first_at >= %(since)s, cardinality(s.entries),
        audit_seal_digest(s.number, coalesce(
            lag(s.digest) OVER (ORDER BY s.number), ''), s.entries, s.rows_digest),
        coalesce(f.bare_digest, s.rows_digest), d.found, d.digest
    FROM audit_seal s LEFT JOIN audit_forgetting f ON f.seal = s.number
    CROSS JOIN LATERAL audit_rows_digest(s.entries, s.first_at, s.last_at) d
    ORDER BY s.number
"""
# What the entries of old seals are without their origins is itself told in the trail.
_UNTOLD = """
    SELECT f.forgotten_at FROM (SELECT DISTINCT forgotten_at FROM audit_forgetting
        WHERE forgotten_at >= %(since)s) f
    WHERE NOT EXISTS (SELECT FROM accounts_auditentry e
        WHERE e.action = %(word)s AND e.details->>'digest'
            = audit_forgetting_digest(f.forgotten_at)
        AND e.at BETWEEN f.forgotten_at - interval '1 day'
            AND f.forgotten_at + interval '1 day')
    ORDER BY 1
"""
_UNSEALED = """
    SELECT count(*), min(e.id) FROM accounts_auditentry e
    WHERE e.at < %(before)s AND e.at >= %(since)s
        AND NOT EXISTS (
            SELECT FROM (SELECT unnest(entries) AS id FROM audit_seal) known
            WHERE known.id = e.id)
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``faults`` are sentences; none when all is as it was written."""

    seals: int
    entries: int
    anchors: int
    faults: tuple[str, ...]


def seal() -> int:
    """Every minute: put into the chain what is in no seal yet; how many entries."""
    total = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT audit_seal_now(%s)", [_MOST])
            count = int(cursor.fetchone()[0])
            total += count
            if count < _MOST:
                return total


def anchor() -> str:
    """Every day: the newest seal's digest, on a line of a file that only grows.

    Returns the digest; "" before the first seal.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        found = cursor.fetchone()
    if found is None:
        return ""
    number, digest = found
    line = {"at": timezone.now().isoformat(), "seal": number, "digest": digest}
    _append(settings.AUDIT_ANCHOR_FILE, json.dumps(line) + "\n")
    return str(digest)


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    descriptor = os.open(path, flags, 0o600)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check() -> None:
    """Every night: a broken chain is an error of the logs, and of the metrics."""
    verdict = verify()
    for fault in verdict.faults:
        logger.error("audit trail: %s", fault)
    found = {"at": timezone.now().isoformat(), "faults": len(verdict.faults)}
    cache.set(TRAIL_CHECK, found, CHECK_KEPT_S)


@transaction.atomic
def verify() -> Verdict:
    """Walk the whole chain; the time it takes grows with the trail."""
    faults: list[str] = []
    seals: dict[int, str] = {}
    entries = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_KEPT_SINCE)
        since: datetime = cursor.fetchone()[0]
        cursor.execute(_SEALS, {"since": since})
        for row in cursor:
            seals[row[0]] = row[1]
            entries += row[3]
            faults += _faults_of(row, expected=len(seals))
        before = timezone.now() - SEALED_WITHIN
        cursor.execute(_UNSEALED, {"before": before, "since": since})
        count, first = cursor.fetchone()
        cursor.execute(_UNTOLD, {"word": str(Action.FORGOTTEN), "since": since})
        faults += [
            f"L’oubli du {at.isoformat()} n’est pas tracé, ou a été réécrit."
            for (at,) in cursor
        ]
    if count:
        faults.append(f"{count} traces hors de la chaîne, dont la n° {first}.")
    anchors = list(_anchors())
    faults += [
        f"La chaîne ne passe plus par l’ancre du {each['at']} (sceau {each['seal']})."
        for each in anchors
        if seals.get(each["seal"]) != each["digest"]
    ]
    return Verdict(len(seals), entries, len(anchors), tuple(faults))


def _faults_of(row: tuple[Any, ...], *, expected: int) -> Iterator[str]:
    number, digest, is_kept, count, computed, rows_digest, found, rows_now = row
    if number != expected:
        yield f"Le sceau {expected} manque : le suivant porte le numéro {number}."
    if digest != computed:
        yield f"Le sceau {number} ne suit pas celui d’avant, ou a été réécrit."
    if not is_kept:
        return
    if found != count:
        yield f"Sceau {number} : {count - found} de ses {count} traces manquent."
    elif rows_now != rows_digest:
        yield f"Sceau {number} : une de ses {count} traces a été modifiée."


def _anchors() -> Iterator[dict[str, Any]]:
    path = settings.AUDIT_ANCHOR_FILE
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)
