"""The list of open sessions: recognised by their owner, closed one by one."""

import pytest

from accounts import agents
from accounts.models import AuditEntry, Session
from accounts.tests.people import password_only_client, verified_client

SECURITY = "/compte/securite/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko Firefox/145.0"


@pytest.fixture
def two(analyst):
    return verified_client(analyst), verified_client(analyst)


def row_of(client):
    return Session.objects.get(session_key=client.session.session_key)


def closing(session):
    return f"{SECURITY}sessions/{session.public_id}/fermer/"


class TestOpenSessions:
    def test_are_listed_with_the_present_one_named(self, two):
        page = two[0].get(SECURITY)

        assert len(page.context["sessions"]) == 2
        assert page.text.count("celle-ci") == 1
        assert closing(row_of(two[1])) in page.text

    def test_are_closed_one_at_a_time(self, two, analyst):
        here, there = two
        other = row_of(there)

        answer = here.post(closing(other), follow=True)

        assert "Session fermée" in answer.text
        assert there.get(SECURITY).status_code == 302
        assert here.get(SECURITY).status_code == 200
        entry = AuditEntry.objects.latest("pk")
        assert (entry.action, entry.actor) == ("session_closed", analyst)

    def test_of_somebody_else_are_not_there(self, two, stranger_client):
        answer = stranger_client.post(closing(row_of(two[0])))

        assert answer.status_code == 404
        assert two[0].get(SECURITY).status_code == 200

    def test_are_gone_from_the_list_when_the_others_are_closed(self, two):
        two[0].post(f"{SECURITY}sessions/")

        assert len(two[0].get(SECURITY).context["sessions"]) == 1

    def test_idle_ones_are_not_listed(self, two, clock):
        clock.shift(45 * 60)
        two[0].get("/")
        clock.shift(30 * 60)

        assert len(two[0].get(SECURITY).context["sessions"]) == 1

    def test_half_way_ones_are_not_listed(self, analyst_client, analyst):
        password_only_client(analyst)

        assert len(analyst_client.get(SECURITY).context["sessions"]) == 1


class TestAgents:
    @pytest.mark.parametrize(
        ("agent", "words"),
        [
            (FIREFOX, "Firefox, Windows"),
            ("Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1", "Safari, iPhone"),
            ("Mozilla/5.0 (X11; Linux) Chrome/140 Safari/537 Edg/140", "Edge, Linux"),
            ("<script>", "navigateur inconnu"),
            ("", "navigateur inconnu"),
        ],
    )
    def test_are_told_in_words_of_ours(self, agent, words):
        assert agents.in_words(agent) == words


def test_a_sign_in_keeps_address_and_browser(client, analyst):
    client.post(
        "/compte/connexion/",
        {"email": analyst.email, "password": "une phrase de douze signes"},
        headers={"user-agent": FIREFOX},
    )

    session = row_of(client)
    assert (session.user, session.is_verified) == (analyst, False)
    assert (session.address, session.agent) == ("127.0.0.1", FIREFOX)
