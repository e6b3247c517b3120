"""What a trial leaves behind, as lines that two runs must have in common.

Moments and row numbers differ between any two runs and are dropped; all else is kept.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models

SHOWN = 6
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.]*(Z|[+-]\d\d:?\d\d)?")
_ITEM = ("siren", "source", "subject", "state", "reason", "cost_eur", "result_sha256")
_ANSWER = ("siren", "source", "subject", "status", "sha256", "tokens", "amount_eur")


def lines() -> list[str]:
    """The database of now, in order."""
    return sorted(
        line for model, columns in _tables() for line in _rows(model, columns)
    )


def difference(ours: Sequence[str], twin: Sequence[str]) -> list[str]:
    """As `diff` tells it: what only the twin has, and what only we have."""
    here, there = Counter(ours), Counter(twin)
    lacking = [f"- {line}" for line in sorted((there - here).elements())]
    return lacking + [f"+ {line}" for line in sorted((here - there).elements())]


def _tables() -> Iterator[tuple[type[models.Model], Sequence[str]]]:
    from companies import models as companies
    from enrichment.models import Answer, Item

    for model in (
        companies.Company,
        companies.Register,
        companies.Target,
        companies.AnnualAccounts,
        companies.Officer,
        companies.LegalEvent,
        companies.SourceReading,
    ):
        yield model, [field.attname for field in _lasting(model)]
    yield Item, _ITEM
    yield Answer, _ANSWER


def _lasting(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    passing = (models.DateTimeField, models.AutoField, models.BigAutoField)
    return [
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, (*passing, models.UUIDField))
    ]


def _rows(model: type[models.Model], columns: Sequence[str]) -> Iterator[str]:
    table = model._meta.db_table
    for row in model._base_manager.values(*columns).iterator():
        text = json.dumps(row, default=str, sort_keys=True, ensure_ascii=False)
        yield f"{table} {_MOMENT.sub('*', text)}"
