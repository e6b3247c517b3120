"""Passkeys on « Compte et sécurité », and before serious acts."""

import pytest
from django.urls import reverse
from django_otp_webauthn.models import WebAuthnCredential

from accounts import passkeys, second_factor
from accounts.models import AuditEntry, User
from accounts.tests.authenticator import (
    ADD,
    CHALLENGE,
    NEW,
    OPTIONS,
    SECURITY,
    Passkey,
    add,
    address_of,
    signed,
    use,
)
from accounts.tests.people import (
    PASSWORD,
    password_only_client,
    verified_client,
)

CONFIRM = reverse("accounts:confirm")


class TestPasskeysOfAnAccount:
    def test_is_listed_by_its_name(self, analyst, passkey):
        client = verified_client(User.objects.get(pk=analyst.pk))

        assert "Portable" in client.get(SECURITY).text

    def test_is_added_by_who_was_just_there(self, analyst_client, clock):
        clock.shift(16 * 60)

        assert analyst_client.get(NEW).url.startswith(CONFIRM)
        assert analyst_client.post(OPTIONS).status_code == 302
        assert analyst_client.post(ADD, {"name": "x"}).url.startswith(CONFIRM)

    def test_adding_closes_the_other_sessions(self, analyst):
        mine, other = verified_client(analyst), verified_client(analyst)

        add(mine, Passkey())

        assert mine.get("/").status_code == 200
        assert other.get("/").status_code == 302

    @pytest.mark.parametrize(
        "given", [{"name": ""}, {"name": "x" * 65}, {"origin": "https://evil.example"}]
    )
    def test_a_bad_one_is_not_added(self, analyst_client, given):
        assert add(analyst_client, Passkey(), **given).status_code == 422
        assert not WebAuthnCredential.objects.exists()

    def test_a_challenge_adds_once(self, analyst_client):
        options = analyst_client.post(OPTIONS).json()
        for _ in range(2):
            credential = Passkey().register(options)
            analyst_client.post(ADD, {"name": "x", "credential": credential})

        assert WebAuthnCredential.objects.count() == 1

    def test_ten_at_most(self, analyst_client, monkeypatch):
        monkeypatch.setattr(passkeys, "MOST", 1)
        add(analyst_client, Passkey())

        assert add(analyst_client, Passkey()).status_code == 422

    def remove(self, client, passkey):
        return client.post(address_of(passkey, "accounts:remove_passkey"))

    def test_is_removed_and_opens_no_more(self, analyst, passkey):
        analyst.refresh_from_db()
        mine, other = verified_client(analyst), verified_client(analyst)

        assert self.remove(mine, passkey).url == SECURITY

        assert mine.get("/").status_code == 200
        assert other.get("/").status_code == 302
        assert AuditEntry.objects.latest("pk").action == "passkey_removed"
        analyst.refresh_from_db()
        assert password_only_client(analyst).post(CHALLENGE).status_code == 404

    def test_by_the_session_that_it_opened(self, half_way, passkey):
        use(half_way, passkey)

        self.remove(half_way, passkey)

        assert half_way.get("/").status_code == 200

    def test_the_last_factor_stays(self, analyst):
        passkey = Passkey()
        client = password_only_client(analyst)
        add(client, passkey)

        self.remove(client, passkey)

        assert "seul second facteur" in client.get(SECURITY).text
        assert WebAuthnCredential.objects.count() == 1

    def test_nobody_removes_another_persons(self, stranger_client, passkey):
        assert self.remove(stranger_client, passkey).status_code == 404
        assert WebAuthnCredential.objects.count() == 1

    def rename(self, client, passkey, name, **headers):
        address = address_of(passkey, "accounts:rename_passkey")
        return client.post(address, {"name": name}, headers=headers, follow=True)

    def test_is_renamed_by_its_owner(self, analyst, passkey):
        client = verified_client(User.objects.get(pk=analyst.pk))

        page = self.rename(client, passkey, "Clé du bureau")

        assert page.redirect_chain == [(SECURITY, 302)]
        assert "Clé du bureau" in page.text
        assert "Portable" not in page.text
        entry = AuditEntry.objects.latest("pk")
        assert (entry.action, entry.details) == ("passkey_renamed", {})

    def test_the_same_name_is_no_event(self, analyst, passkey):
        client = verified_client(User.objects.get(pk=analyst.pk))

        self.rename(client, passkey, "Portable")

        assert not AuditEntry.objects.filter(action="passkey_renamed").exists()

    def test_a_fragment_gets_its_panel_alone(self, analyst, passkey):
        client = verified_client(User.objects.get(pk=analyst.pk))
        told = {"HX-Request": "true", "HX-Target": "passkeys-panel"}

        piece = self.rename(client, passkey, "Clé du bureau", **told)

        assert "<html" not in piece.text
        assert piece.text.strip().startswith('<section class="sec" id="passkeys-panel"')
        assert "Clé du bureau" in piece.text
        refused = self.rename(client, passkey, " ", **told)
        assert refused.status_code == 422
        assert "<html" not in refused.text

    @pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\x00b"])
    def test_a_bad_name_is_refused_beside_it(self, analyst, passkey, name):
        client = verified_client(User.objects.get(pk=analyst.pk))

        page = self.rename(client, passkey, name)

        assert page.status_code == 422
        assert '<details class="rename" open>' in page.text
        assert WebAuthnCredential.objects.get().name == "Portable"

    def test_nobody_renames_another_persons(self, stranger_client, passkey):
        assert self.rename(stranger_client, passkey, "Mienne").status_code == 404
        assert self.rename(stranger_client, passkey, "").status_code == 404
        assert WebAuthnCredential.objects.get().name == "Portable"

    def test_confirms_serious_acts(self, half_way, passkey, clock):
        use(half_way, passkey)
        clock.shift(16 * 60)
        given = {
            "confirm-password": PASSWORD,
            "confirm-credential": signed(half_way, passkey),
        }

        assert half_way.post(CONFIRM, given).url == SECURITY
        assert half_way.get(NEW).status_code == 200
        assert AuditEntry.objects.latest("pk").action == "confirmed"

    def test_confirms_nothing_without_the_password(self, half_way, passkey, clock):
        use(half_way, passkey)
        clock.shift(16 * 60)
        given = {
            "confirm-password": "faux",
            "confirm-credential": signed(half_way, passkey),
        }

        assert half_way.post(CONFIRM, given).status_code == 422
        assert half_way.get(NEW).status_code == 302

    def test_ops_reset_it_with_the_rest(self, analyst, ops, passkey):
        second_factor.reset(user=analyst, by=ops)

        assert not WebAuthnCredential.objects.exists()
