"""What every answer must carry, and what a request must not have written."""

import copy
import os
from contextlib import contextmanager

from django.db import connection, transaction

# `make hostile` asks everything; bin/test a part of what is dear.
IS_FULL = "HOSTILE_COUNT" in os.environ
# Every request may renew its session, and a refused one is told to the trail.
ALWAYS = {"accounts_session", "accounts_loginthrottle"}
TRAIL = "accounts_auditentry"
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
STRICTER = {"Referrer-Policy": "no-referrer"}
_WRITTEN = """
    SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
"""


def _written():
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return dict(cursor.fetchall())


@contextmanager
def undone(browser):
    """Yields a set that tells, afterwards, which tables the request wrote to.

    PostgreSQL counts them for the transaction; the rows and the browser's cookies are
    put back.
    """
    tables = set()
    before, cookies = _written(), copy.deepcopy(browser.cookies)
    with transaction.atomic():
        yield tables
        after = _written()
        transaction.set_rollback(True)
    browser.cookies = cookies
    changed = {name for name, rows in after.items() if rows != before.get(name, 0)}
    tables |= {name for name in changed - ALWAYS if not name.startswith(TRAIL)}


def read_through(answer):
    """What streams asks the database while it is read."""
    if answer.streaming:
        answer.getvalue()


def header_faults(answer, *, is_private):
    """What is missing from its headers, in words."""
    faults = [
        f"{name}: {answer.get(name)}"
        for name, value in FIXED.items()
        # A page whose address opens something tells nobody where it stands.
        if answer.get(name) not in {value, STRICTER.get(name, value)}
    ]
    policy = answer.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        faults.append(f"policy: {policy}")
    for asked in ("frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"):
        if asked not in policy:
            faults.append(asked)
    kind = answer.get("Content-Type", "")
    if kind.startswith("text/") and "charset=utf-8" not in kind:
        faults.append(f"Content-Type: {kind}")
    if is_private and "no-store" not in answer.get("Cache-Control", ""):
        faults.append(f"Cache-Control: {answer.get('Cache-Control')}")
    if "Access-Control-Allow-Origin" in answer:
        faults.append("another site may read it")
    if any(name in answer for name in ("Server", "X-Powered-By")):
        faults.append("says what it runs on")
    return faults
