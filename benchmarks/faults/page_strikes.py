"""What is done to the product while people read, and what must hold."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.enrichment.ground import FREE, PROJECT
from benchmarks.faults import page_seed
from benchmarks.faults.pages import Stage

EXPORT = {
    "requete": "",
    "tout": "1",
    "faire": "exporter",
    "profil": "rapide",
    "format": "csv",
    "colonnes": "siren",
}
AT_ONCE = 20
# Of one answer, because of a Redis that hangs.
MOST_MS = 1500.0
BATCH = 60


@dataclass(frozen=True, kw_only=True)
class Fault:
    """``missing`` says why it cannot be played here, "" when it can; ``may_cut``, that
    a connection may break instead of an answer."""

    told: str
    play: Callable[[Stage], None]
    recovery_s: float = 5.0
    most_failed: float = float("inf")
    slowest_ms: float = 0.0
    may_cut: bool = False
    missing: Callable[[], str] = lambda: ""


# Redis


def redis_stopped(stage: Stage) -> None:
    """A batch is under way; pages go on, what costs is refused in words."""
    batch = _batch_started(stage)
    stage.strike()
    stage.stores.stop()
    _check_refusals(stage)
    signed_in = _knocks(stage)
    stage.demand(signed_in == 302, f"sign-in without Redis: {signed_in}")
    stage.wait(stage.outage_s)
    stage.stores.start()
    stage.repair()
    stage.jobs_lost = int(not stage.until(lambda: _is_over(batch), 120))
    again = _until_asked(stage)
    stage.demand(again == 200, f"an export after its return: {again}")


def redis_frozen(stage: Stage) -> None:
    """Nobody waits longer for a Redis that hangs than its time-out."""
    calm = max(stage.reader.ask(path).ms for path in stage.reader.paths)
    stage.strike()
    stage.stores.freeze()
    asked = [stage.reader.ask(path) for path in stage.reader.paths]
    asked.append(stage.reader.ask("/exports/nouveau/", EXPORT))
    stage.wait(stage.outage_s / 2)
    stage.stores.thaw()
    stage.repair()
    for each in asked:
        over = each.ms - calm
        stage.demand(over <= MOST_MS, f"{each.path} waited {over:.0f} ms for Redis")
    stage.demand(asked[-1].status == 503, f"an export then: {asked[-1].status}")


# PostgreSQL


def connections_full(stage: Stage) -> None:
    """Everybody else's connections fill PostgreSQL, the web's own are taken away."""
    stage.strike()
    threads = _threads(stage)
    with _held(stage):
        probes, slow = [], []
        until = time.monotonic() + stage.outage_s / 2
        while time.monotonic() < until:
            probes.append(stage.reader.ask("/healthz", signed_in=False))
            slow.append(stage.reader.ask("/statistiques/"))
            stage.look()
    stage.repair()
    wrong = [each for each in probes if each.status != 200]
    stage.demand(not wrong, f"{len(wrong)} probes failed")
    refused = sum(each.status == 503 for each in slow)
    stage.demand(refused > 0, "no statistics were refused")
    grown = _threads(stage) - threads
    stage.demand(grown <= 2, f"{grown} threads more")


# Disks


def disk_full(stage: Stage) -> None:
    """The folder of the exports is a file system of one megabyte, already full."""
    folder = Path(stage.env["VAR_DIR"]) / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)  # noqa: S603
    try:
        (folder / "ballast").write_bytes(b"x" * 60_000)
        stage.strike()
        # Another selection: the former ones' file is taken up, not written.
        asked = EXPORT | {"requete": "ca_min=1"}
        answer = stage.reader.ask("/exports/nouveau/", asked)
        said = stage.reader.ask("/exports/").said
        left = [each.name for each in folder.iterdir() if each.name != "ballast"]
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S603, S607
    stage.repair()
    stage.demand(answer.status in (200, 302), f"the export's page: {answer.status}")
    stage.demand("place" in said or "disque" in said, "the page does not say why")
    stage.demand(not left, f"left behind: {left}")


def _cannot_mount() -> str:
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]
        done = subprocess.run(mount, capture_output=True, check=False)  # noqa: S603
        if done.returncode:
            return "file systems cannot be mounted by this account"
        subprocess.run(["umount", folder], check=True)  # noqa: S603, S607
    return ""


# The same thing asked many times


def double_submit(stage: Stage) -> None:
    """Twenty posts of one import and of one batch: each runs once."""
    from companies.imports.models import Import
    from enrichment.models import Batch, JournalEntry

    imp, batch = page_seed.asked_import(40), page_seed.draft(BATCH)
    tried = Import.objects.filter(pk=imp.pk, state="checked")
    stage.demand(stage.until(tried.exists, 60), "its trial did not end")
    stage.strike()
    where = f"/imports/{imp.public_id}/execution/"
    _at_once(lambda: stage.reader.ask(where, {"x": "1"}))
    form = {"sources": FREE, "cap_eur": "10"}
    begin = f"/enrichissements/{batch.public_id}/demarrer/"
    answers = _at_once(lambda: stage.reader.ask(begin, form))
    stage.repair()
    over = stage.until(
        lambda: _is_over(batch) and Import.objects.get(pk=imp.pk).state == "done", 30
    )
    stage.jobs_lost = int(not over)
    imp.refresh_from_db()
    told = Batch.objects.get(pk=batch.pk).state
    stage.demand(over, f"import {imp.state}, batch {told}, {Counter(answers)}")
    stage.demand(imp.counts.get("read") == 40, f"read {imp.counts.get('read')} of 40")
    starts = JournalEntry.objects.filter(batch=batch, kind="started").count()
    stage.demand(starts == 1, f"started {starts} times")


# Releases


def old_code_serves(stage: Stage) -> None:
    """The code before the newest migration serves while that migration is applied."""
    commit = _before_the_newest_migration()
    with tempfile.TemporaryDirectory(prefix="ma-old-") as name:
        old = Path(name)
        archive = subprocess.Popen(  # noqa: S603
            ["git", "archive", commit],  # noqa: S607
            cwd=PROJECT,
            stdout=subprocess.PIPE,
        )
        subprocess.run(["tar", "-x", "-C", name], stdin=archive.stdout, check=True)  # noqa: S603, S607
        archive.wait()
        script = Path(__file__).with_name("old_code.py")
        command = [sys.executable, str(script), str(old), str(PROJECT)]
        env = {name: value for name, value in stage.env.items() if name != "PYTHONPATH"}
        stage.strike()
        done = subprocess.run(  # noqa: S603
            command, cwd=old, env=env, capture_output=True, text=True, check=False
        )
    stage.repair()
    said = (done.stdout.splitlines() or [""])[-1]
    stage.demand(done.returncode == 0, f"{said} {done.stderr[-400:]}")


def _before_the_newest_migration() -> str:
    command = ["git", "log", "-1", "--format=%H", "--", "*/migrations/*.py"]
    done = subprocess.run(  # noqa: S603
        command, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return f"{done.stdout.strip()}~1" if done.stdout.strip() else ""


def _no_history() -> str:
    return "" if _before_the_newest_migration() else "no history of git here"


# Web workers


def web_worker_killed(stage: Stage) -> None:
    """One of the two, in the middle of requests."""
    before = stage.web.children()
    stage.strike()
    os.kill(before[0], signal.SIGKILL)
    stage.repair()
    stage.until(lambda: len(stage.web.children()) == len(before), 10)
    stage.wait(1.0)
    stage.demand(_stuck(stage) == 0, f"{_stuck(stage)} locks or transactions are stuck")


# What they are made of


def _batch_started(stage: Stage) -> object:
    from enrichment import services

    batch = page_seed.draft(BATCH)
    services.start_batch(
        batch=batch, by=page_seed.analyst(), sources=[FREE], cap_eur=None
    )
    return batch


def _is_over(batch: object) -> bool:
    from enrichment.models import Batch

    pk = batch.pk  # type: ignore[attr-defined]
    return Batch.objects.filter(pk=pk, state="done").exists()


def _check_refusals(stage: Stage) -> None:
    draft = page_seed.draft(5)
    form = {"sources": FREE, "cap_eur": "10"}
    for path, given in (
        ("/exports/nouveau/", EXPORT),
        (f"/enrichissements/{draft.public_id}/demarrer/", form),
    ):
        answer = stage.reader.ask(path, given)
        is_right = answer.status == 503 and bool(answer.retry_after)
        stage.demand(is_right, f"{path} without Redis: {answer.status}")


def _knocks(stage: Stage) -> int:
    """A sign-in with the right password."""
    from accounts.tests.people import PASSWORD

    form = {"email": "analyste@cabinet.example", "password": PASSWORD}
    return stage.reader.ask("/compte/connexion/", form, signed_in=False).status


def _until_asked(stage: Stage) -> int:
    for _ in range(20):
        status = stage.reader.ask("/exports/nouveau/", EXPORT).status
        if status != 503:
            break
        stage.wait(0.5)
    return status


def _threads(stage: Stage) -> int:
    pids = stage.web.children()
    return sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in pids)


class _held:
    """As many connections as PostgreSQL gives, and the web's own taken away."""

    def __init__(self, stage: Stage) -> None:
        self._url = stage.env["DATABASE_OWNER_URL"]
        self._held: list[psycopg.Connection] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._hold)

    def __enter__(self) -> None:
        self._thread.start()
        time.sleep(1)

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for each in self._held:
            each.close()

    def _hold(self) -> None:
        """Again and again: whatever becomes free is taken before the web has it."""
        while not self._over.is_set():
            try:
                line = psycopg.connect(self._url, autocommit=True, connect_timeout=2)
            except psycopg.OperationalError:
                self._over.wait(0.02)
                continue
            self._held.append(line)
            line.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'ma-web'"
            )


