"""Contacts on screen: who sees what, where it is left, and what it leaves."""

import json
import logging

import pytest

from accounts.choices import Role
from accounts.models import AuditEntry
from accounts.tests.people import make_user, verified_client
from companies import contacts
from companies.models import Company, Contact, ContactLead, Opposition
from companies.tests.makers import make_company
from companies.tests.test_contacts import EMAIL, NAME, fact, record, trail

pytestmark = pytest.mark.django_db

SIREN = "732829320"
PANEL = f"/societes/{SIREN}/contacts/"
ACTIONS = ("lire", "pistes", "pistes/oublier", "information", "echange", "opposition")


@pytest.fixture
def company():
    made = make_company("MÉCANIQUE DU LAC", siren=SIREN)
    record()
    return made


@pytest.fixture
def allowed(desk):
    return make_user("permise@cabinet.example", desk=desk, may_read_contacts=True)


@pytest.fixture
def allowed_client(allowed):
    return verified_client(allowed)


def text_of(answer):
    return answer.content.decode()


class TestSeeing:
    def test_the_page_of_the_company_asks_for_the_panel(self, company, analyst_client):
        page = text_of(analyst_client.get(f"/societes/{SIREN}/"))
        assert f'hx-get="{PANEL}"' in page
        assert EMAIL not in page

    def test_anyone_sees_how_many_and_nothing_else(
        self, company, analyst_client, reader_client
    ):
        for client in (analyst_client, reader_client):
            page = text_of(client.get(PANEL))
            assert "1 courriel, 1 numéro de téléphone" in page
            assert "demande une permission" in page
            assert "Lire les contacts" not in page
            assert NAME not in page
        assert not trail("contacts.read")

    def test_reading_shows_all_that_is_known_of_each(self, company, allowed_client):
        answer = allowed_client.post(f"{PANEL}lire/")
        page = text_of(answer)

        assert answer["Cache-Control"] == "no-store"
        for words in (EMAIL, NAME, "Directrice", "Kaspr", "LIA-2026-01", "contrat 12"):
            assert words in page
        assert "à informer avant le" in page
        assert len(trail("contacts.read")) == 1

    def test_htmx_gets_the_panel_alone(self, company, allowed_client):
        answer = allowed_client.post(
            f"{PANEL}lire/",
            headers={"HX-Request": "true", "HX-Target": "contacts-panel"},
        )
        page = text_of(answer).strip()
        assert page.startswith('<section id="contacts-panel"')
        assert "<html" not in page

    def test_a_read_cannot_be_a_get(self, company, allowed_client):
        assert allowed_client.get(f"{PANEL}lire/").status_code == 405
        assert EMAIL not in text_of(allowed_client.get(PANEL))

    def test_partial_diffusion_shows_why_there_is_nothing(
        self, company, allowed_client
    ):
        Company.objects.update(diffusion="P")
        page = text_of(allowed_client.post(f"{PANEL}lire/"))
        assert "Diffusion partielle" in page
        assert EMAIL not in page

    def test_a_sources_text_cannot_act(self, company, allowed_client):
        record(fact("b@specimen.example", full_name="<b>Luc</b> SPÉCIMEN"))
        page = text_of(allowed_client.post(f"{PANEL}lire/"))
        assert "<b>Luc</b>" not in page
        assert "&lt;b&gt;Luc&lt;/b&gt;" in page


class TestPermission:
    @pytest.mark.parametrize("action", ACTIONS)
    @pytest.mark.parametrize(
        ("role", "granted"),
        [
            (Role.ANALYST, False),
            (Role.MANAGER, False),
            (Role.OPS, False),
            (Role.READ_ONLY, True),
        ],
    )
    def test_refused_to_all_others(self, company, desk, action, role, granted):
        user = make_user(desk=desk, role=role, may_read_contacts=granted)
        answer = verified_client(user).post(f"{PANEL}{action}/")
        assert answer.status_code == 403
        assert EMAIL not in text_of(answer)
        assert not trail("contacts.read")

    def test_contacts_are_common_to_desks(self, company, stranger):
        stranger.may_read_contacts = True
        stranger.save()
        page = text_of(verified_client(stranger).post(f"{PANEL}lire/"))
        assert EMAIL in page

    def test_taken_back_it_ends_at_once(self, company, allowed, allowed_client):
        allowed_client.post(f"{PANEL}lire/")
        type(allowed).objects.filter(pk=allowed.pk).update(may_read_contacts=False)
        assert allowed_client.post(f"{PANEL}lire/").status_code == 403

    def test_ops_grant_it_in_the_administration_and_it_is_traced(
        self, ops_client, analyst
    ):
        address = f"/administration/accounts/user/{analyst.pk}/change/"
        given = {
            "email": analyst.email,
            "full_name": analyst.full_name,
            "desk": analyst.desk_id,
            "role": analyst.role,
            "is_active": "on",
        }
        assert ops_client.post(address, {**given, "may_read_contacts": "on"}).url
        analyst.refresh_from_db()
        assert analyst.may_read_contacts
        ops_client.post(address, given)
        actions = list(
            AuditEntry.objects.filter(
                resource=f"user:{analyst.pk}", action__startswith="contacts_"
            )
            .order_by("pk")
            .values_list("action", flat=True)
        )
        assert actions == ["contacts_granted", "contacts_withdrawn"]


