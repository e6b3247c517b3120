"""Reads the database into files that the web processes map; swapped in one rename.

A build never touches the files that are read now. Whatever changes while it runs is in
the change log under a transaction that its snapshot did not see.
"""

import json
import logging
import os
import shutil
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from companies.models import SearchBuild
from companies.search.index import columns, store
from companies.search.index.derive import derive

logger = logging.getLogger(__name__)

_KEPT = 2


class BuildIsRunning(RuntimeError):
    """Another process of this machine is building the index."""


@dataclass(frozen=True, slots=True)
class Built:
    token: str
    companies: int
    targets: int
    seconds: float
    bytes: int


def build(folder: Path | None = None) -> Built:
    """Build the index of this machine and put it in use; raises BuildIsRunning."""
    folder = folder or store.current_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        return _build(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except OSError as error:
            raise BuildIsRunning from error
        yield


def _build(folder: Path) -> Built:
    started, token = time.monotonic(), str(uuid.uuid4())
    made = folder / token
    snapshot, counts = _read_into(made)
    size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
    about = {"token": token, "snapshot": snapshot, "form": store.FORM}
    (made / "about.json").write_text(json.dumps(about))
    _flush(made)
    seconds = time.monotonic() - started
    SearchBuild.objects.create(
        token=token,
        host=_host(folder),
        snapshot=snapshot,
        built_at=timezone.now(),
        companies=sum(counts.values()),
        targets=counts["targets"],
        seconds=seconds,
    )
    _swap(folder, token)
    _forget(folder)
    return Built(token, sum(counts.values()), counts["targets"], seconds, size)


def _host(folder: Path) -> str:
    return f"{socket.gethostname()}:{folder.resolve()}"


def _read_into(made: Path) -> tuple[str, dict[str, int]]:
    """All of one snapshot, told as PostgreSQL writes it; rows by block."""
    # The transaction ends with the reading: what is derived takes longer than that.
    with _one_snapshot():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_snapshot()::text")
            (snapshot,) = cursor.fetchone()
        source = columns.read()
    counts = {}
    for name, rows in (("targets", source.targets), ("others", source.others)):
        counts[name] = len(rows)
        (made / name).mkdir(parents=True)
        arrays = derive(
            rows, source.events, source.sites, source.names, source.accounts
        )
        for array, values in arrays.items():
            np.save(made / name / f"{array}.npy", values)
    return snapshot, counts


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Within a transaction of the caller's there is no other snapshot to choose."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if is_outermost:
                cursor.execute(
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
                )
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL work_mem = '256MB'")
        yield


def _flush(made: Path) -> None:
    """On disk before it is named: a machine that loses power keeps the old index."""
    for path in (*made.rglob("*"), made):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def _swap(folder: Path, token: str) -> None:
    link = folder / f"{token}.link"
    link.symlink_to(token)
    link.replace(folder / "current")


def _forget(folder: Path) -> None:
    """Older builds of this folder, and the changes that no build needs any more."""
    mine = SearchBuild.objects.filter(host=_host(folder)).order_by("-built_at")
    kept = {str(token) for token in mine.values_list("token", flat=True)[:_KEPT]}
    mine.exclude(token__in=kept).delete()
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink() and path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM search_change WHERE xid < (
                SELECT min(pg_snapshot_xmin(snapshot::pg_snapshot)::text::bigint)
                    ::text::xid8
                FROM search_build
            )
            """
        )
