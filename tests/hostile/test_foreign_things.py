"""Identifiers of another desk where an address takes one: in the path, query or body.

The path's are in the tables of tests/test_urls.py and test_methods.py.
"""

import pytest
from django.urls import reverse

from accounts.tests.people import make_user, verified_client
from companies.models import ListEntry, PastedSirens, SavedSearch, TargetList
from companies.tests.makers import make_company
from enrichment.models import Batch
from exports.models import Export
from scoring.reranking.models import Reranking
from tests.hostile.guards import read_through

pytestmark = pytest.mark.django_db

SIREN = "732829320"


@pytest.fixture
def theirs(stranger):
    """The stranger's list, paste and search, with a company that is known to all."""
    make_company("MÉCANIQUE DU LAC", siren=SIREN, target={})
    common = {"desk": stranger.desk}
    kept = TargetList.objects.create(name="Secret", created_by=stranger, **common)
    ListEntry.objects.create(list=kept, siren=SIREN, added_by=stranger)
    pasted = PastedSirens.objects.create(sirens=[int(SIREN)], **common)
    saved = SavedSearch.objects.create(
        name="Vue secrète", owner=stranger, is_shared=True, query="naf=25", **common
    )
    return {"liste": kept.public_id, "collage": pasted.public_id, "saved": saved}


@pytest.fixture
def web(analyst):
    return verified_client(analyst)


QUERIES = ("liste={liste}", "hors_liste={liste}", "collage={collage}")
READERS = ("companies:list", "companies:count", "exports:new", "scoring:lookalikes")


class TestInAQuery:
    @pytest.mark.parametrize("query", QUERIES)
    @pytest.mark.parametrize("name", READERS)
    def test_nothing_is_told_of_it(self, web, theirs, name, query):
        address = f"{reverse(name)}?comme={SIREN}&{query.format(**theirs)}"

        answer = web.get(address)

        assert answer.status_code in (200, 302, 404, 422)
        assert "Secret" not in answer.text
        assert "Vue secrète" not in answer.text

    def test_a_list_of_theirs_filters_nothing_out(self, web, theirs):
        page = web.get(f"{reverse('companies:list')}?liste={theirs['liste']}")

        assert "inconnu" in page.text
        assert web.get(f"/?recherche={theirs['saved'].public_id}").status_code == 200


def post_all(web, query):
    """Whatever is made of a selection, asked for the selection ``query``."""
    given = {"requete": query, "tout": "1", "profil": "rapide", "nom": "Copie"}
    web.post(reverse("enrichment:new"), given)
    # A small file is the answer itself.
    read_through(web.post(reverse("exports:new"), {**given, "faire": "exporter"}))
    web.post(reverse("scoring:rerank"), {**given, "poids": "growth"})
    web.post(reverse("companies:save_search"), given)
    searches = SavedSearch.objects.filter(name="Copie")
    kinds = (Batch.objects, Export.objects, Reranking.objects, searches)
    return [each.all().exists() for each in kinds]


class TestInABody:
    @pytest.mark.parametrize("query", QUERIES)
    def test_nothing_is_made_of_it(self, web, theirs, query):
        assert post_all(web, query.format(**theirs)) == [False] * 4

    def test_all_of_that_is_made_of_ones_own(self, web, analyst, theirs):
        mine = TargetList.objects.create(
            name="Vivier", created_by=analyst, desk=analyst.desk
        )
        ListEntry.objects.create(list=mine, siren=SIREN, added_by=analyst)

        made = post_all(web, f"liste={mine.public_id}")

        assert made == [True] * 4

    def test_their_list_neither_grows_nor_shrinks(self, web, theirs):
        other = make_company("AUTRE").siren
        given = {"vivier": theirs["liste"], "siren": [other], "requete": ""}

        assert web.post(reverse("companies:add_to_list"), given).status_code != 500
        web.post(reverse("companies:remove_from_list"), {**given, "siren": [SIREN]})
        web.post(reverse("companies:lists", args=[other]), given)
        away = {**given, "retirer": "1"}
        web.post(reverse("companies:lists", args=[SIREN]), away)

        assert [f"{each.siren}" for each in ListEntry.objects.all()] == [SIREN]


