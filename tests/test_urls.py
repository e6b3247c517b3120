"""Every address × every role, from one table; a new address without a row fails."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.tests.people import make_user, password_only_client, verified_client
from accounts.tests.tokens import bearing, make_token
from companies.imports.tests.wizard_files import make_import
from companies.models import ListChange, SavedSearch, TargetList
from companies.tests.makers import make_company
from enrichment.models import Batch
from exports.models import Export
from scoring.experiments.models import Experiment
from scoring.reranking.models import Reranking
from tests.hostile.guards import header_faults, read_through, undone

pytestmark = pytest.mark.django_db

SIREN = "732829320"
PEOPLE = (
    *("nobody", "half_way", "analyst", "reader", "stranger", "ops"),
    *("manager", "revoked"),
)


def who(nobody, half_way, analyst, reader, stranger, ops, manager=None):
    """A manager's is an analyst's where nothing is said; a revoked token is nobody."""
    statuses = (nobody, half_way, analyst, reader, stranger, ops)
    return dict(zip(PEOPLE, (*statuses, manager or analyst, nobody), strict=True))


# What each person gets from a plain GET, in the order of PEOPLE. 302 is the way to
# sign in; 405 says that the address takes POST, to those who may come near it.
# tests/hostile/test_methods.py asks the same addresses in every other way.
PUBLIC = who(200, 200, 200, 200, 200, 200)
PAGE = who(302, 302, 200, 200, 200, 200)
WRITERS_PAGE = who(302, 302, 200, 403, 200, 200)
OWN = who(302, 302, 200, 200, 404, 200)
POST = who(302, 302, 405, 405, 405, 405)
HALF_WAY_POST = who(302, 405, 405, 405, 405, 405)
# Sent to the door of the admin, which answers 403 to who is not of ops.
OPS = who(302, 302, 302, 302, 302, 200)
IMPORT_OWN = who(302, 302, 200, 403, 404, 200)
IMPORT_STEP = who(302, 302, 302, 403, 404, 302)
# Read by machines, and of nobody.
PROBES = {"healthz", "readyz", "metrics"}
TABLE = {
    "companies:list": PAGE,
    "companies:count": PAGE,
    "companies:paste": PAGE,
    "companies:statistics": PAGE,
    "companies:bulk_status": POST,
    "companies:company": PAGE,
    "companies:status": POST,
    "companies:notes": POST,
    "companies:lists": POST,
    "companies:contacts": PAGE,
    "companies:read_contacts": POST,
    "companies:add_lead": POST,
    "companies:forget_lead": POST,
    "companies:inform_contact": POST,
    "companies:contact_interaction": POST,
    "companies:oppose_contact": POST,
    "companies:contact_rights": who(302, 302, 403, 403, 403, 200),
    "companies:oppose_person": POST,
    "companies:contact_access": POST,
    "companies:target_lists": PAGE,
    "companies:add_to_list": POST,
    "companies:remove_from_list": POST,
    "companies:target_list": who(302, 302, 302, 302, 404, 302),
    "companies:manage_list": OWN,
    "companies:rename_list": POST,
    "companies:follow_list": POST,
    "companies:delete_list": who(302, 302, 200, 403, 404, 200),
    "companies:list_change": OWN,
    "companies:list_change_progress": OWN,
    "companies:undo_list_change": POST,
    "companies:save_search": POST,
    "companies:saved_search": OWN,
    "companies:update_search": POST,
    "companies:rename_search": POST,
    "companies:share_search": POST,
    "companies:delete_search": who(302, 302, 200, 403, 404, 403, 403),
    "companies:imports:list": PAGE,
    "companies:imports:new": WRITERS_PAGE,
    # A finished one: each step leads to its report.
    "companies:imports:show": IMPORT_STEP,
    "companies:imports:reading": IMPORT_STEP,
    "companies:imports:columns": IMPORT_STEP,
    "companies:imports:matching": IMPORT_STEP,
    "companies:imports:trial": IMPORT_STEP,
    "companies:imports:running": IMPORT_STEP,
    "companies:imports:watch": IMPORT_STEP,
    "companies:imports:report": IMPORT_OWN,
    "companies:imports:refused": IMPORT_OWN,
    "companies:imports:correct": IMPORT_OWN,
    "companies:imports:undo": IMPORT_OWN,
    "companies:imports:stop": POST,
    "companies:imports:companies": POST,
    "companies:imports:forget": POST,
    "accounts:sign_in": who(200, 200, 302, 302, 302, 302),
    # An unknown token leads where every token does; without one there is no page.
    "accounts:open_link": who(302, 302, 302, 302, 302, 302),
    "accounts:choose_password": who(404, 404, 404, 404, 404, 404),
    # Without a mail server nobody resets by themselves.
    "accounts:reset": who(404, 404, 404, 404, 404, 404),
    "accounts:shown_links": who(302, 302, 404, 404, 404, 302),
    "accounts:verify": who(302, 200, 302, 302, 302, 302),
    "accounts:recovery": who(302, 200, 302, 302, 302, 302),
    "accounts:enrol": who(302, 302, 302, 302, 302, 302),
    "accounts:recovery_codes": who(302, 302, 302, 302, 302, 302),
    "accounts:recovery_codes_file": who(302, 302, 302, 302, 302, 302),
    "accounts:confirm": PAGE,
    "accounts:security": PAGE,
    "accounts:passkey_challenge": HALF_WAY_POST,
    "accounts:verify_passkey": HALF_WAY_POST,
    "accounts:passkey_options": HALF_WAY_POST,
    "accounts:add_passkey": HALF_WAY_POST,
    "accounts:new_passkey": PAGE,
    "accounts:remove_passkey": POST,
    "accounts:rename_passkey": POST,
    "accounts:renew_recovery_codes": POST,
    "accounts:replace_device": POST,
    "accounts:sign_out_others": POST,
    "accounts:close_session": POST,
    "accounts:tokens": PAGE,
    "accounts:new_token": who(302, 302, 302, 302, 302, 302),
    "accounts:revoke_token": POST,
    "accounts:password": PAGE,
    "accounts:trail": who(302, 302, 403, 403, 403, 200, manager=200),
    "accounts:trail_file": POST,
    "accounts:logout": who(405, 405, 405, 405, 405, 405),
    "enrichment:batches": PAGE,
    "enrichment:new": WRITERS_PAGE,
    "enrichment:rules": PAGE,
    "enrichment:batch": OWN,
    "enrichment:watch": OWN,
    "enrichment:start": POST,
    "enrichment:cancel": POST,
    "enrichment:pause": POST,
    "enrichment:resume": POST,
    "enrichment:take_up": POST,
    "enrichment:retry": POST,
    "enrichment:refused_lines": OWN,
    "enrichment:failures": OWN,
    "enrichment:sources": PAGE,
    "enrichment:enrich_one": POST,
    "enrichment:refresh": POST,
    "enrichment:find_contacts": POST,
    # Of what is no source of contacts there is no assessment.
    "enrichment:assessment": who(302, 302, 403, 403, 403, 404, 404),
    "enrichment:withdraw_assessment": POST,
    "scoring:panel": PAGE,
    "scoring:give_override": POST,
    "scoring:withdraw_override": POST,
    "scoring:sector": PAGE,
    # It wants a company to be like.
    "scoring:lookalikes": who(302, 302, 422, 422, 422, 422),
    "scoring:lookalikes_of_selection": POST,
    "scoring:company_lookalikes": PAGE,
    "scoring:experiments": who(302, 302, 403, 403, 403, 200, 200),
    "scoring:experiment": who(302, 302, 403, 403, 403, 200, 200),
    "scoring:rerankings": PAGE,
    "scoring:rerank": POST,
    "scoring:reranking": OWN,
    "scoring:delete_reranking": POST,
    "exports:list": PAGE,
    "exports:new": WRITERS_PAGE,
    "exports:export": OWN,
    "exports:progress": OWN,
    "exports:file": who(302, 302, 404, 403, 404, 404),
    "exports:manifest": who(302, 302, 200, 403, 404, 200),
    "exports:manifest_json": who(302, 302, 200, 403, 404, 200),
    "exports:cancel": POST,
    "exports:redo": POST,
    "exports:schedule": POST,
    "exports:schedules": PAGE,
    "exports:suspend": POST,
    "exports:resume": POST,
    "exports:delete": POST,
    # No session is read there.
    "api:me": who(401, 401, 401, 401, 401, 401),
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    # From this machine, as here; from elsewhere it wants a token.
    "metrics": PUBLIC,
    "cache": OPS,
    "register": OPS,
    "cache_forget": who(302, 302, 302, 302, 302, 405),
    "dead_letters": OPS,
    "dead_letters_act": who(302, 302, 302, 302, 302, 405),
    "database": OPS,
    "database_reset": OPS,
    "admin:index": OPS,
}


def names(patterns=None, prefix=""):
    """The full name of every address of ours; the admin's own are Django's."""
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


def test_every_address_has_a_row():
    assert set(names()) == set(TABLE) - {"admin:index"}


@pytest.fixture
def things(analyst):
    make_company("MÉCANIQUE DU LAC", siren=SIREN)
    batch = Batch.objects.create(desk=analyst.desk, created_by=analyst, name="Lot")
    export = Export.objects.create(
        desk=analyst.desk, created_by=analyst, profile="rapide", query="", words=""
    )
    made = make_list_and_search(analyst)
    return {
        "accounts": uuid4(),
        "companies": made,
        "enrichment": batch.public_id,
        "exports": export.public_id,
        "scoring": make_experiment_and_reranking(analyst),
    }


def make_experiment_and_reranking(analyst):
    """Under one public id."""
    made = Experiment.objects.create(
        name="Essai", slug="essai", control_id="2.0", ends_on=date(2027, 1, 1)
    )
    Reranking.objects.create(
        public_id=made.public_id,
        desk=analyst.desk,
        name="Croissance",
        ruleset_id="2.0",
        preset="growth",
        as_of=date(2026, 11, 1),
        made_at=datetime(2026, 11, 1, tzinfo=UTC),
        sirens=[int(SIREN)],
        points=[5000],
    )
    return made.public_id


def make_list_and_search(analyst):
    """A list, a change of it, a shared search, an import, by one public id for all."""
    public_id = uuid4()
    common = {"desk": analyst.desk, "public_id": public_id}
    kept = TargetList.objects.create(name="Vivier", created_by=analyst, **common)
    ListChange.objects.create(list=kept, kind="add", public_id=public_id, state="done")
    SavedSearch.objects.create(name="Vue", owner=analyst, is_shared=True, **common)
    make_import(analyst, "done", public_id=public_id)
    return public_id


@pytest.fixture
def browsers(client, analyst, reader, stranger, ops, manager, rf):
    half_way = make_user("mi-chemin@cabinet.example", desk=analyst.desk)
    verified_client(half_way)
    revoked = make_token(manager, rf, revoked_at=timezone.now())[1]
    people = {"analyst": analyst, "reader": reader, "stranger": stranger, "ops": ops}
    people["manager"] = manager
    return {
        "nobody": client,
        "half_way": password_only_client(half_way),
        "revoked": Client(headers=bearing(revoked)),
        **{name: verified_client(user) for name, user in people.items()},
    }


def address_of(name, things):
    for arguments in ([], [SIREN], [things.get(name.partition(":")[0])]):
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:  # the next shape is tried
            continue
    raise AssertionError(f"no address for {name}")


@pytest.mark.parametrize("name", TABLE)
def test_who_gets_what(name, things, browsers):
    """And whoever reads changes nothing, and is told how to keep what was read."""
    address, got = address_of(name, things), {}
    for person in PEOPLE:
        with undone(browsers[person]) as written:
            answer = browsers[person].get(address)
            read_through(answer)
        got[person] = answer.status_code
        assert written == set(), person
        assert header_faults(answer, is_private=name not in PROBES) == [], person
    assert got == TABLE[name]


@pytest.mark.parametrize("name", [name for name in TABLE if TABLE[name] is POST])
def test_a_post_without_a_second_factor_does_nothing(name, things, browsers):
    answer = browsers["half_way"].post(address_of(name, things))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/compte/")


@pytest.mark.parametrize(
    "name", ["enrichment:start", "enrichment:cancel", "enrichment:retry"]
)
def test_a_strangers_batch_is_not_there(name, things, browsers):
    address = address_of(name, things)
    assert browsers["stranger"].post(address).status_code == 404
    assert browsers["reader"].post(address).status_code == 403


@pytest.mark.parametrize("person", ["analyst", "nobody"])
def test_private_pages_are_kept_nowhere_and_framed_by_nobody(person, things, browsers):
    answer = browsers[person].get("/")
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
