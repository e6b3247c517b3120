"""``manage.py score`` reads JSON and prints scores, with no server behind it."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from scoring.tests.cases import CASE_A, CASE_C, CASE_E, CASE_G

AS_OF = "2026-11-22"
KEYS_V1 = [
    "siren",
    "ruleset",
    "preset",
    "score",
    "components",
    "penalty",
    "grade",
    "level",
    "priority",
]
KEYS_V2 = [*KEYS_V1, "sale_likelihood", "coverage", "state", "reasons"]


@pytest.fixture
def run(tmp_path, capsys):
    def run(text, **options):
        file = tmp_path / "companies.json"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        options = {"ruleset": "1.0", "as_of": AS_OF} | options
        args = [f"--{k.replace('_', '-')}={v}" for k, v in options.items()]
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("score", *args, str(file), stdout=out, stderr=err)
            failure = None
        except CommandError as error:
            failure = error
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
        refused = [json.loads(line) for line in err.getvalue().splitlines()]
        return lines, refused, failure

    return run


class TestScore:
    def test_prints_one_object_per_line_with_the_keys_of_the_ruleset(self, run):
        text = "\n".join(json.dumps(case) for case in (CASE_A, CASE_C, CASE_G))

        first, _, failure = run(text)
        second, _, _ = run(text, ruleset="2.0")

        assert failure is None
        assert [each["score"] for each in first] == [96.33, 54.20, 27.08]
        assert all(list(each) == KEYS_V1 for each in first)
        assert all(list(each) == KEYS_V2 for each in second)

    @pytest.mark.parametrize("indent", [None, 2])
    def test_reads_one_object_or_an_array(self, run, indent):
        alone, _, _ = run(json.dumps(CASE_E, indent=indent))
        listed, _, _ = run(json.dumps([CASE_E, CASE_A], indent=indent))

        assert alone[0] == listed[0]
        assert (alone[0]["score"], alone[0]["level"]) == (9.01, "Faible")

    def test_applies_the_preset(self, run):
        lines, _, _ = run(json.dumps(CASE_A), preset="strategic")

        assert (lines[0]["preset"], lines[0]["score"]) == ("strategic", 96.17)

    def test_says_not_evaluable_without_a_score(self, run):
        lines, _, _ = run(json.dumps(CASE_E), ruleset="2.0")

        assert lines[0]["score"] is None
        assert (lines[0]["state"], lines[0]["level"]) == (
            "non_evaluable",
            "Non évalué",
        )

    def test_refuses_the_bad_lines_and_scores_the_others(self, run):
        bad = json.dumps(CASE_A | {"revenue": "beaucoup"})
        text = "\n".join([bad, "", "{", json.dumps(CASE_A)])

        lines, refused, failure = run(text)

        assert [each["score"] for each in lines] == [96.33]
        assert [each["line"] for each in refused] == [1, 3]
        assert refused[0]["error"] == "revenue: 'beaucoup' is not a number"
        assert failure.returncode == 1

    def test_takes_an_empty_file_for_no_company(self, run):
        assert run("") == ([], [], None)

    def test_refuses_what_is_not_text(self, run):
        _, _, failure = run(b"\xff\xfe\x00")

        assert failure.returncode == 2

    def test_refuses_an_unknown_preset_or_file(self, run, tmp_path):
        _, _, failure = run("", preset="bold")
        assert failure.returncode == 2

        with pytest.raises(CommandError, match=r"none\.json"):
            call_command("score", str(tmp_path / "none.json"))


def test_needs_neither_database_nor_redis():
    nowhere = "127.0.0.1:1"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "mainsite.settings",
        "DATABASE_URL": f"postgres://nobody:nothing@{nowhere}/none",
        "REDIS_URL": f"redis://{nowhere}/0",
        "REDIS_CACHE_URL": f"redis://{nowhere}/1",
    }
    command = [sys.executable, "manage.py", "score", "--ruleset", "1.0"]

    done = subprocess.run(
        [*command, "--preset", "default", "--as-of", AS_OF, "-"],
        input=json.dumps(CASE_A),
        cwd=Path(settings.BASE_DIR),
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["score"] == 96.33
