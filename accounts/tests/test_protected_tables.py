"""The audit trail and the installation's row, as the application's own role."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from accounts import audit, checks, installation, services
from accounts.choices import Role
from accounts.models import AuditEntry, Installation, User
from accounts.tests.people import enrolled, make_user, verified_client
from mainsite.lib import logs

PROTECTED = ["accounts_auditentry", "accounts_installation"]


@pytest.fixture
def live(monkeypatch):
    row = Installation(id=1, mode="live")
    monkeypatch.setattr(installation, "current", lambda: row)


@pytest.mark.django_db
class TestNothingRewrites:
    @pytest.mark.parametrize("table", PROTECTED)
    @pytest.mark.parametrize(
        "statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"]
    )
    def test_the_application(self, table, statement):
        with pytest.raises(ProgrammingError), transaction.atomic():
            execute(statement.format(table))

    @pytest.mark.parametrize("table", PROTECTED)
    @pytest.mark.parametrize(
        "statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"]
    )
    def test_the_owner(self, table, statement, owner):
        with pytest.raises(Exception, match="its rows never change"):
            owner.execute(statement.format(table))

    def test_the_application_has_no_such_right(self):
        rights = execute(
            "SELECT count(*) FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) r,"
            " unnest(%s::text[]) t WHERE has_table_privilege(t, r)",
            [PROTECTED],
        )
        assert rights == 0

    def test_the_installation_is_one_row(self, owner):
        with pytest.raises(Exception, match="installation_is_one_row"):
            owner.execute(
                "INSERT INTO accounts_installation (id, mode) VALUES (2, 'live')"
            )


class TestAudit:
    def test_tells_who_what_where(self, analyst, rf):
        token = logs.request_id.set("abc123")
        request = rf.get("/", headers={"user-agent": "Navi\x00gateur " + "x" * 400})

        audit.record(
            actor=analyst,
            action="exported",
            resource="export:7",
            details={"rows": 12},
            request=request,
        )
        logs.request_id.reset(token)

        entry = AuditEntry.objects.latest("pk")
        assert (entry.actor, entry.action) == (analyst, "exported")
        assert (entry.resource, entry.details) == ("export:7", {"rows": 12})
        assert (entry.address, entry.request_id) == ("127.0.0.1", "abc123")
        assert entry.agent.startswith("Navigateur")
        assert len(entry.agent) == audit.AGENT_LENGTH

    def test_outlives_the_account(self, db):
        user = make_user()
        entry = audit.record(actor=user, action="x")
        user.delete()

        assert AuditEntry.objects.get(pk=entry.pk).actor_id is not None

    def test_the_admin_reads_and_finds_by_actor(self, ops_client, analyst):
        audit.record(actor=analyst, action="sign_in", resource="user:1")

        page = ops_client.get(
            "/administration/accounts/auditentry/", {"q": analyst.email}
        )

        assert page.status_code == 200
        assert page.context["cl"].result_count >= 1

    def test_the_admin_changes_nothing(self, ops_client):
        entry = audit.record(actor=None, action="x")
        base = "/administration/accounts/auditentry/"

        assert ops_client.get(f"{base}add/").status_code == 403
        assert ops_client.post(f"{base}{entry.pk}/delete/").status_code == 403
        assert ops_client.post(f"{base}{entry.pk}/change/", {}).status_code == 403


@pytest.mark.django_db
class TestInstallation:
    def test_is_what_the_first_migration_found(self):
        assert Installation.objects.get().mode == "sandbox"
        assert installation.is_sandbox()

    def test_starts_with_the_same_providers(self):
        installation.verify()

    def test_refuses_the_others(self, settings):
        settings.PROVIDERS = "live"

        with pytest.raises(ImproperlyConfigured, match="ne se convertit pas"):
            installation.verify()

    def test_a_live_database_has_no_demo_account(self, live):
        with pytest.raises(services.NotASandbox):
            services.create_demo_accounts()
        with pytest.raises(CommandError):
            call_command("create_demo_accounts")

        assert not User.objects.exists()

    def test_a_sandbox_has_six_made_once(self, capsys):
        call_command("create_demo_accounts")
        call_command("create_demo_accounts")

        people = {user.email: user for user in User.objects.all()}
        assert len(people) == 6
        assert [who.email for who in people.values() if who.may_read_contacts] == [
            "responsable@demo.example"
        ]
        analyst = people["analyste@demo.example"]
        assert analyst.desk == people["collegue@demo.example"].desk
        assert analyst.desk != people["autre.desk@demo.example"].desk
        assert analyst.check_password(services.DEMO_PASSWORD)
        assert "analyste@demo.example" in capsys.readouterr().out


@pytest.mark.django_db
class TestCreateOps:
    def test_reads_the_password_from_the_environment(self, monkeypatch):
        monkeypatch.setenv("OPS_PASSWORD", "une phrase pour la première fois")

        call_command("create_ops", " Chef@Cabinet.example ", name="Camille Chef")

        user = User.objects.get(email="chef@cabinet.example")
        assert user.role == Role.OPS
        assert user.is_staff

    @pytest.mark.parametrize(
        ("email", "password"),
        [
            ("chef@cabinet.example", "court"),
            ("pas une adresse", "une phrase pour la première fois"),
            ("deja@cabinet.example", "une phrase pour la première fois"),
        ],
    )
    def test_says_what_is_wrong(self, monkeypatch, email, password):
        make_user("deja@cabinet.example")
        monkeypatch.setenv("OPS_PASSWORD", password)

        with pytest.raises(CommandError):
            call_command("create_ops", email, name="Camille Chef")

        assert User.objects.count() == 1


class TestUserAdmin:
    LIST = "/administration/accounts/user/"

    def test_a_change_of_role_closes_the_sessions(self, ops_client, reader):
        client = verified_client(reader)
        answer = ops_client.post(
            f"{self.LIST}{reader.pk}/change/",
            {
                "email": reader.email,
                "full_name": reader.full_name,
                "desk": reader.desk_id,
                "role": "analyst",
                "is_active": "on",
            },
        )

        assert answer.status_code == 302
        reader.refresh_from_db()
        assert reader.role == Role.ANALYST
        assert client.get("/compte/securite/").status_code == 302
        entry = AuditEntry.objects.latest("pk")
        assert entry.details == {"fields": ["role"]}

    def test_makes_an_account_whose_password_ops_do_not_choose(self, ops_client, desk):
        phrase = "une phrase pour la première fois"
        answer = ops_client.post(
            f"{self.LIST}add/",
            {
                "email": "Nouvelle@Cabinet.example",
                "full_name": "Nouvelle Venue",
                "desk": desk.pk,
                "role": "analyst",
                "password1": phrase,
                "password2": phrase,
            },
        )

        assert answer.status_code == 302
        user = User.objects.get(email="nouvelle@cabinet.example")
        assert not user.has_usable_password()

    def test_closes_the_sessions_of_somebody(self, ops_client, analyst, colleague):
        here, there = verified_client(analyst), verified_client(analyst)
        other = verified_client(colleague)

        given = {"action": "close_sessions", "_selected_action": [analyst.pk]}
        ops_client.post(self.LIST, given)

        assert [each.get("/").status_code for each in (here, there)] == [302, 302]
        assert other.get("/").status_code == 200
        entry = AuditEntry.objects.latest("pk")
        assert (entry.action, entry.details) == ("session_closed", {"all": True})
        assert entry.resource == f"user:{analyst.pk}"

    def test_resets_a_second_factor(self, ops_client, analyst):
        enrolled(analyst)
        ops_client.post(
            self.LIST,
            {"action": "reset_second_factor", "_selected_action": [analyst.pk]},
        )

        assert AuditEntry.objects.latest("pk").action == "factor_reset"

    def test_deletes_nobody(self, ops_client, analyst):
        answer = ops_client.post(f"{self.LIST}{analyst.pk}/delete/", {"post": "yes"})

        assert answer.status_code == 403

    @pytest.mark.parametrize("role", ["analyst", "manager", "read_only"])
    def test_a_user_without_a_desk_is_refused(self, ops_client, analyst, role):
        answer = ops_client.post(
            f"{self.LIST}{analyst.pk}/change/",
            {"email": analyst.email, "full_name": "x", "desk": "", "role": role},
        )

        assert answer.status_code == 200
        assert "sans équipe" in answer.text


def execute(sql, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0] if cursor.description else None


class TestDeployCheck:
    def test_one_role_for_everything_is_said(self, settings):
        settings.DATABASE_OWNER_URL = ""

        assert [w.id for w in checks.audit_is_protected()] == ["accounts.W001"]

    def test_two_roles_are_well(self, settings):
        settings.DATABASE_OWNER_URL = "postgres://proprietaire@db/base"

        assert checks.audit_is_protected() == []
