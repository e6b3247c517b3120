import pytest

from accounts import blocked, throttle
from accounts.tests.people import PASSWORD


@pytest.fixture
def memory(monkeypatch, settings):
    now = [0.0]
    found = blocked.Memory(clock=lambda: now[0])
    found.now = now
    monkeypatch.setattr(blocked, "memory", found)
    settings.REMEMBER_BLOCKED = True
    return found


def sign_in(client, email):
    form = {"email": email, "password": PASSWORD}
    return client.post("/compte/connexion/", form)


@pytest.mark.django_db
class TestAnAddressWithoutAttemptsLeft:
    @pytest.fixture(autouse=True)
    def exhausted(self, client, memory):
        for number in range(throttle.SIGN_IN_ADDRESS.count + 1):
            answer = sign_in(client, f"cible{number}@cabinet.example")
        assert answer.status_code == 429

    def test_is_refused_without_a_query(
        self, client, analyst, django_assert_num_queries
    ):
        with django_assert_num_queries(0):
            answer = sign_in(client, analyst.email)
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 61
        assert "Trop d’essais" in answer.content.decode()
        assert "Content-Security-Policy" in answer.headers

    def test_may_still_read_the_page(self, client):
        assert client.get("/compte/connexion/").status_code == 200

    def test_is_asked_about_again_after_that_time(self, client, analyst, memory):
        memory.now[0] += 61
        # PostgreSQL, whose minute is not over, says it anew.
        assert sign_in(client, analyst.email).status_code == 429
        assert memory.left_s("127.0.0.1") > 0

    def test_is_no_other_address(self, client, analyst, settings):
        form = {"email": analyst.email, "password": PASSWORD}
        answer = client.post("/compte/connexion/", form, REMOTE_ADDR="198.51.100.7")
        assert answer.status_code == 302