def _at_once(ask: Callable[[], object]) -> list[int]:
    answers: list[int] = []

    def post() -> None:
        answers.append(ask().status)  # type: ignore[attr-defined]

    threads = [threading.Thread(target=post) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _stuck(stage: Stage) -> int:
    with psycopg.connect(stage.env["DATABASE_OWNER_URL"], autocommit=True) as line:
        found = line.execute(
            "SELECT (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')"
            " + (SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = 'ma-web' AND state LIKE 'idle in transaction%'"
            " AND state_change < now() - interval '2 seconds')"
        ).fetchone()
    return int(found[0]) if found else 0


FAULTS = {
    "redis_stopped": Fault(told="F1 both Valkeys stopped", play=redis_stopped),
    "redis_frozen": Fault(told="F3 both Valkeys frozen", play=redis_frozen),
    "connections_full": Fault(
        told="F5 PostgreSQL takes no connection more",
        play=connections_full,
        slowest_ms=8000.0,
    ),
    "disk_full": Fault(
        told="F10 no room for an export",
        play=disk_full,
        most_failed=0,
        missing=_cannot_mount,
    ),
    "double_submit": Fault(
        told="F14 one import, one batch, 20 posts each",
        play=double_submit,
        most_failed=0,
    ),
    "old_code_serves": Fault(
        told="F15 migrated while the old code serves",
        play=old_code_serves,
        most_failed=0,
        missing=_no_history,
    ),
    "web_worker_killed": Fault(
        told="F18 a web worker killed in its requests",
        play=web_worker_killed,
        # Its four threads' requests, and those accepted behind them.
        most_failed=8,
        may_cut=True,
    ),
}
