"""What goes wrong with Airtable: nothing is lost, and nothing is there twice."""

import logging
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from exports.airtable_sandbox.app import Token
from exports.delivering import DeliveryRefused, airtable, airtable_api
from exports.delivering.airtable_api import Place
from exports.tests.delivering.airtable_rows import (
    KINDS,
    ROWS,
    TABLE,
    TOKEN,
    company,
    deliver,
    job_of,
    sirens,
)


class TestFaults:
    @pytest.mark.parametrize(
        "fault", ["drop", "500", "503", "truncated", "garbage", "429"]
    )
    @pytest.mark.parametrize("kind", ["read", "write", "schema"])
    def test_a_lost_answer_is_asked_again_without_a_duplicate(
        self, sandbox, table, place, kind, fault, monkeypatch
    ):
        monkeypatch.setattr(airtable_api, "backoff_s", lambda *_, **__: 0.01)
        sandbox.faults.post([f"{kind}:{fault}"])

        told = deliver(job_of(ROWS), place)

        assert told["created"] == 25
        assert sirens(table) == [row["SIREN"] for row in ROWS]
        assert [each.name for each in table.fields] == list(KINDS)

    def test_a_listing_that_airtable_forgot_is_begun_again(self, sandbox, table, place):
        rows = [company(number) for number in range(150)]
        deliver(job_of(rows), place)
        sandbox.log.clear()
        sandbox.faults.post(["read:iterator"])

        told = deliver(job_of(rows), place)

        assert told["left"] == 150
        assert sandbox.count("write") == 0

    def test_a_pause_that_was_asked_for_is_kept_by_all(
        self, sandbox, place, monkeypatch
    ):
        monkeypatch.setattr(airtable_api, "PAUSE_S", 0.5)
        sandbox.limit.penalty_s = 0.4
        sandbox.faults.post(["write:429"])

        told = deliver(job_of([company(number) for number in range(200)]), place)

        assert told["created"] == 200

        # Those that were under way with it; after the pause, not one more.
        refused = sum(each.status == 429 for each in sandbox.log)
        assert 1 <= refused <= airtable_api.UNDER_WAY
        assert sandbox.log[-1].status == 200

    def test_silence_is_said_after_some_patience(self, place, monkeypatch):
        monkeypatch.setattr(airtable_api, "PATIENCE_S", 0.2)
        gone = Place(
            url="http://127.0.0.1:9", base=place.base, table="Cibles", token=TOKEN
        )

        with pytest.raises(DeliveryRefused, match="ne répond pas") as refused:
            deliver(job_of(ROWS), gone)
        assert refused.value.is_passing

    @pytest.mark.parametrize(
        ("token", "words"),
        [
            (None, "ne reconnaît pas le jeton"),
            (Token(bases=()), "n’a pas le droit"),
            (
                Token(frozenset({"data.records:read", "schema.bases:read"})),
                "champ SIREN|droit",
            ),
        ],
    )
    def test_a_token_without_the_right_is_said_in_words(
        self, sandbox, place, token, words
    ):
        sandbox.tokens.clear()
        if token:
            sandbox.tokens[TOKEN] = token

        with pytest.raises(DeliveryRefused, match=words):
            deliver(job_of(ROWS), place)

    def test_a_base_that_is_not_one_is_said_in_words(self, place):
        other = Place(url=place.url, base="base", table="Cibles", token=TOKEN)
        with pytest.raises(DeliveryRefused, match="ne trouve pas"):
            deliver(job_of(ROWS), other)

    def test_a_table_that_is_gone_is_said_in_words(self, place):
        other = Place(url=place.url, base=place.base, table="Autre", token=TOKEN)
        with pytest.raises(DeliveryRefused, match="table déclarée"):
            deliver(job_of(ROWS), other)

    def test_a_siren_that_is_a_number_is_refused_before_anything(
        self, sandbox, base, place
    ):
        wrong = base.add_table("Nombres")
        wrong.add_field(
            {"name": "SIREN", "type": "number", "options": {"precision": 0}}
        )
        other = Place(url=place.url, base=place.base, table="Nombres", token=TOKEN)

        with pytest.raises(DeliveryRefused, match="zéros"):
            deliver(job_of(ROWS), other)
        assert sandbox.count("write") == 0

    def test_lines_that_are_all_refused_end_it_soon(self, sandbox, table, place):
        table.add_field({"name": "Lien_Pappers", "type": "url"})
        rows = [company(n, Lien_Pappers="x" * 99_999) for n in range(600)]
        table.field("Lien_Pappers").cell = table.force_field(
            "Calculé", "formula", {}
        ).cell

        with pytest.raises(DeliveryRefused, match="a refusé les lignes"):
            deliver(job_of(rows), place)
        assert sandbox.count("write") < 200

    def test_the_token_is_in_no_log_and_no_sentence(
        self, sandbox, place, caplog, monkeypatch
    ):
        monkeypatch.setattr(airtable_api, "backoff_s", lambda *_, **__: 0.01)
        sandbox.faults.post(["any:500", "any:drop", "any:garbage"])
        with caplog.at_level(logging.DEBUG):
            deliver(job_of(ROWS), place)
        sandbox.tokens.clear()
        with caplog.at_level(logging.DEBUG), pytest.raises(DeliveryRefused) as refused:
            deliver(job_of(ROWS), place)

        assert "patSecret" not in caplog.text + str(refused.value) + repr(place)
        assert "FONDERIE" not in caplog.text


class TestAfterAKill:
    def test_an_interrupted_delivery_goes_on_without_a_duplicate(
        self, sandbox, table, place
    ):
        count = 200
        sandbox.latency_s = 0.1
        job = job_of([company(number) for number in range(count)])
        # As a worker does its job: in a child of a process that is set up.
        child = os.fork()
        if child == 0:
            deliver(job, place)
            os._exit(0)
        until = time.monotonic() + 20
        while len(table.records) < 50 and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        written = len(table.records)
        assert 50 <= written < count

        sandbox.latency_s = 0.0
        told = deliver(job, place)

        assert told["left"] + told["updated"] >= written
        assert sirens(table) == [f"{number:09d}" for number in range(count)]


class TestCheck:
    def test_says_what_answered(self, place, table):
        assert "table « Cibles », 1 champs" in airtable.check(place)
        table.fields.clear()
        assert "pas encore de champ SIREN" in airtable.check(place)


class TestPace:
    def test_two_deliveries_at_once_stay_inside_five_a_second(
        self, sandbox, table, base, place, monkeypatch
    ):
        """The limit is of the base: whoever asks, and one too many costs a pause."""
        monkeypatch.setattr(airtable_api, "PER_S", 5.0)
        sandbox.limit.per_s = 5
        sandbox.limit.penalty_s = 30.0
        for column in TABLE.columns[1:]:
            table.add_field(airtable.wish(column))
        rows = [company(number) for number in range(80)]

        with ThreadPoolExecutor(2) as pool:
            halves = [job_of(rows[:40]), job_of(rows[40:])]
            told = list(pool.map(lambda job: deliver(job, place), halves))

        assert sum(each["created"] for each in told) == 80
        assert {each.status for each in sandbox.log} == {200}
