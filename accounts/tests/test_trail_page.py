"""The trail at its door: who reads it, how it is narrowed, what is taken away."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import audit, trail_search
from accounts.choices import Action, AuditWord, Role, audit_words
from accounts.models import AuditEntry
from accounts.tests.people import make_user, verified_client
from accounts.trail_search import Cursor, Wish
from mainsite.lib import logs

PAGE = "/compte/audit/"
FILE = "/compte/audit/fichier/"

pytestmark = pytest.mark.django_db


def write(*, days=0, **given):
    fields = {"action": "sign_in", "resource": "", "details": {}} | given
    return AuditEntry.objects.create(at=timezone.now() - timedelta(days=days), **fields)


def shown(answer):
    return [(line.action, line.resource) for line in answer.context["lines"]]


def rows_of(answer):
    text = answer.getvalue().decode().removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


class TestWhoReads:
    def test_ops_read_everybody_with_where_from(self, ops_client, stranger):
        write(actor=stranger, address="192.0.2.7", agent="Firefox/140 Windows")

        page = ops_client.get(PAGE, {"qui": stranger.pk})

        assert stranger.full_name in page.text
        assert "192.0.2.7" in page.text
        assert "Firefox, Windows" in page.text

    def test_a_manager_reads_their_own_desk_and_no_address(
        self, manager_client, analyst, stranger
    ):
        write(actor=analyst, resource="note:1", address="192.0.2.7")
        write(actor=stranger, resource="note:2")
        write(resource="note:3")

        page = manager_client.get(PAGE)

        resources = [resource for _, resource in shown(page)]
        assert "note:1" in resources
        assert not {"note:2", "note:3"} & set(resources)
        assert "192.0.2.7" not in page.text
        assert page.context["count"] == len(resources)

    def test_a_manager_asks_for_nobody_else(self, manager_client, stranger):
        write(actor=stranger, resource="note:2", address="192.0.2.7")

        by_name = manager_client.get(PAGE, {"qui": stranger.pk})
        by_address = manager_client.get(PAGE, {"adresse": "192.0.2.7"})

        assert by_name.status_code == 422
        assert "note:2" not in by_name.text + by_address.text

    def test_a_manager_of_an_empty_desk_reads_their_own(self, db):
        lonely = make_user(role=Role.MANAGER)
        write(resource="note:4")

        assert shown(verified_client(lonely).get(PAGE)) == []

    @pytest.mark.parametrize("person", ["analyst_client", "reader_client"])
    def test_nobody_else_does(self, person, request):
        client = request.getfixturevalue(person)

        assert client.get(PAGE).status_code == 403
        assert client.post(FILE).status_code == 403


class TestFilters:
    @pytest.fixture
    def entries(self, analyst, stranger):
        token = logs.request_id.set("abc123")
        audit.record(actor=analyst, action=Action.SIGNED_IN, resource="user:1")
        logs.request_id.reset(token)
        write(actor=stranger, action="sign_out", resource="company:732829320")
        write(action="old", days=45)
        write(address="2001:db8::7", action="from afar")

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"action": "sign_out"}, ["sign_out"]),
            ({"ressource": "732 829 320"}, ["sign_out"]),
            ({"ressource": "user:1"}, ["sign_in"]),
            ({"reference": "abc123"}, ["sign_in"]),
            ({"adresse": "2001:db8:0::7"}, ["from afar"]),
            ({"action": "sign_out", "ressource": "user:1"}, []),
        ],
    )
    def test_narrow(self, ops_client, entries, asked, found):
        assert [action for action, _ in shown(ops_client.get(PAGE, asked))] == found

    def test_the_usual_period_is_thirty_days(self, ops_client, entries):
        actions = [action for action, _ in shown(ops_client.get(PAGE))]
        since = (timezone.localdate() - timedelta(days=45)).isoformat()
        longer = shown(ops_client.get(PAGE, {"du": since}))

        assert "old" not in actions
        assert "old" in [action for action, _ in longer]

    @pytest.mark.parametrize(
        "asked",
        [
            {"du": "2026-02-30"},
            {"du": "2026-03-02", "au": "2026-03-01"},
            {"qui": "999999999999999999999999"},
            {"action": "DROP TABLE"},
            {"ressource": "x" * 201},
            {"ressource": "a\x00b"},
            {"adresse": "not-an-ip"},
            {"reference": "'; --"},
        ],
    )
    def test_what_is_wrong_is_said(self, ops_client, asked):
        page = ops_client.get(PAGE, asked)

        assert page.status_code == 422
        assert "errorlist" in page.text

    @pytest.mark.parametrize(
        "cursor", ["x", "_", "2026-01-01_1", "2026-01-01T00:00:00+00:00_-4", "é_²"]
    )
    def test_a_cursor_that_is_not_ours_is_the_first_page(self, ops_client, cursor):
        assert ops_client.get(PAGE, {"suite": cursor}).context["is_first"]


class TestPages:
    def test_meet_without_a_gap_even_at_one_moment(self, ops_client):
        at = timezone.now() - timedelta(minutes=1)
        for number in range(120):
            AuditEntry.objects.create(
                at=at, action="same", details={}, resource=f"n:{number}"
            )
        asked, seen = {"ressource": "", "action": ""}, []
        while True:
            page = ops_client.get(PAGE, asked)
            seen += [resource for action, resource in shown(page) if action == "same"]
            if page.context["next"] is None:
                break
            asked = {"suite": str(page.context["next"])}

        assert len(seen) == len(set(seen)) == 120

    def test_a_count_stops_and_says_so(self, ops_client, monkeypatch):
        monkeypatch.setattr(trail_search, "COUNTED", 3)
        for _ in range(5):
            write()

        page = ops_client.get(PAGE)

        assert page.context["count"] == 3
        assert "Plus de 3" in page.text

    def test_two_filters_look_through_so_many_then_offer_to_go_on(
        self, ops_client, analyst, monkeypatch
    ):
        monkeypatch.setattr(trail_search, "SCANNED", 5)
        write(actor=analyst, action="sign_out", days=3)
        for _ in range(10):
            write(actor=analyst, action="sign_in", days=1)
        asked = {"qui": analyst.pk, "action": "sign_out"}
        page, hops = ops_client.get(PAGE, asked), 0
        while not page.context["lines"] and hops < 5:
            assert page.context["floor"]
            page, hops = (
                ops_client.get(PAGE, {**asked, "suite": str(page.context["next"])}),
                hops + 1,
            )

        assert [action for action, _ in shown(page)] == ["sign_out"]
        assert hops >= 1


class TestLines:
    def test_tell_before_and_after(self, ops_client, analyst):
        write(actor=analyst, action="status_set", details={"before": "a", "after": "b"})
        changes = {"model": "accounts.user", "changes": {"role": ["analyst", "ops"]}}
        write(actor=analyst, action="user_changed", details=changes)

        page = ops_client.get(PAGE, {"qui": analyst.pk}).text

        assert "<del>a</del> → <ins>b</ins>" in page
        assert (
            "<small>rôle</small> <del>analyste</del> → <ins>exploitation</ins>" in page
        )

    def test_read_in_french(self, ops_client, analyst):
        write(actor=analyst, action="sign_in_refused")

        page = ops_client.get(PAGE, {"qui": analyst.pk})

        assert page.context["lines"][0].what == "connexion refusée"

    def test_name_an_account_that_is_gone_by_its_number(self, ops_client):
        gone = make_user()
        number = gone.pk
        write(actor_id=number)
        gone.delete()

        assert f"compte n° {number}" in ops_client.get(PAGE).text

    def test_escape_what_they_hold(self, ops_client):
        write(details={"name": "<script>alert(1)</script>"})

        assert "<script>alert" not in ops_client.get(PAGE).text

    def test_no_two_apps_use_the_same_word(self):
        every = [code for words in AuditWord.__subclasses__() for code in words.values]

        assert len(every) == len(set(every)) == len(audit_words())


class TestTheReaderIsTraced:
    def test_opening_the_page_leaves_a_line(self, ops_client, ops):
        ops_client.get(PAGE, {"adresse": "192.0.2.7", "action": "sign_in"})

        entry = AuditEntry.objects.latest("pk")
        assert (entry.actor, entry.action) == (ops, "audit.read")
        assert entry.details["filters"] == ["action", "address"]
        assert "192.0.2.7" not in str(entry.details)

    def test_taking_the_file_leaves_another(self, ops_client, ops, analyst):
        ops_client.post(f"{FILE}?qui={analyst.pk}")

        entry = AuditEntry.objects.latest("pk")
        assert (entry.actor, entry.action) == (ops, "audit.export")
        assert entry.resource == f"user:{analyst.pk}"


class TestTheFile:
    def test_holds_what_the_page_shows_and_runs_nothing(self, ops_client, analyst):
        write(actor=analyst, resource="=1+1", agent="@SUM(A1)", address="192.0.2.7")

        answer = ops_client.post(f"{FILE}?qui={analyst.pk}")

        titles, line = rows_of(answer)
        told = dict(zip(titles, line, strict=True))
        assert told["Quoi"] == "connexion"
        assert told["Sur quoi"] == "'=1+1"
        assert told["Navigateur"] == "'@SUM(A1)"
        assert told["Adresse IP"] == "192.0.2.7"
        today = timezone.localdate().isoformat()
        assert today in answer["Content-Disposition"]

    def test_goes_on_past_one_batch(self, ops_client, analyst, monkeypatch):
        monkeypatch.setattr(trail_search, "_BATCH", 3)
        for number in range(10):
            write(actor=analyst, resource=f"n:{number}")

        _titles, *lines = rows_of(ops_client.post(f"{FILE}?qui={analyst.pk}"))

        assert [line[5] for line in lines] == [f"n:{n}" for n in range(9, -1, -1)]

    def test_says_in_itself_that_it_was_cut(self, ops_client, analyst, monkeypatch):
        monkeypatch.setattr("accounts.trail_file.MOST", 4)
        for _ in range(6):
            write(actor=analyst)

        _titles, *lines = rows_of(ops_client.post(f"{FILE}?qui={analyst.pk}"))

        assert len(lines) == 5
        assert "Coupé à 4 lignes" in lines[-1][0]

    def test_of_a_manager_holds_no_address(self, manager_client, analyst):
        write(actor=analyst, address="192.0.2.7")

        answer = manager_client.post(FILE)

        assert b"192.0.2.7" not in answer.getvalue()

    def test_counts_as_an_export(self, ops_client, settings):
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"export": (1, 3600)}
        settings.RATE_LIMIT_SCALE = 1.0

        assert ops_client.post(FILE).status_code == 200
        assert ops_client.post(FILE).status_code == 429


def test_a_wish_looks_first_through_what_fewest_have():
    wish = Wish(
        since=timezone.now(),
        until=timezone.now(),
        action="a",
        actor_id=1,
        request_id="r",
    )
    assert list(wish.given) == ["request_id", "actor_id", "action"]


def test_a_cursor_reads_back(db):
    entry = write()
    assert Cursor.read(str(Cursor.of(entry))) == Cursor.of(entry)
