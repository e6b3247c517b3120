"""10,000 rows × 16 columns through a real browser, from the upload to the report.

The product is started as `bin/run` does, on a database of its own; nobody stops to
read: what is measured is everything that a person waits for. Half of the companies are
known, one row in a hundred has a wrong key, and each round has companies of its own.
"""

import argparse
import contextlib
import csv
import gzip
import io
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.scoring import ground

DEMO = ground.PROJECT / "demo" / "data" / "companies.csv.gz"
ROWS, ROUNDS = 10_000, 3
WRONG_EVERY = 100
BAR_S = 15.0
START_S, LONGEST_S = 240.0, 120_000
TITLES = (
    *("siren", "denomination", "forme_juridique", "date_creation", "adresse"),
    *("code_postal", "ville", "effectif", "chiffre_affaires", "resultat_net"),
    *("exercice", "capital", "code_naf", "dirigeant", "statut", "site_web"),
)
# What the product makes for itself, whoever runs the measure.
NOT_OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "REDIS_CACHE_URL")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@dataclass(frozen=True)
class Product:
    """As `tests.browser` has it, so that its steps serve here too."""

    address: str
    password: str


@dataclass(frozen=True)
class Round:
    upload_s: float
    trial_s: float
    run_s: float
    counts: tuple[int, ...]

    @property
    def seconds(self) -> float:
        return self.upload_s + self.trial_s + self.run_s


def measure(options: argparse.Namespace) -> ground.Part:
    rows = min(options.rows, ROWS)
    with product() as running, opened(running) as page, _folder() as folder:
        found = [
            _through(page, running, _file(folder, rows, number))
            for number in range(ROUNDS)
        ]
    wrong = [each.counts for each in found if not _adds_up(each, rows)]
    if wrong:
        raise AssertionError(f"the report does not add up to {rows}: {wrong}")
    seconds = statistics.median(each.seconds for each in found)
    told = [
        (f"{rows:,} rows × {len(TITLES)} columns, upload to report", f"{seconds:.1f} s")
    ]
    for name in ("upload_s", "trial_s", "run_s"):
        part = statistics.median(getattr(each, name) for each in found)
        told.append((f"… of which {name.removesuffix('_s')}", f"{part:.1f} s"))
    told.append(("new, changed, the same, refused", f"{found[-1].counts[1:]}"))
    return told, {"wizard_10k_s": ground.verdict(seconds, BAR_S, most=True)}


def _adds_up(found: Round, rows: int) -> bool:
    read, *parts = found.counts
    return read == rows == sum(parts) and parts[-1] == rows // WRONG_EVERY


def _through(page: Any, running: Product, path: Path) -> Round:
    began = time.monotonic()
    page.goto(f"{running.address}/imports/nouveau/")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Lire le fichier").click()
    page.wait_for_url("**/lecture/")
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/colonnes/")
    uploaded = time.monotonic()
    page.get_by_role("button", name="Essayer à blanc").click()
    go = page.get_by_role("button", name=re.compile("Importer .* lignes"))
    go.wait_for(timeout=LONGEST_S)
    tried = time.monotonic()
    go.click()
    page.wait_for_url("**/rapport/", timeout=LONGEST_S)
    texts = page.locator("main .figs b").all_inner_texts()
    ended = time.monotonic()
    counts = tuple(int(re.sub(r"\D", "", text)) for text in texts)
    return Round(uploaded - began, tried - uploaded, ended - tried, counts)


# The file


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _file(folder: Path, rows: int, number: int) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(TITLES)
    half = rows // 2
    known = islice(_known(), number * half, (number + 1) * half)
    new = islice(_new(), number * rows, number * rows + rows - half)
    for place, siren in enumerate([*known, *new], start=1):
        is_wrong = place % WRONG_EVERY == 0
        writer.writerow(_row(_wrong(siren) if is_wrong else siren, place))
    path = folder / f"cibles-{number}.csv"
    path.write_bytes(text.getvalue().encode("cp1252"))
    return path


def _row(siren: str, place: int) -> list[str]:
    return [
        *(siren, f"SOCIÉTÉ {siren}", "5710", "31/12/2004", f"{place} rue du Lac"),
        *("74000", "Annecy", str(place % 40), f"{place} 250,50 €", f"{place - 900}"),
        *("2024", "40 000", "25.62B", "Claire MARTIN", "à contacter"),
        f"societe-{place}.fr",
    ]


def _known() -> Iterator[str]:
    with gzip.open(DEMO, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield row["siren"]


def _new() -> Iterator[str]:
    """Right keys of numbers that nobody bears in the demonstration."""
    from mainsite.lib.siren import is_valid_siren

    taken = set(_known())
    for number in range(990_000_000, 1_000_000_000):
        siren = str(number)
        if is_valid_siren(siren) and siren not in taken:
            yield siren


def _wrong(siren: str) -> str:
    return siren[:-1] + str((int(siren[-1]) + 1) % 10)


# The product and its browser


@contextlib.contextmanager
def product() -> Iterator[Product]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        env = {k: v for k, v in os.environ.items() if k not in NOT_OURS}
        run = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "deploy.local.run"],
            cwd=ground.PROJECT,
            env={**env, "PORT": str(port), "VAR_DIR": str(var)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/readyz", run)
            welcome = (var / "welcome.txt").read_text(encoding="utf-8")
            password = re.findall(r"mot de passe « (\S+) »", welcome)[0]
            yield Product(address, password)
        finally:
            run.send_signal(signal.SIGINT)
            run.wait(timeout=60)


def _wait_for(address: str, run: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and run.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(address, timeout=5) as answer,  # noqa: S310
        ):
            if answer.status == 200:
                return
        time.sleep(0.3)
    raise TimeoutError(f"nothing answers at {address}")


@contextlib.contextmanager
def opened(running: Product) -> Iterator[Any]:
    """A page of someone signed in with both factors."""
    from playwright.sync_api import sync_playwright

    from conftest import find_chromium
    from tests.browser.steps import sign_in

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(FLAGS)
        )
        page = browser.new_context(locale="fr-FR").new_page()
        page.set_default_timeout(30_000)
        sign_in(page, running)  # type: ignore[no-untyped-call]
        yield page
        browser.close()
