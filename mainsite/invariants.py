"""« Nothing lost », asked of the whole database: security.md, 6.4.

The ledger and the audit trail have their own nightly jobs, which take their time; here
is what joins them with imports and exports, for the command, the night and /metrics.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from accounts import trail
from accounts.trail import TRAIL_CHECK
from companies.imports import invariants as imports
from enrichment import invariants as ledger
from enrichment.jobs import LEDGER_CHECK
from exports import invariants as exports
from mainsite.lib.connections import take_time

logger = logging.getLogger(__name__)

# Where the last night's verdict is read, for as long as a few missed nights.
CHECK, CHECK_KEPT_S = "invariants:check", 3 * 86400
IMPORTS, EXPORTS, LEDGER, TRAIL = "imports", "exports", "ledger", "trail"
RULES: Mapping[str, Mapping[str, str]] = {
    IMPORTS: imports.RULES,
    EXPORTS: exports.RULES,
}


@dataclass(frozen=True, slots=True)
class Broken:
    part: str
    rule: str
    count: int
    example: str


def broken() -> list[Broken]:
    """Every rule of every part that does not hold now."""
    found = [
        Broken(LEDGER, each.rule, each.count, each.example) for each in ledger.broken()
    ]
    found += [Broken(TRAIL, fault, 1, "") for fault in trail.verify().faults]
    return [*found, *_of_files()]


def check() -> None:
    """Every night: imports and exports; the ledger and the trail have their own."""
    found = _of_files()
    for each in found:
        logger.error("%s: %d rows, such as %s", each.rule, each.count, each.example)
    counts = {part: sum(each.part == part for each in found) for part in RULES}
    told = {"at": timezone.now().isoformat(), "broken": counts}
    cache.set(CHECK, told, CHECK_KEPT_S)


def last_night() -> Iterator[tuple[str, int]]:
    """How many rules each part broke, of the parts that were checked."""
    yield from cache.get(CHECK, {}).get("broken", {}).items()
    if found := cache.get(LEDGER_CHECK):
        yield LEDGER, found["broken"]
    if found := cache.get(TRAIL_CHECK):
        yield TRAIL, found["faults"]


@transaction.atomic
def _of_files() -> list[Broken]:
    take_time()
    found = []
    with connection.cursor() as cursor:
        for part, rules in RULES.items():
            for rule, sql in rules.items():
                cursor.execute(sql)
                rows = cursor.fetchall()
                if rows:
                    found.append(Broken(part, rule, len(rows), str(rows[0][0])))
    if altered := exports.altered():
        rule = exports.SAME_FILE
        found.append(Broken(EXPORTS, rule, len(altered), altered[0]))
    return found
