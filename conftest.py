"""What every test stands on: the closed network, the optional grounds, the counts.

Some grounds may be missing on a machine: ../shared (marker `shared`), a chromium
(`browser`), LibreOffice (`office`), MariaDB (`mariadb`). A test that needs one is
skipped without it, the last lines say how many ran, and TEST_SUMMARY=FILE has the same
counts for a program to judge.
"""

import gc
import ipaddress
import json
import os
import shutil
import socket
from collections import Counter
from pathlib import Path

import pytest
from django.utils import translation

SHARED = Path(__file__).resolve().parent.parent / "shared" / "data"
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Marker, name, and what is said where it is missing.
_GROUNDS = {
    "shared": ("../shared", "../shared absent"),
    "browser": ("navigateur", "aucun chromium trouvé"),
    "office": ("LibreOffice", "aucun LibreOffice trouvé"),
    "mariadb": ("MariaDB", "aucun MariaDB trouvé"),
}


def find_chromium() -> str | None:
    given = os.environ.get("CHROMIUM")
    names = (given, *_CHROMIUMS) if given else _CHROMIUMS
    return next((path for name in names if (path := shutil.which(name))), None)


def _is_there() -> dict[str, bool]:
    return {
        "shared": SHARED.is_dir(),
        "browser": find_chromium() is not None,
        "office": shutil.which("soffice") is not None,
        "mariadb": find_mariadb() is not None,
    }


def find_mariadb() -> str | None:
    return shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def pytest_collection_modifyitems(items):
    there = _is_there()
    for item in items:
        for ground in _GROUNDS:
            if item.get_closest_marker(ground) is None:
                continue
            # Properties travel from xdist's workers with the reports; markers do not.
            item.user_properties.append(("ground", ground))
            if not there[ground]:
                item.add_marker(pytest.mark.skip(reason=_GROUNDS[ground][1]))
    items[:] = _long_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


# Those of minutes, the longest before the others; whoever counts the seconds until a
# page is back begins later than what takes all processors.
_LONGEST = (
    "tests/test_enrichment_faults.py",
    "tests/browser/",
    "mainsite/lib/tests/test_limiter_faults.py",
    "tests/test_page_faults.py",
    "tests/test_database_restart.py",
    "tests/test_history_migrations.py",
)


def _long_first(items: list, processes: int) -> list:
    """Each process begins with its part of the files that take minutes.

    xdist gives each of them as many neighbours, and the end of what is left of somebody
    else's to whoever is done: what is long and comes late is waited for.
    """
    long: dict = {}
    for item in items:
        place = _place_among_the_longest(item)
        if place is not None:
            # The browser's share one product: they stay together.
            one = "" if place < len(_LONGEST) else item.path.name
            long.setdefault((place, one), []).append(item)
    others = [item for item in items if _place_among_the_longest(item) is None]
    hands: list[list] = [[] for _ in range(processes)]
    for turn, file in enumerate(sorted(long)):
        lap, place = divmod(turn, processes)
        # There and back: who had the longest gets the shortest of the next lap.
        hands[place if lap % 2 == 0 else -1 - place] += long[file]
    dealt, left = [], len(items)
    for number, hand in enumerate(hands):
        share = left // (processes - number)
        left -= share
        rest = max(0, share - len(hand))
        dealt += hand + others[:rest]
        del others[:rest]
    return dealt + others


def _place_among_the_longest(item) -> int | None:
    for place, start in enumerate(_LONGEST):
        if item.nodeid.startswith(start):
            return place
    return None if item.get_closest_marker("faults") is None else len(_LONGEST)


def pytest_collection_finish():
    # Thousands of tests stay to the end: each full collection would look through them.
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    counts = _count(terminalreporter.stats)
    terminalreporter.section("ce qui dépend de la machine")
    for ground, (name, absent) in _GROUNDS.items():
        played, skipped = counts[ground, "played"], counts[ground, "skipped"]
        if skipped:
            terminalreporter.write_line(f"{absent} : {skipped} tests sautés")
        if played or not skipped:
            terminalreporter.write_line(f"{name} : {played} tests joués")
    if target := os.environ.get("TEST_SUMMARY"):
        summary = {
            ground: {how: counts[ground, how] for how in ("played", "skipped")}
            for ground in _GROUNDS
        }
        Path(target).write_text(json.dumps(summary), encoding="utf-8")


def _count(stats) -> Counter:
    """By ground, the tests that were played (whatever came of them) and skipped."""
    seen = {}
    # Under "" are the setups and teardowns that went well: not what came of a test.
    for category in stats.keys() - {""}:
        for report in stats[category]:
            for key, ground in getattr(report, "user_properties", ()):
                if key == "ground":
                    skipped = category == "skipped"
                    seen[ground, report.nodeid] = "skipped" if skipped else "played"
    return Counter((ground, how) for (ground, _), how in seen.items())


