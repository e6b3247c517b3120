"""Canaries: a person whose name must come out nowhere, looked for everywhere.

In partial diffusion nothing that leads to a person is shown, even when it is still held
from before; and what somebody sends us reaches no log, no metric, no error page.
"""

import logging
import sys
from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.people import make_user, verified_client
from companies.choices import Diffusion
from companies.models import Company, LegalEvent, Officer, Register
from companies.tests.makers import make_company
from companies.tests.test_contacts import fact, record
from exports import asked, content
from exports.profiles import TABLES, table
from exports.snapshot import snapshot
from mainsite.lib.logs import JsonFormatter
from tests.test_urls import POST, TABLE

pytestmark = pytest.mark.django_db
SIREN = "732829320"
CANARY = "ZCANARI"
TYPED = "canari.tapé@personne.example"


@pytest.fixture
def hidden():
    """A company that turned to partial diffusion with everything still in its rows."""
    company = make_company(
        "MÉCANIQUE DU LAC",
        siren=SIREN,
        address=f"12 RUE {CANARY}",
        latitude=45.9,
        longitude=6.1,
        target={"leader_name": CANARY, "leader_birth_year": 1961},
    )
    Officer.objects.create(
        siren=SIREN,
        surname=CANARY,
        first_name=CANARY,
        role="Gérant",
        is_company=False,
        rank=1,
        birth_year=1961,
        source="pappers",
        retrieved_at=timezone.now(),
    )
    LegalEvent.objects.create(
        siren=SIREN,
        kind="leader_change",
        occurred_on=date(2026, 1, 5),
        label=f"Nomination de {CANARY}",
        source="bodacc",
        source_id="A1",
        is_sandbox=False,
    )
    record(fact(siren=SIREN, full_name=CANARY))
    Company.objects.filter(siren=SIREN).update(diffusion=Diffusion.PARTIAL)
    Register.objects.update(flags=Register.ACTIVE | Register.PARTIAL)
    return company


def pages():
    """Every address that takes a SIREN or nothing, with what narrows it to this one."""
    for name in (name for name in TABLE if TABLE[name] is not POST):
        for arguments in ([SIREN], []):
            try:
                yield name, reverse(name, args=arguments)
                break
            except NoReverseMatch:  # the next shape is tried
                continue


class TestPartialDiffusion:
    @pytest.mark.parametrize(("name", "address"), list(pages()))
    def test_no_page_shows_the_person(self, hidden, reads_contacts, name, address):
        asked_for = {"q": SIREN, "siren": SIREN, "tri": "nom"}
        for given in ({}, asked_for):
            answer = reads_contacts.get(address, given)
            page = b"".join(answer) if answer.streaming else answer.content
            assert CANARY not in page.decode(errors="replace")

    @pytest.mark.parametrize("profile", list(TABLES))
    def test_no_profile_of_an_export_holds_the_person(self, hidden, desk, profile):
        shape = table(profile, with_contacts=True)
        wish = asked.of_query("tri=nom", desk_id=desk.pk).search
        with snapshot():
            held = told(content.read(shape, wish, desk_id=desk.pk, with_contacts=True))
        assert str(int(SIREN)) in held
        assert CANARY not in held

    def test_nobody_reads_a_contact(self, hidden, reads_contacts):
        answer = reads_contacts.post(reverse("companies:read_contacts", args=[SIREN]))
        assert answer.status_code == 200
        assert CANARY not in answer.text


def told(given):
    """All that a writer is handed, whatever its shape, as text."""
    if isinstance(given, pl.DataFrame):
        return given.write_json()
    if isinstance(given, Mapping):
        return told(given.values())
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        return repr(given)
    return " ".join(told(each) for each in given)


@pytest.fixture
def reads_contacts(desk):
    return verified_client(make_user(desk=desk, may_read_contacts=True))


class TestWhatIsTypedReachesNoLog:
    @pytest.fixture
    def lines(self, caplog):
        """Everything that any logger says, as production would write it."""
        caplog.set_level(logging.DEBUG)
        return caplog

    def said(self, lines):
        return "\n".join(record.getMessage() for record in lines.records) + lines.text

    def test_of_a_sign_in(self, client, lines):
        given = {"email": TYPED, "password": CANARY}
        client.post(reverse("accounts:sign_in"), given)
        assert TYPED not in self.said(lines)
        assert CANARY not in self.said(lines)
        told = str(list(AuditEntry.objects.values_list("details", "resource")))
        assert TYPED not in told

    @pytest.mark.parametrize("page", ["companies:contact_access", "companies:list"])
    def test_of_a_search_for_a_person(self, ops_client, lines, page):
        address = reverse(page)
        if page == "companies:list":
            ops_client.get(address, {"q": CANARY})
        else:
            ops_client.post(address, {"value": TYPED})
        assert TYPED not in self.said(lines)
        assert CANARY not in self.said(lines)

    def test_when_the_page_breaks(self, analyst, lines, monkeypatch):
        def broken(*_args, **_kwargs):
            raise RuntimeError("broken")

        monkeypatch.setattr("companies.views.company.pipeline.add_note", broken)
        make_company(siren=SIREN)
        client = verified_client(analyst, raise_request_exception=False)
        answer = client.post(
            reverse("companies:notes", args=[SIREN]), {"text": f"{CANARY} {TYPED}"}
        )
        assert answer.status_code == 500
        assert "RuntimeError" in self.said(lines)
        for place in (self.said(lines), answer.text, Client().get("/metrics").text):
            assert CANARY not in place
            assert TYPED not in place

    def test_when_postgresql_refuses_what_it_quotes(self, analyst):
        """Its errors quote the row: our lines keep what was wrong, not whose."""
        try:
            with transaction.atomic():
                make_user(analyst.email)
        except IntegrityError:
            line = JsonFormatter().format(
                logging.LogRecord("job", 40, "", 1, "failed", (), sys.exc_info())
            )
        assert "user_email" in line or "accounts_user_email" in line
        assert analyst.email not in line