class TestActing:
    def test_an_opposition_gives_a_receipt_and_leaves_nothing(
        self, company, allowed_client
    ):
        contact = Contact.objects.get(kind="email")
        answer = allowed_client.post(
            f"{PANEL}opposition/", {"contact": contact.pk, "reason": "objection"}
        )
        page = text_of(answer)
        reference = trail("contacts.oppose")[0].resource.partition(":")[2]
        assert reference in page
        assert "2 contacts effacés" in page
        assert EMAIL not in page
        assert not Contact.objects.exists()
        assert Opposition.objects.count() == 3

    def test_a_contact_of_another_company_is_not_this_ones(
        self, company, allowed_client
    ):
        other = make_company("AUTRE")
        record(fact("z@specimen-z.example", siren=other.siren, full_name="Zoé"))
        theirs = Contact.objects.get(siren=other.siren)
        answer = allowed_client.post(
            f"{PANEL}opposition/", {"contact": theirs.pk, "reason": "objection"}
        )
        assert answer.status_code == 422
        assert Contact.objects.filter(pk=theirs.pk).exists()

    def test_whoever_was_told_is_no_more_to_tell(self, company, allowed_client):
        contact = Contact.objects.first()
        page = text_of(
            allowed_client.post(
                f"{PANEL}information/", {"contact": contact.pk, "document": "INFO-1"}
            )
        )
        assert "informée le" in page
        assert Contact.objects.filter(informed_by="INFO-1").count() == 2

    def test_a_sign_of_the_person_is_noted(self, company, allowed_client):
        contact = Contact.objects.first()
        allowed_client.post(f"{PANEL}echange/", {"contact": contact.pk})
        assert Contact.objects.filter(last_interaction_at=None).count() == 0

    def test_a_full_address_is_kept_as_its_bare_name(self, company, allowed_client):
        page = text_of(
            allowed_client.post(
                f"{PANEL}pistes/",
                {
                    "full_name": "Luc SPÉCIMEN",
                    "profile": "https://www.linkedin.com/in/luc-specimen-2/",
                },
            )
        )
        assert "luc-specimen-2" in page
        assert "linkedin.com/in/luc" not in page
        lead = ContactLead.objects.get()
        page = text_of(
            allowed_client.post(f"{PANEL}pistes/oublier/", {"contact": lead.pk})
        )
        assert "luc-specimen-2" not in page

    @pytest.mark.parametrize(
        "profile", ["https://www.linkedin.com/sales/lead/ACw", "elsewhere.example/x"]
    )
    def test_what_is_no_profile_is_said_beside_its_field(
        self, company, allowed_client, profile
    ):
        answer = allowed_client.post(
            f"{PANEL}pistes/", {"full_name": "Luc", "profile": profile}
        )
        assert answer.status_code == 422
        assert "Ce n’est pas un profil de personne" in text_of(answer)

    def test_someone_who_opposed_cannot_be_added(self, company, allowed_client, ops):
        contacts.oppose(by=ops, source="ops", value=EMAIL)
        answer = allowed_client.post(
            f"{PANEL}pistes/", {"full_name": NAME, "profile": "lea-specimen-1"}
        )
        assert answer.status_code == 422
        assert "s’est opposée" in text_of(answer)


class TestRights:
    URL = "/contacts/droits/"

    @pytest.fixture
    def dpo_client(self, desk):
        user = make_user(
            "dpo@cabinet.example", desk=desk, role=Role.OPS, may_read_contacts=True
        )
        return verified_client(user)

    def test_an_opposition_by_post_is_noted_without_its_data(self, company, ops_client):
        answer = ops_client.post(f"{self.URL}opposition/", {"value": EMAIL})
        page = text_of(answer)
        assert "Référence à donner" in page
        assert EMAIL not in page
        assert not Contact.objects.exists()

    def test_a_package_is_a_file_that_nothing_keeps(self, company, dpo_client):
        answer = dpo_client.post(
            f"{self.URL}dossier/", {"siren": "732 829 320", "full_name": NAME}
        )
        assert answer["Cache-Control"] == "no-store"
        assert "attachment" in answer["Content-Disposition"]
        assert len(json.loads(answer.content)["contacts"]) == 2

    def test_the_package_wants_the_permission_too(self, company, ops_client):
        answer = ops_client.post(f"{self.URL}dossier/", {"value": EMAIL})
        assert answer.status_code == 403

    @pytest.mark.parametrize("given", [{}, {"full_name": NAME}, {"siren": "123456789"}])
    def test_who_it_is_about_must_be_said(self, ops_client, given):
        answer = ops_client.post(f"{self.URL}opposition/", given)
        assert answer.status_code == 422

    @pytest.mark.parametrize("path", ["opposition", "dossier"])
    def test_is_for_ops(self, company, allowed_client, path):
        answer = allowed_client.post(f"{self.URL}{path}/", {"value": EMAIL})
        assert answer.status_code == 403


def test_no_address_and_no_log_names_anybody(company, allowed_client, caplog):
    caplog.set_level(logging.DEBUG)
    contact = Contact.objects.first()
    for action, given in (
        ("lire", {}),
        ("pistes", {"full_name": NAME, "profile": "lea-specimen-1"}),
        ("information", {"contact": contact.pk, "document": "INFO-1"}),
        ("opposition", {"contact": contact.pk, "reason": "objection"}),
    ):
        answer = allowed_client.post(f"{PANEL}{action}/", given)
        assert answer.status_code == 200
    for clear in (EMAIL, "SPÉCIMEN", "lea-specimen"):
        assert clear not in caplog.text
    told = json.dumps([entry.details for entry in AuditEntry.objects.all()])
    assert EMAIL not in told
    assert "lea-specimen" not in told


def test_the_administration_shows_no_value(company, ops_client):
    contact = Contact.objects.first()
    for address in ("", f"{contact.pk}/change/"):
        page = text_of(ops_client.get(f"/administration/companies/contact/{address}"))
        assert contact.sealed_value not in page
        assert contact.fingerprint not in page
        assert EMAIL not in page
