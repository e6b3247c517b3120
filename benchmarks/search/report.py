"""What was measured, against the bars: rows of a table, one JSON object, one file."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.search.web import Reply


@dataclass(frozen=True)
class Bar:
    """``value`` is None where nothing could be measured: not held, not missed."""

    name: str
    words: str
    value: float | None
    bar: float
    unit: str
    at_least: bool = False

    @property
    def is_held(self) -> bool:
        if self.value is None:
            return False
        if self.at_least:
            return self.value >= self.bar
        return self.value <= self.bar

    @property
    def row(self) -> str:
        sign = "≥" if self.at_least else "≤"
        value = "-" if self.value is None else f"{self.value:,.3g}{self.unit}"
        if self.value is not None and abs(self.value) >= 10:
            value = f"{self.value:,.0f}{self.unit}"
        verdict = "not measured" if self.value is None else "missed"
        verdict = "held" if self.is_held else verdict
        return (
            f"| {self.words} | {sign} {self.bar:g}{self.unit} | {value} | {verdict} |"
        )


@dataclass(frozen=True)
class Times:
    """Of one class, in milliseconds; SQL is None where the server says nothing."""

    count: int
    median: float
    p90: float
    sql_median: float | None
    sql_p90: float | None

    @property
    def cells(self) -> str:
        sql = "- | -"
        if self.sql_median is not None:
            sql = f"{self.sql_median:.1f} | {self.sql_p90:.1f}"
        return f"{self.median:.1f} | {self.p90:.1f} | {sql}"


def times(replies: Sequence[Reply]) -> Times:
    sql = [reply.sql_ms for reply in replies if reply.sql_ms is not None]
    return Times(
        len(replies),
        statistics.median(reply.ms for reply in replies),
        p90([reply.ms for reply in replies]),
        statistics.median(sql) if sql else None,
        p90(sql) if sql else None,
    )


def p90(values: Sequence[float]) -> float:
    """The value that nine in ten do not pass."""
    ordered = sorted(values)
    return ordered[max(-(-9 * len(ordered) // 10) - 1, 0)]


def table(head: Sequence[str], rows: Sequence[str]) -> str:
    return "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *rows, ""])


def verdict(bars: Sequence[Bar]) -> str:
    found: dict[str, dict[str, Any]] = {
        bar.name: {
            "value": None if bar.value is None else round(bar.value, 3),
            "bar": bar.bar,
            "ok": bar.is_held,
        }
        for bar in bars
    }
    return json.dumps(found)
