"""What we are made of is listed whole, and an audit that was not made never passes."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta

import pytest
from django.conf import settings

from deploy.local.environment import fresh_secrets
from deploy.supply import audit, findings, materials

TODAY = date(2026, 11, 23)
FLAW = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.0"]}


def package(name, *flaws):
    return {"name": name, "version": "1.0", "vulns": list(flaws)}


def skipped(name):
    return {"name": name, "skip_reason": "not found on PyPI"}


def answer(*packages):
    return json.dumps({"dependencies": list(packages)})


class TestTheAudit:
    def test_tells_of_a_known_flaw_and_of_the_version_without(self):
        verdict = audit.judge(answer(package("a", FLAW), package("b")), today=TODAY)

        assert verdict.audited == 2
        assert verdict.vulnerable == ("a 1.0 : PYSEC-1 (2.0)",)

    @pytest.mark.parametrize(("days", "count"), [(0, 0), (-1, 1)])
    def test_accepts_one_by_any_of_its_names_until_a_day(
        self, monkeypatch, days, count
    ):
        until = TODAY + timedelta(days=days)
        monkeypatch.setattr(audit, "ACCEPTED", {"CVE-1": (until, "not reached")})

        assert (
            len(audit.judge(answer(package("a", FLAW)), today=TODAY).vulnerable)
            == count
        )

    @pytest.mark.parametrize(
        "answers",
        [
            {"pypi": "", "osv": ""},
            {"pypi": answer(skipped("a"), skipped("b")), "osv": ""},
            {"pypi": answer(package("a"), skipped("b")), "osv": answer(skipped("a"))},
        ],
    )
    def test_is_not_made_where_a_package_is_unknown(self, monkeypatch, capsys, answers):
        monkeypatch.setattr(audit, "_asked", answers.get)

        assert audit.main() == audit.NOT_MADE
        assert "NON FAIT" in capsys.readouterr().err

    def test_is_made_by_the_second_when_the_first_is_away(self, monkeypatch, capsys):
        answers = {"pypi": answer(skipped("a")), "osv": answer(package("a"))}
        monkeypatch.setattr(audit, "_asked", answers.get)

        assert audit.main() == audit.CLEAN
        assert "1 paquets comparés" in capsys.readouterr().out

    def test_fails_on_a_flaw_even_when_others_are_unknown(self, monkeypatch):
        answers = {"pypi": answer(package("a", FLAW), skipped("b")), "osv": ""}
        monkeypatch.setattr(audit, "_asked", answers.get)

        assert audit.main() == audit.VULNERABLE


class TestTheBillOfMaterials:
    def test_lists_what_is_locked_and_what_is_vendored(self, tmp_path, monkeypatch):
        """The whole lists are made by bin/lint."""
        bills = {"run": ("requirements-embedded.txt",)}
        monkeypatch.setattr(materials, "BILLS", bills)
        monkeypatch.setattr(sys, "argv", ["materials", str(tmp_path)])

        assert materials.main() == 0
        assert materials.listed(tmp_path / "run.cdx.json") == {
            *materials.locked(bills["run"]),
            ("bootstrap", "5.3.9"),
            ("htmx-org", "2.0.10"),
            ("@phosphor-icons/core", "2.1.1"),
            ("@fontsource-variable/newsreader", "5.3.0"),
            ("@fontsource-variable/source-sans-3", "5.3.0"),
        }

    def test_reads_every_line_of_the_lock_files(self):
        names = {name for name, _version in materials.locked(("requirements.txt",))}

        assert {"django", "psycopg", "redis", "cryptography"} <= names

    def test_says_what_it_lacks(self, tmp_path, monkeypatch, capsys):
        monkeypatch.setattr(
            materials, "_of", lambda file: {"components": [], "dependencies": []}
        )
        monkeypatch.setattr(sys, "argv", ["materials", str(tmp_path)])

        assert materials.main() == 1
        assert "Absent de run.cdx.json : django 5.2" in capsys.readouterr().err


class TestFindings:
    def make(self, statement, rule="B608", path="companies/views.py"):
        return findings.Finding(rule, path, 3, "…", statement)

    def test_are_explained_at_their_line_by_the_same_rule(self):
        assert self.make('f"SELECT {x}"  # noqa: S608').is_explained_there
        assert not self.make('f"SELECT {x}"  # noqa: S603').is_explained_there
        assert not self.make('f"SELECT {x}"').is_explained_there

    def test_that_nobody_explained_fail(self, monkeypatch, capsys):
        monkeypatch.setattr(findings, "_findings", lambda: [self.make("x")])
        monkeypatch.setattr(findings, "EXPLAINED", {})

        assert findings.main() == 1
        assert "companies/views.py:3 B608" in capsys.readouterr().err

    def test_an_explanation_that_explains_nothing_fails(self, monkeypatch, capsys):
        monkeypatch.setattr(findings, "_findings", list)
        monkeypatch.setattr(findings, "EXPLAINED", {("B404", ""): "…"})

        assert findings.main() == 1
        assert "n’explique plus rien" in capsys.readouterr().err


def test_a_production_has_nothing_to_be_told_by_check_deploy():
    kept = {
        name: os.environ[name]
        for name in ("PATH", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=settings.BASE_DIR,
        env={
            **kept,
            **fresh_secrets(),
            "REDIS_CACHE_URL": os.environ["REDIS_CACHE_URL"],
            "ALLOWED_HOSTS": "ma.example.org",
            "CSRF_TRUSTED_ORIGINS": "https://ma.example.org",
            "BEHIND_TLS_PROXY": "1",
            "TRUSTED_PROXIES": "10.0.0.0/8",
            "PROVIDERS": "live",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
