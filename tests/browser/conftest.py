"""The whole product as bin/run starts it, on a clean database, and a real browser."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.steps import sign_in

PROJECT = Path(__file__).resolve().parents[2]
START_S = 120
# What bin/test gives its own suite; the product makes its own here.
NOT_OURS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "REDIS_CACHE_URL",
    "DJANGO_SETTINGS_MODULE",
    "SECRET_KEY",
    "FIELD_KEY",
    "PEPPER",
    "SANDBOX_URL",
)
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Product:
    address: str
    var: Path

    @property
    def welcome(self) -> str:
        return (self.var / "welcome.txt").read_text(encoding="utf-8")

    @property
    def password(self) -> str:
        return re.findall(r"mot de passe « (\S+) »", self.welcome)[0]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="package")
def product(tmp_path_factory):
    var = tmp_path_factory.mktemp("product")
    port = free_port()
    env = {key: value for key, value in os.environ.items() if key not in NOT_OURS}
    log = (var / "run.log").open("wb")
    run = subprocess.Popen(
        [sys.executable, "-m", "deploy.local.run"],
        cwd=PROJECT,
        env={**env, "PORT": str(port), "VAR_DIR": str(var)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/readyz", run, var)
        yield Product(address, var)
    finally:
        run.send_signal(signal.SIGINT)
        run.wait(timeout=60)
        log.close()


def wait_for(address, run, var):
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert run.poll() is None, (var / "run.log").read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    raise AssertionError((var / "run.log").read_text(encoding="utf-8"))


@pytest.fixture
def browser(chromium):
    """For one test: Playwright's loop would stand in the way of the next ones."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium, args=list(CHROMIUM_FLAGS)
        )
        yield started
        started.close()


@pytest.fixture
def page(browser):
    """A French page; what the policy refuses or the script breaks fails the test."""
    context = browser.new_context(
        locale="fr-FR",
        viewport={"width": 1440, "height": 1000},
        accept_downloads=True,
    )
    context.set_default_timeout(15_000)
    opened = context.new_page()
    complaints = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" else None,
    )
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def signed_in_cookies(browser, product):
    """Of a colleague who came in as everybody does."""
    context = browser.new_context(locale="fr-FR")
    sign_in(context.new_page(), product, email="collegue@demo.example")
    cookies = context.cookies()
    context.close()
    return cookies
