"""Which passwords are refused, in which words, and that phrases pass."""

import re
import threading
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import services
from accounts.choices import Role
from accounts.models import Desk, User
from accounts.passwords import (
    LONGEST,
    SHORTEST,
    SHORTEST_OF_OPS,
    NotCommon,
    leaked,
)
from accounts.tests.people import PASSWORD, make_user

PHRASE = "trois canards sur un étang gelé"


def person(role=Role.ANALYST):
    return User(
        email="camille.durand@cabinet-lemoine.example",
        full_name="Camille Durand",
        desk=Desk(name="Mécanique & industrie"),
        role=role,
    )


def refusal(password, user=None):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, user or person())
    return " ".join(refused.value.messages)


class TestLength:
    def test_is_twelve(self):
        assert "12 caractères" in refusal("kv8!pq zr2m")
        validate_password("kv8!pq zr2mw", person())

    def test_is_fifteen_for_ops(self):
        assert "15 caractères" in refusal("kv8!pq zr2mwtg", person(Role.OPS))
        validate_password("kv8!pq zr2mwtgx", person(Role.OPS))

    def test_is_128_at_most(self):
        long = (PHRASE * 5)[:128]
        validate_password(long, person())
        assert "128" in refusal(long + "x")


class TestCommon:
    @pytest.mark.parametrize(
        "password",
        [
            "passwordpassword",
            "Password-2026!",
            "P@ssw0rd2026",
            "password1234",
            "motdepasse2026",
            "Mot-de-passe-2026",
            "MotDePasseMotDePasse",
            "bienvenue2026!!!",
            "Azertyuiop123!",
            "azertyuiopqsdfgh",
            "123456789012",
            "000000000000",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "qwertyuiop1234567890",
            "soleil soleil soleil",
            "1q2w3e1q2w3e1q2w3e",
        ],
    )
    def test_is_refused_in_any_clothes(self, password):
        assert "parmi les plus courants" in refusal(password)


class TestLeaked:
    def test_are_enough_of_each_length_that_is_asked(self):
        """ASVS 6.2.4: the 3,000 most used that the rules of length let through."""
        found = leaked()
        for least in (SHORTEST, SHORTEST_OF_OPS):
            assert sum(least <= len(each) <= LONGEST for each in found) >= 3000
        assert all(each == each.strip().lower() for each in found)

    @pytest.mark.parametrize(
        "password", ["1qaz2wsx3edc", "Leave me alone", "NeedForSpeed", "Sonyericsson!9"]
    )
    def test_are_refused_in_any_clothes(self, password):
        assert "parmi les plus courants" in refusal(password)

    def test_every_one_is_refused(self):
        check = NotCommon()
        for each in sorted(leaked())[::97]:
            with pytest.raises(ValidationError):
                check.validate(each)


class TestThisPlace:
    @pytest.mark.parametrize(
        "password",
        [
            "ma-intelligence-2026",
            "Mécanique&Industrie1",
            "camilledurand75",
            "Durand-Camille-1987",
            "cabinet-lemoine-2026",
            "Lem0ine!Lem0ine!",
            "demo-demo-demo-demo",
        ],
    )
    def test_its_words_are_guessed(self, password):
        assert refusal(password)

    def test_says_which_word(self):
        assert "«\u00a0intelligence\u00a0»" in refusal("ma-intelligence-2026")

    @pytest.mark.parametrize(
        "password",
        [
            PHRASE,
            PASSWORD,
            services.DEMO_PASSWORD,
            "la mécanique des fluides m’endort",
            "x7Kq9-Lm2wT!rZ",
            "correct horse battery staple",
            "密码是一个很长的句子没有人知道",
            "ni majuscule ni chiffre",
        ],
    )
    def test_a_phrase_or_a_draw_passes(self, password):
        validate_password(password, person())

    def test_no_rule_of_composition(self):
        for password in ("vingtetunepoiresvertes", "VINGTETUNEPOIRESVERTES"):
            validate_password(password, person())


class TestForms:
    def test_ops_are_told_fifteen(self, ops_client):
        assert "15 caractères" in ops_client.get(reverse("accounts:password")).text

    def test_a_refusal_is_a_sentence_of_the_page(self, analyst_client):
        given = {
            "current": PASSWORD,
            "new": "motdepasse2026",
            "again": "motdepasse2026",
        }

        page = analyst_client.post(reverse("accounts:password"), given)

        assert page.status_code == 422
        assert "parmi les plus courants" in page.text

    def test_the_product_hashes_with_argon2(self, db, settings):
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
        user = make_user()

        assert identify_hasher(user.password).algorithm == "argon2"
        assert user.password.startswith("argon2$argon2id$")

    def test_argon2_is_what_the_settings_say(self, settings):
        """The tests have a quicker one of their own: the file is read."""
        text = (settings.BASE_DIR / "mainsite/settings.py").read_text(encoding="utf-8")

        first = text.partition("PASSWORD_HASHERS = [")[2].split(",")[0]
        assert first.strip() == '"accounts.hashing.BoundedArgon2PasswordHasher"'


class TestTheField:
    def test_is_masked_and_open_to_a_password_manager(self, client, analyst_client):
        """And no script hears of a paste: test_front_end.py."""
        for page, kinds in (
            (client.get(reverse("accounts:sign_in")), ["current-password"]),
            (
                analyst_client.get(reverse("accounts:password")),
                ["current-password", "new-password", "new-password"],
            ),
        ):
            fields = re.findall(r"<input[^>]*type=\"password\"[^>]*>", page.text)
            found = [re.search(r'autocomplete="([^"]+)"', each)[1] for each in fields]
            assert found == kinds

    @pytest.mark.parametrize(
        ("typed", "status"),
        [
            ("  Trois canards, ÉTANG gelé ", 302),
            ("Trois canards, ÉTANG gelé", 422),
            ("  trois canards, étang gelé ", 422),
            ("  Trois canards, ÉTANG", 422),
        ],
    )
    def test_is_read_to_the_letter(self, client, analyst, typed, status):
        analyst.set_password("  Trois canards, ÉTANG gelé ")
        analyst.save()

        given = {"email": analyst.email, "password": typed}
        assert client.post(reverse("accounts:sign_in"), given).status_code == status


@pytest.fixture
def breaches(settings):
    """A service that knows one breached password, and what it was asked."""
    asked = []
    digest = sha1(PHRASE.encode(), usedforsecurity=False).hexdigest().upper()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = f"{digest[5:]}:42\r\n{'0' * 35}:0\r\n".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.PWNED_PASSWORDS_URL = f"http://127.0.0.1:{server.server_port}/range/"
    yield asked
    server.shutdown()
    server.server_close()


class TestBreached:
    def test_is_refused_and_five_signs_leave(self, breaches):
        assert "fuite" in refusal(PHRASE)

        assert len(breaches[0]) == len("/range/") + 5

    def test_another_one_passes(self, breaches):
        validate_password(f"{PHRASE}, deux", person())

        assert len(breaches) == 1

    def test_a_service_that_is_away_stops_nobody(self, settings):
        settings.PWNED_PASSWORDS_URL = "http://127.0.0.1:9/range/"

        validate_password(PHRASE, person())

    def test_nobody_is_asked_by_default(self, settings):
        assert settings.PWNED_PASSWORDS_URL == ""