@pytest.fixture
def shared_data() -> Path:
    """../shared/data, for the tests marked `shared`."""
    if not SHARED.is_dir():
        pytest.skip("../shared absent")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program to give Playwright as `executable_path`."""
    found = find_chromium()
    if found is None:
        pytest.skip("aucun chromium trouvé")
    return found


class NetworkBlockedError(RuntimeError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True, scope="session")
def closed_network():
    """Only loopback and Unix sockets: a test never depends on, or disturbs, anybody."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(method):
        def call(self, address):
            if self.family != socket.AF_UNIX and not _is_loopback(address[0]):
                raise NetworkBlockedError(f"{address[0]} is outside of this machine")
            return method(self, address)

        return call

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded(connect))
    patch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
    yield
    patch.undo()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("", "localhost")


# The people and the ground of the product's tests.

pytest_plugins = ["accounts.tests.people"]


@pytest.fixture(scope="session")
def one_migration(tmp_path_factory):
    """Each process would spend ten seconds on the same migrations."""
    from tests.one_migration import OneMigration

    is_one_of_many = "PYTEST_XDIST_WORKER" in os.environ
    folder = tmp_path_factory.getbasetemp().parent if is_one_of_many else None
    made = OneMigration(folder)
    yield made
    made.forget()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, one_migration
):
    """The owner makes and migrates the databases, as in production."""
    from django.db import connection

    _connect_as(os.environ["DATABASE_OWNER_URL"])
    connection.settings_dict["TEST"]["TEMPLATE"] = one_migration.begin()


@pytest.fixture(scope="session")
def django_db_setup(one_migration, django_db_setup, django_db_blocker):
    """From here on, tests speak as the application's role and no more may do.

    Emptying the tables between transactional tests is granted here only; the audit
    trail is not Django's to empty and stays refused.
    """
    from django.apps import apps
    from django.db import connection

    from tests.flush import delete_instead_of_truncating

    with django_db_blocker.unblock():
        connection.close()
        one_migration.end(connection.settings_dict["NAME"])
        role = connection.ops.quote_name(_role_of(os.environ["DATABASE_URL"]))
        with connection.cursor() as cursor:
            for model in apps.get_models(include_auto_created=True):
                if model._meta.managed and not model._meta.proxy:
                    table = connection.ops.quote_name(model._meta.db_table)
                    cursor.execute(f"GRANT TRUNCATE ON {table} TO {role}")
        connection.close()
        _connect_as(os.environ["DATABASE_URL"])
        _keep_what_migrations_wrote(connection)
        delete_instead_of_truncating()
    yield
    connection.close()
    _connect_as(os.environ["DATABASE_OWNER_URL"])


@pytest.fixture(autouse=True)
def trail_emptied(request):
    """A test that commits leaves the trail as it found it."""
    marker = request.node.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction"))
    yield
    if commits or "transactional_db" in request.fixturenames:
        from tests.trail_emptied import empty

        empty()


# Their rows come with the migrations: every later test would miss them.
SHIPPED = {
    "auth_permission",
    "django_content_type",
    "enrichment_provider",
    "enrichment_providerprice",
    "flags_flagstate",
    "scoring_hybrid",
    "scoring_ruleset",
    "scoring_weightpreset",
}


def _keep_what_migrations_wrote(connection) -> None:
    """What a transactional test empties leaves these tables alone.

    So one row is to be written after it; Django would ask for each of their rows again.
    """
    from django.core.management.commands import flush

    from accounts.edits import unnoticed
    from enrichment.money_rows import ensure_default_budget

    def write_anew(*_, **__):
        with unnoticed():
            ensure_default_budget()

    flush.emit_post_migrate_signal = write_anew  # type: ignore[attr-defined]
    introspection = connection.introspection
    names = introspection.django_table_names
    introspection.django_table_names = lambda **options: [
        name for name in names(**options) if name not in SHIPPED
    ]


def _connect_as(url: str) -> None:
    import environ
    from django.db import connection

    given = environ.Env.db_url_config(url)
    for key in ("USER", "PASSWORD"):
        connection.settings_dict[key] = given[key]


def _role_of(url: str) -> str:
    import environ

    return environ.Env.db_url_config(url)["USER"]


@pytest.fixture(autouse=True)
def french_again():
    """The language of a test's last request is not the next test's."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def empty_queues_and_cache(request):
    """Keys of a test do not outlive it; nobody needs Redis to test a pure function."""
    yield
    asked = {"db", "transactional_db", "client"} & set(request.fixturenames)
    if asked or request.node.get_closest_marker("django_db"):
        from django.core.cache import cache

        from mainsite.lib.cache import forget_local, levels

        cache.clear()
        forget_local()
        levels.counting.reset()
