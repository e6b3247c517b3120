"""A log line for each query that took long: its constant text, never its values."""

import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.sql import Composable

logger = logging.getLogger(__name__)

LONGEST = 2000
_SPACES = re.compile(r"\s+")
# Five thousand SIREN make five thousand marks.
_MARKS = re.compile(r"%s(?:, ?%s){2,}")
# What somebody wrote into the text instead of beside it.
_LITERAL = re.compile(r"'(?:[^']|'')*'")

# What the queries of one request took, in milliseconds, while somebody asks.
spent_ms: ContextVar[list[float] | None] = ContextVar("spent_ms", default=None)

Execute = Callable[[Any, Any, bool, dict[str, Any]], Any]


def watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """For ``connection_created``: each connection, once, however often it reopens."""
    if timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(timed)


def timed(
    execute: Execute, sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        # One that failed, a time-out first of all, is one to know about too.
        took_ms = (time.perf_counter() - began) * 1000
        spent = spent_ms.get()
        if spent is not None:
            spent.append(took_ms)
        if 0 < settings.SLOW_QUERY_MS <= took_ms:
            logger.warning("slow query, %.0f ms: %s", took_ms, constant_text(sql))


def constant_text(query: str | Composable) -> str:
    written = query.as_string() if isinstance(query, Composable) else str(query)
    text = _SPACES.sub(" ", written).strip()
    text = _MARKS.sub("%s, …", _LITERAL.sub("'…'", text))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
