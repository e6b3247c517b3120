"""Everything sealed in the database, sealed again under the first FIELD_KEY.

Sealed columns are found by their name: a text that begins with ``sealed_``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection, models, transaction

from accounts import sealing
from accounts.sealing import CannotUnseal


@dataclass
class Told:
    """``unopened``: rows that no key of FIELD_KEY opens, by column."""

    resealed: dict[str, int] = field(default_factory=dict)
    unopened: dict[str, int] = field(default_factory=dict)


def columns() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for each in model._meta.concrete_fields:
            if isinstance(each, models.TextField) and each.name.startswith("sealed_"):
                yield model, each.name


def reseal(*, chunk: int = 1000) -> Told:
    """A chunk is a transaction: run again, it goes on with what is left."""
    told = Told()
    for model, name in columns():
        label = f"{model._meta.db_table}.{name}"
        told.resealed[label], told.unopened[label] = _reseal(model, name, chunk)
    return told


def keys_in_use() -> dict[str, dict[str, int]]:
    """By column, how many rows each key id has sealed."""
    found: dict[str, dict[str, int]] = {}
    for model, name in columns():
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT split_part({name}, '$', 1), count(*) FROM {table}"  # noqa: S608
                f" WHERE {name} <> '' GROUP BY 1 ORDER BY 1"
            )
            found[f"{model._meta.db_table}.{name}"] = dict(cursor.fetchall())
    return found


def _reseal(model: type[models.Model], name: str, chunk: int) -> tuple[int, int]:
    done = unopened = 0
    last = None
    waiting = model._default_manager.exclude(**{name: ""})
    current = {f"{name}__startswith": sealing.beginning()}
    waiting = waiting.exclude(**current).order_by("pk")
    while True:
        rows = waiting if last is None else waiting.filter(pk__gt=last)
        group = list(rows.values_list("pk", name)[:chunk])
        if not group:
            return done, unopened
        last = group[-1][0]
        fresh = [(pk, old, _again(old)) for pk, old in group]
        opened = [(pk, old, new) for pk, old, new in fresh if new]
        unopened += len(fresh) - len(opened)
        done += _replace(model, name, opened)


def _again(old: str) -> str:
    try:
        return sealing.seal(sealing.unseal(old))
    except CannotUnseal:
        return ""


@transaction.atomic
def _replace(
    model: type[models.Model], name: str, rows: list[tuple[object, str, str]]
) -> int:
    """Only where nobody has written something else meanwhile."""
    key = model._meta.pk
    table = connection.ops.quote_name(model._meta.db_table)
    kind = key.rel_db_type(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET {name} = d.new"  # noqa: S608
            f" FROM unnest(%s::{kind}[], %s::text[], %s::text[]) AS d(pk, old, new)"
            f" WHERE t.{key.column} = d.pk AND t.{name} = d.old",
            [list(each) for each in zip(*rows, strict=True)] or [[], [], []],
        )
        return int(cursor.rowcount)
