"""What is forgotten of users after a year, and the chain that stays whole."""

import os
from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential, WebAuthnUserHandle

from accounts import links, retention, second_factor, trail
from accounts.choices import LinkKind
from accounts.models import (
    AccessLink,
    ApiToken,
    AuditEntry,
    AuditForgetting,
    RecoveryCode,
    Session,
    TotpDevice,
    User,
)
from accounts.tests.people import enrolled, make_user, verified_client
from accounts.tests.tokens import make_token
from mainsite.lib import history

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anchors(settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = tmp_path / "audit.jsonl"


def write(*, days):
    return AuditEntry.objects.create(
        at=timezone.now() - timedelta(days=days),
        action="sign_in",
        details={},
        resource="user:1",
        address="192.0.2.7",
        agent="Firefox",
    )


@pytest.fixture
def entries():
    """One of fourteen months ago and one of now, each in a seal of its own."""
    old = write(days=425)
    trail.seal()
    new = write(days=1)
    trail.seal()
    trail.anchor()
    return old, new


def origin(entry):
    entry.refresh_from_db()
    return entry.address, entry.agent


class TestTheTrail:
    def test_forgets_from_where_and_keeps_who_did_what(self, entries):
        old, new = entries
        retention.forget()

        assert origin(old) == (None, "")
        assert (old.action, old.resource) == ("sign_in", "user:1")
        assert origin(new) == ("192.0.2.7", "Firefox")

    def test_stays_whole(self, entries):
        retention.forget()
        trail.seal()

        verdict = trail.verify()
        assert verdict.faults == ()
        assert verdict.anchors == 1
        assert AuditForgetting.objects.count() == 1

    def test_proves_it_even_when_nothing_was_due(self, entries):
        first, second = retention.forget(), retention.forget()

        assert (first.seals, first.entries) == (1, 1)
        assert (second.seals, second.digest) == (0, "")
        proofs = AuditEntry.objects.filter(action="audit.forget").order_by("pk")
        assert [proof.details["entries"] for proof in proofs] == [1, 0]

    def test_a_forgetting_that_nobody_told_is_found(self, entries):
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_forget_origins()")

        assert "n’est pas tracé" in trail.verify().faults[0]

    def test_a_dry_run_counts_and_touches_nothing(self, entries, capsys):
        call_command("forget_people", "--dry-run")

        assert "origine de 1 traces (1 sceaux)" in capsys.readouterr().out
        assert origin(entries[0]) == ("192.0.2.7", "Firefox")
        assert not AuditForgetting.objects.exists()
        assert not AuditEntry.objects.filter(action="audit.forget").exists()

    def test_outlives_the_months_that_are_dropped(self):
        """The seals and the anchor stay: only what they sealed is gone."""
        write(days=38 * 31)
        trail.seal()
        kept = write(days=1)
        trail.seal()
        trail.anchor()
        dropped = [done for done in history.maintain() if "auditentry" in done]

        assert any(done.startswith("dropped") for done in dropped)
        assert AuditEntry.objects.filter(resource="user:1").get() == kept
        assert trail.verify().faults == ()


class TestNothingElseIsForgotten:
    @pytest.mark.parametrize(
        "change",
        [
            "address = NULL, agent = '', action = 'other'",
            "address = NULL, agent = '', resource = ''",
            "address = NULL, agent = '', actor_id = 7",
            "address = '192.0.2.8'",
        ],
    )
    def test_by_the_owner(self, owner, change):
        owner.execute(
            "INSERT INTO accounts_auditentry (at, action, resource, address, agent)"
            " VALUES (now() - interval '14 months', 'x', 'r', '192.0.2.7', 'F')"
        )
        owner.execute("SET LOCAL audit.forgetting = 'on'")
        with pytest.raises(Exception, match="its rows never change"):
            owner.execute(f"UPDATE accounts_auditentry SET {change}")

    def test_of_an_entry_that_is_not_old(self, owner):
        owner.execute(
            "INSERT INTO accounts_auditentry (at, action, address, agent)"
            " VALUES (now() - interval '11 months', 'x', '192.0.2.7', 'F')"
        )
        owner.execute("SET LOCAL audit.forgetting = 'on'")
        with pytest.raises(Exception, match="its rows never change"):
            owner.execute("UPDATE accounts_auditentry SET address = NULL, agent = ''")

    @pytest.mark.parametrize(
        "statement",
        [
            "SET LOCAL audit.forgetting = 'on';"
            " UPDATE accounts_auditentry SET agent = ''",
            "INSERT INTO audit_forgetting VALUES (1, now(), repeat('0', 64))",
            "UPDATE audit_forgetting SET bare_digest = ''",
            "DELETE FROM audit_forgetting",
        ],
    )
    def test_by_the_application(self, statement):
        with pytest.raises(ProgrammingError), transaction.atomic():
            connection.cursor().execute(statement)


class TestTokens:
    @pytest.mark.parametrize(
        ("field", "days", "stays"),
        [
            ("revoked_at", 366, False),
            ("revoked_at", 364, True),
            ("expires_at", 366, False),
            ("expires_at", 364, True),
        ],
    )
    def test_are_forgotten_a_year_after_their_end(
        self, analyst, rf, field, days, stays
    ):
        ended = {field: timezone.now() - timedelta(days=days)}
        token, _secret = make_token(analyst, rf, **ended)
        live, _secret = make_token(analyst, rf)

        forgotten = retention.forget()

        assert forgotten.tokens == (not stays)
        assert ApiToken.objects.filter(pk=token.pk).exists() == stays
        assert ApiToken.objects.filter(pk=live.pk).exists()
        made = AuditEntry.objects.filter(action="token_made", resource=token.resource)
        assert made.exists()


class TestLinks:
    @pytest.mark.parametrize("field", ["used_at", "revoked_at", "expires_at"])
    @pytest.mark.parametrize(("days", "stays"), [(366, False), (364, True)])
    def test_are_forgotten_a_year_after_their_end(
        self, analyst, ops, field, days, stays
    ):
        links.make(user=analyst, kind=LinkKind.RESET, by=ops)
        ended = timezone.now() - timedelta(days=days)
        AccessLink.objects.update(**{field: ended})
        links.make(user=ops, kind=LinkKind.RESET, by=ops)

        dry = retention.forget(dry_run=True)
        assert AccessLink.objects.count() == 2
        forgotten = retention.forget()

        assert dry.links == forgotten.links == (not stays)
        assert AccessLink.objects.filter(user=analyst).exists() == stays
        assert AccessLink.objects.filter(user=ops).exists()
        made = AuditEntry.objects.filter(resource=f"user:{analyst.pk}")
        assert made.filter(action="reset_made").exists()


@pytest.fixture
def passkey_of():
    """Give somebody a passkey, as the registration leaves it."""

    def make(user):
        WebAuthnUserHandle.get_handle_for_user(user)
        key = os.urandom(32)
        return WebAuthnCredential.objects.create(
            user=user,
            name="Portable",
            confirmed=True,
            credential_id=key,
            credential_id_sha256=WebAuthnCredential.get_credential_id_sha256(key),
            public_key=b"x",
            transports=[],
        )

    return make


class TestWhoLeft:
    @pytest.fixture
    def gone(self):
        user = make_user("parti@cabinet.example", full_name="Dominique Parti")
        enrolled(user)
        year_ago = timezone.now() - timedelta(days=366)
        User.objects.filter(pk=user.pk).update(is_active=False, last_login=year_ago)
        return user

    def test_keeps_a_number_only(self, gone):
        retention.forget()

        gone.refresh_from_db()
        assert gone.email == f"compte-{gone.pk}@efface.invalid"
        assert gone.full_name == f"Compte n° {gone.pk}"
        assert not gone.has_usable_password()
        assert not TotpDevice.objects.filter(user=gone).exists()

    def test_leaves_nothing_that_opened_the_account(self, ops, passkey_of, rf):
        user = make_user()
        verified_client(user)
        passkey_of(user)
        make_token(user, rf)
        links.make(user=user, kind=LinkKind.RESET, by=ops)
        second_factor.make_recovery_codes(user=user, request=rf.get("/"))
        year_ago = timezone.now() - timedelta(days=366)
        User.objects.filter(pk=user.pk).update(is_active=False, left_at=year_ago)
        gone_too = [ApiToken, AccessLink, RecoveryCode, Session, TotpDevice]
        held = [*gone_too, WebAuthnCredential, WebAuthnUserHandle]
        assert all(model.objects.exists() for model in held)

        dry = retention.forget(dry_run=True)
        assert all(model.objects.exists() for model in held)
        forgotten = retention.forget()

        assert not any(model.objects.exists() for model in held)
        assert dry.belongings == forgotten.belongings >= len(held)
        proof = AuditEntry.objects.filter(action="audit.forget").get()
        assert proof.details["belongings"] == forgotten.belongings

    def test_nothing_of_the_others_goes(self, gone, analyst, passkey_of, rf):
        passkey_of(analyst)
        token, _secret = make_token(analyst, rf)

        retention.forget()

        assert ApiToken.objects.get() == token
        assert WebAuthnCredential.objects.get().user == analyst

    def test_what_was_left_of_the_forgotten_goes_too(self, gone, passkey_of):
        retention.forget()
        passkey_of(gone)

        forgotten = retention.forget()

        assert forgotten.accounts == 0
        assert not WebAuthnCredential.objects.exists()

    @pytest.mark.parametrize(("days", "is_forgotten"), [(364, False), (366, True)])
    def test_counts_from_the_day_they_left(self, gone, days, is_forgotten):
        left = timezone.now() - timedelta(days=days)
        User.objects.filter(pk=gone.pk).update(left_at=left)

        assert retention.forget().accounts == is_forgotten

    def test_that_day_is_when_ops_made_them_inactive(self, analyst, ops_client):
        address = reverse("admin:accounts_user_change", args=[analyst.pk])
        form = {
            "email": analyst.email,
            "full_name": analyst.full_name,
            "desk": analyst.desk_id,
            "role": analyst.role,
        }
        ops_client.post(address, form)
        analyst.refresh_from_db()
        assert timezone.now() - analyst.left_at < timedelta(minutes=1)

        ops_client.post(address, {**form, "is_active": "on"})
        analyst.refresh_from_db()
        assert analyst.left_at is None

    def test_is_forgotten_once(self, gone):
        assert retention.forget().accounts == 1
        assert retention.forget().accounts == 0

    def test_is_named_nowhere_in_the_trail(self, gone):
        retention.forget()

        told = str(list(AuditEntry.objects.values_list("details", "resource")))
        assert "Parti" not in told
        assert "parti@" not in told

    def test_who_is_still_here_stays(self, analyst):
        year_ago = timezone.now() - timedelta(days=366)
        User.objects.filter(pk=analyst.pk).update(last_login=year_ago)
        retention.forget()

        analyst.refresh_from_db()
        assert analyst.email == "analyste@cabinet.example"

    def test_sessions_that_ended_are_gone(self, analyst):
        client = verified_client(analyst)
        Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
        retention.forget()

        assert not Session.objects.exists()
        assert client.get("/").status_code == 302

    def test_the_admins_own_list_is_kept_a_year(self, ops):
        for days in (400, 10):
            line = LogEntry.objects.create(
                user=ops, action_flag=CHANGE, object_repr=f"{days}"
            )
            at = timezone.now() - timedelta(days=days)
            LogEntry.objects.filter(pk=line.pk).update(action_time=at)
        retention.forget()

        assert [line.object_repr for line in LogEntry.objects.all()] == ["10"]
