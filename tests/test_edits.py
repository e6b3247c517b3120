"""Single edits, at the doors where people make them: what was before, what is after."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from flags.models import FlagState

from accounts import edits
from accounts.models import AuditEntry, Desk, User
from accounts.tests.people import make_desk, make_user
from companies.pipeline import set_status
from companies.tests.makers import make_company
from enrichment.models import DayBudget, Provider
from exports.models import Destination

pytestmark = pytest.mark.django_db
USERS = "/administration/accounts/user/"


def told(resource):
    """What the trail says of it, the newest last: the word and the changes."""
    found = AuditEntry.objects.filter(resource=resource, action__startswith="object_")
    return [(entry.action, entry.details["changes"]) for entry in found.order_by("pk")]


def form_of(user, **changes):
    return {
        "email": user.email,
        "full_name": user.full_name,
        "desk": user.desk_id,
        "role": user.role,
        "is_active": "on",
    } | changes


class TestAnEditInTheAdmin:
    def test_says_who_what_before_and_after(self, ops_client, ops, reader):
        answer = ops_client.post(
            f"{USERS}{reader.pk}/change/",
            form_of(reader, role="analyst"),
            headers={"user-agent": "Firefox/140"},
        )

        entry = AuditEntry.objects.get(action="object_edited")
        assert entry.resource == f"user:{reader.pk}"
        assert entry.details["changes"] == {"role": ["read_only", "analyst"]}
        assert (entry.actor, entry.address) == (ops, "127.0.0.1")
        assert entry.agent == "Firefox/140"
        assert entry.request_id == answer["X-Request-Id"]

    def test_of_a_name_or_an_address_tells_only_that_it_changed(
        self, ops_client, reader
    ):
        given = form_of(reader, email="autre@cabinet.example", full_name="Autre Nom")
        ops_client.post(f"{USERS}{reader.pk}/change/", given)

        (_, changes) = told(f"user:{reader.pk}")[-1]
        assert changes == {"email": ["•••", "•••"], "full_name": ["•••", "•••"]}

    def test_that_changes_nothing_leaves_no_line(self, ops_client, reader):
        before = len(told(f"user:{reader.pk}"))
        ops_client.post(f"{USERS}{reader.pk}/change/", form_of(reader))

        assert len(told(f"user:{reader.pk}")) == before

    @pytest.mark.parametrize(
        "header", ["not-an-ip", "6.6.6.6", "\u2028, ,", "a" * 9000]
    )
    def test_believes_no_header_and_breaks_on_none(self, ops_client, reader, header):
        answer = ops_client.post(
            f"{USERS}{reader.pk}/change/",
            form_of(reader, role="analyst"),
            headers={"x-forwarded-for": header, "x-correlation-id": header},
        )

        assert answer.status_code == 302
        assert AuditEntry.objects.get(action="object_edited").address == "127.0.0.1"

    def test_of_a_flag_is_told(self, ops_client):
        ops_client.post(
            "/administration/flags/flagstate/add/",
            {"name": "ml_predictions", "condition": "boolean", "value": "True"},
        )
        made = FlagState.objects.filter(name="ml_predictions").latest("pk")
        ops_client.post(
            f"/administration/flags/flagstate/{made.pk}/delete/", {"post": 1}
        )

        words = [word for word, _ in told("flag:ml_predictions")]
        assert words == ["object_made", "object_deleted"]

    def test_of_a_source_and_its_prices_is_told(self, ops_client):
        source = Provider.objects.get(pk="pappers")
        names = [field.name for field in Provider._meta.concrete_fields]
        given = {name: getattr(source, name) for name in names}
        given = {name: "" if value is None else value for name, value in given.items()}
        given |= {"rate_per_s": 3, "is_held": "", "is_enabled": "on"}
        given |= {
            "prices-TOTAL_FORMS": 1,
            "prices-INITIAL_FORMS": 0,
            "prices-0-pool": "",
            "prices-0-valid_from": "2030-01-01",
            "prices-0-token_eur": "0.42",
        }
        answer = ops_client.post(
            "/administration/enrichment/provider/pappers/change/", given
        )

        assert answer.status_code == 302, answer.context["errors"]
        (_, changes) = told("provider:pappers")[-1]
        assert changes["rate_per_s"][1] == "3.0"
        price = AuditEntry.objects.filter(resource__startswith="providerprice:")
        assert "0.42" in price.latest("pk").details["changes"]["token_eur"]

    def test_of_a_budget_is_told(self, ops_client):
        budget = DayBudget.objects.create(user=make_user(), day_eur=5)
        ops_client.post(
            f"/administration/enrichment/daybudget/{budget.pk}/change/",
            {"user": budget.user_id, "day_eur": "7.00"},
        )

        (_, changes) = told(f"daybudget:{budget.pk}")[-1]
        assert changes == {"day_eur": ["5.00", "7.00"]}

    def test_of_whose_a_destination_is_names_the_desks(self, ops_client, desk):
        one = Destination.objects.create(
            name="Base",
            kind="airtable",
            secret_name="EXPORT_TARGET_BASE",
            place="appX",
            table="t",
            mode="upsert",
        )
        ops_client.post(
            f"/administration/exports/destination/{one.pk}/change/",
            {
                "name": "Base",
                "kind": "airtable",
                "secret_name": "EXPORT_TARGET_BASE",
                "place": "appX",
                "table": "t",
                "mode": "upsert",
                "is_active": "on",
                "desks": [desk.pk],
            },
        )

        changes = [changes for _, changes in told(f"export_destination:{one.pk}")]
        assert {"desks": ["", str(desk.pk)]} in changes


class TestOnThePage:
    def test_an_edit_reads_in_french(self, ops_client, reader):
        ops_client.post(f"{USERS}{reader.pk}/change/", form_of(reader, role="analyst"))
        page = ops_client.get("/compte/audit/", {"action": "object_edited"})

        (line,) = page.context["lines"]
        assert line.what == "élément modifié"
        (change,) = line.changes
        assert change.field == "rôle"
        assert (change.before, change.after) == ("lecture seule", "analyste")
        assert ("nature", "utilisateur") in line.facts


class TestWhatIsWatched:
    def test_everything_that_the_admin_lets_ops_change(self, ops):
        request = RequestFactory().get("/")
        request.user = ops
        changed = set()
        for model, page in admin.site._registry.items():
            if model._meta.managed and page.has_change_permission(request):
                changed |= {model, *(inline.model for inline in page.inlines)}
        shares = {"django_rq.Dashboard", "scoring.ShareChange"}
        lacking = {model._meta.label for model in changed - set(edits.watched())}
        # A dashboard holds nothing; the shares of an experiment are read there only.
        assert lacking <= shares

    def test_no_secret_and_no_person_is_told_in_clear(self):
        told_in_clear = edits.watched()[User]
        assert not {"password", "session_epoch", "last_login"} & told_in_clear

    def test_the_library_has_no_table_of_its_own(self):
        assert "auditlog_logentry" not in connection.introspection.table_names()

    def test_a_write_outside_of_a_request_has_no_author(self):
        desk = make_desk("Sans personne")
        Desk.objects.filter(pk=desk.pk).first().delete()

        made, deleted = AuditEntry.objects.filter(resource=f"desk:{desk.pk}")
        assert (made.actor_id, deleted.address) == (None, None)

    def test_an_edit_that_is_undone_leaves_no_trace(self, ops_client, reader):
        before = AuditEntry.objects.count()
        given = form_of(reader, email="pas une adresse", role="analyst")
        answer = ops_client.post(f"{USERS}{reader.pk}/change/", given)

        assert answer.status_code == 200
        assert AuditEntry.objects.count() == before

    def test_what_is_long_is_told_apart_by_its_digest(self):
        one, other = "a" * 400 + "b", "a" * 400 + "c"
        first = edits._short(one)

        assert first != edits._short(other)
        assert len(first) < edits.LONGEST + 20


class TestWhoFollowsACompany:
    def test_is_told_when_somebody_takes_over(self, analyst, colleague):
        siren = make_company().siren
        set_status(siren=siren, status="contacte", by=analyst)
        set_status(siren=siren, status="contacte", by=colleague, takes_over=True)

        changes = [changes for _, changes in told(f"company:{siren}")]
        assert {"owner": [str(analyst.pk), str(colleague.pk)]} in changes