FORBIDDEN = {
    "id": "1",
    "pk": "1",
    "public_id": "00000000-0000-7000-8000-000000000000",
    "desk": "{desk}",
    "desk_id": "{desk}",
    "owner": "{stranger}",
    "created_by": "{stranger}",
    "created_by_id": "{stranger}",
    "user": "{stranger}",
    "role": "ops",
    "is_active": "",
    "is_staff": "1",
    "is_superuser": "1",
    "may_read_contacts": "1",
    "session_epoch": "9",
    "plan": "extended",
    "state": "done",
    "path": "../../etc/passwd",
    "rows_total": "1",
    "cost": "0",
    "spent": "0",
    "prefix": "mai_x",
    "digest": "0",
    "expires_at": "2099-01-01",
}


class TestFieldsThatNoFormHas:
    """Mass assignment: given beside the form's own, they change nothing."""

    @pytest.fixture
    def extra(self, stranger):
        known = {"desk": stranger.desk_id, "stranger": stranger.pk}
        return {name: value.format(**known) for name, value in FORBIDDEN.items()}

    @pytest.fixture
    def before(self, analyst):
        return snapshot(analyst)

    def test_in_what_a_desk_makes(self, web, analyst, extra):
        make_company(siren=SIREN, target={})
        made = [
            ("companies:target_lists", {"nom": "Vivier"}, TargetList),
            ("companies:save_search", {"nom": "Vue", "requete": "naf=25"}, SavedSearch),
            ("enrichment:new", {"sirens": SIREN}, Batch),
        ]
        for name, given, kind in made:
            assert web.post(reverse(name), extra | given).status_code == 302, name
            row = kind.objects.get()
            assert row.desk_id == analyst.desk_id
            assert str(row.public_id) != FORBIDDEN["public_id"]
            author = getattr(row, "created_by_id", None) or row.owner_id
            assert author == analyst.pk
            assert getattr(row, "state", "") != "done"

    def test_in_the_forms_of_the_account(self, web, analyst, extra, before):
        for name in (
            "accounts:password",
            "accounts:sign_out_others",
            "accounts:renew_recovery_codes",
            "accounts:replace_device",
        ):
            web.post(reverse(name), extra)
        after = snapshot(analyst)
        # What « fermer mes autres sessions » is for.
        assert after.pop("session_epoch") == before.pop("session_epoch") + 1
        assert after == before

    def test_in_the_form_of_a_company(self, web, extra):
        company = make_company(siren=SIREN, target={})
        name = company.name
        web.post(
            reverse("companies:status", args=[SIREN]),
            {**extra, "status": "approached", "name": "PRIS", "siren": "957520448"},
        )
        company.refresh_from_db()
        assert (company.siren, company.name) == (SIREN, name)

    def test_by_ops_in_the_form_of_a_person(self, ops_client, extra):
        person = make_user()
        form = {
            "email": person.email,
            "full_name": "Autre Nom",
            "desk": person.desk_id,
            "role": person.role,
            "is_active": "on",
            "password": "pwned",
            "session_epoch": "9",
            "created_at": "2001-01-01",
            "last_login": "2001-01-01",
        }
        digest, made_at = person.password, person.created_at
        address = reverse("admin:accounts_user_change", args=[person.pk])

        assert ops_client.post(address, form).status_code == 302

        person.refresh_from_db()
        assert person.full_name == "Autre Nom"
        assert (person.password, person.created_at) == (digest, made_at)


def snapshot(user):
    user.refresh_from_db()
    unstable = {"_state", "last_login"}
    return {name: value for name, value in vars(user).items() if name not in unstable}
