"""What the pages on sign-in, limits and protection say is what the code does."""

import ast
import re
from pathlib import Path

from django.conf import settings

from accounts import passwords, second_factor, sessions, throttle
from companies.imports.reading import limits as reading
from tests.test_outbound_doors import imported, sources

DOCS = Path(settings.BASE_DIR, "docs")
CRYPTOGRAPHY = {"cryptography", "hashlib", "hmac", "random", "secrets", "ssl"}
DRAWS = {"uuid.uuid1", "uuid.uuid4"}


def cells(page):
    """Rows of the page's tables, without marks."""
    for line in (DOCS / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("| "):
            yield [cell.strip().strip("`") for cell in line.strip("| ").split(" | ")]


class TestSignIn:
    def test_limits_of_guessing(self):
        told = {row[0]: row[1:3] for row in cells("sign-in.md") if len(row) == 4}
        limits = [each for each in vars(throttle).values() if _is_limit(each)]

        assert len(limits) > 5
        for each in limits:
            assert told.get(each.name) == [str(each.count), str(each.period_s)]

    def test_lives_of_sessions(self):
        told = {row[0]: row[1] for row in cells("sign-in.md") if len(row) >= 2}

        assert int(told["idle"]) * 60 == settings.SESSION_IDLE_S
        assert int(told["at the longest"]) * 60 == settings.SESSION_ABSOLUTE_S
        half_way = int(told["between password and second factor"])
        assert half_way * 60 == sessions.HALF_WAY_S
        asked_again = told["both factors asked again before a serious act"]
        assert int(asked_again) * 60 == settings.CONFIRMATION_S

    def test_words_of_this_place(self):
        page = (DOCS / "sign-in.md").read_text(encoding="utf-8")
        told = page.partition("Words of this place:")[2].partition("\n\n")[0]
        ours = {"demo", "intelligence", "enrichissement", "fusions", "acquisitions"}

        assert set(re.findall(r"\*(\w+)\*", told)) == ours
        host = {"localhost"} | set(re.findall(r"[a-z]{4,}", settings.SITE_URL))
        assert passwords._words_around(None) <= ours | host


def _is_limit(value):
    return isinstance(value, throttle.Limit)


class TestLimits:
    told = property(lambda self: dict(r for r in cells("limits.md") if len(r) == 2))

    def test_work(self):
        for name, (most, period_s) in settings.RATE_LIMITS.items():
            assert (self.told[name], period_s) == (str(most), 3600)

    def test_files(self):
        assert self.told["bytes of a file"] == str(settings.UPLOAD_MAX_BYTES)
        assert {
            "bytes of a workbook unpacked": str(reading.MAX_UNPACKED),
            "unpacked for one packed": str(reading.MAX_RATIO),
            "parts of a workbook": str(reading.MAX_PARTS),
            "cells of a sheet": str(reading.MAX_CELLS),
            "rows": str(reading.MAX_ROWS),
            "columns": str(reading.MAX_COLUMNS),
            "bytes of a cell": str(reading.MAX_CELL),
        }.items() <= self.told.items()


def _does_cryptography(text):
    found = set(imported(text))
    return any(name.partition(".")[0] in CRYPTOGRAPHY for name in found) or any(
        name in DRAWS for name in found
    )


class TestProtection:
    def test_every_module_that_does_cryptography_is_told(self):
        page = (DOCS / "protection.md").read_text(encoding="utf-8")
        told = set(re.findall(r"`([\w/]+\.py)`", page))
        found = {
            str(path.relative_to(settings.BASE_DIR))
            for path, text in sources()
            if _does_cryptography(text)
        }

        assert len(found) > 20
        assert found - told == set()

    def test_every_module_that_is_told_is_there(self):
        page = (DOCS / "protection.md").read_text(encoding="utf-8")
        told = set(re.findall(r"`([\w/]+\.py)`", page))

        assert {
            each for each in told if not Path(settings.BASE_DIR, each).exists()
        } == (set())

    def test_no_weak_digest_is_a_secrets(self):
        weak = {
            str(path.relative_to(settings.BASE_DIR))
            for path, text in sources()
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Attribute | ast.Name | ast.alias)
            and getattr(node, "attr", getattr(node, "id", getattr(node, "name", "")))
            in {"md5", "sha1", "SHA1", "MD5", "ECB"}
        }

        assert weak == {"accounts/passwords.py"}

    def test_what_is_drawn_is_as_long_as_told(self):
        assert second_factor.SEED_BYTES * 8 == 160
