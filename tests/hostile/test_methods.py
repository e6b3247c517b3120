"""Every address asked in every other way than a GET, which tests/test_urls.py asks."""

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, URLPattern, reverse

from tests.hostile.guards import IS_FULL, read_through, undone
from tests.test_urls import PEOPLE, TABLE, address_of, browsers, things

__all__ = ["browsers", "things"]
pytestmark = pytest.mark.django_db

INSIDE = ("analyst", "reader", "stranger", "ops", "manager")
OUTSIDE = ("nobody", "half_way", "revoked")
# What an empty POST gives each of INSIDE, and the addresses that give it. 302 leads
# somewhere with a message or a deed done; who may not is told so before anything else.
EMPTY_POSTS = {
    (200, 200, 200, 200, 200): (
        "accounts:password",
        "accounts:passkey_options",
    ),
    (302, 302, 302, 200, 302): ("admin:index",),
    (302, 302, 302, 302, 302): (
        "accounts:verify_passkey",
        "accounts:renew_recovery_codes",
        "accounts:replace_device",
        "accounts:sign_in",
        "accounts:verify",
        "accounts:recovery",
        "accounts:enrol",
        "accounts:recovery_codes",
        "accounts:sign_out_others",
        "accounts:new_token",
        "accounts:logout",
        "enrichment:find_contacts",
        "scoring:lookalikes_of_selection",
        "database_reset",
    ),
    (302, 302, 302, 404, 302): (
        "cache_forget",
        "dead_letters_act",
    ),
    (302, 302, 302, 405, 302): (
        "register",
        "cache",
        "dead_letters",
        "database",
    ),
    (302, 403, 302, 302, 302): (
        "companies:bulk_status",
        "companies:add_to_list",
        "companies:remove_from_list",
        "enrichment:enrich_one",
        "enrichment:refresh",
        "scoring:withdraw_override",
        "scoring:rerank",
        "exports:new",
    ),
    (302, 403, 404, 302, 302): (
        "companies:imports:correct",
        "companies:follow_list",
        "companies:delete_list",
        "companies:undo_list_change",
        "companies:imports:reading",
        "companies:imports:columns",
        "companies:imports:matching",
        "companies:imports:trial",
        "companies:imports:running",
        "companies:imports:undo",
        "companies:imports:stop",
        "companies:imports:companies",
        "companies:imports:forget",
        "enrichment:cancel",
        "enrichment:pause",
        "enrichment:resume",
        "enrichment:retry",
        "scoring:delete_reranking",
        "exports:cancel",
        "exports:redo",
        "exports:schedule",
    ),
    (302, 403, 404, 403, 403): (
        "companies:update_search",
        "companies:rename_search",
        "companies:share_search",
        "companies:delete_search",
    ),
    (401, 401, 401, 401, 401): ("api:me",),
    (403, 403, 403, 200, 200): ("accounts:trail_file",),
    (404, 404, 404, 302, 404): ("accounts:shown_links",),
    (403, 403, 403, 403, 403): (
        "companies:read_contacts",
        "companies:add_lead",
        "companies:forget_lead",
        "companies:inform_contact",
        "companies:contact_interaction",
        "companies:oppose_contact",
    ),
    (403, 403, 403, 404, 404): (
        "enrichment:assessment",
        "enrichment:withdraw_assessment",
    ),
    (403, 403, 403, 422, 403): (
        "companies:oppose_person",
        "companies:contact_access",
    ),
    (404, 403, 404, 404, 404): ("companies:lists",),
    (404, 404, 404, 404, 404): (
        "accounts:choose_password",
        "accounts:reset",
        "accounts:passkey_challenge",
        "accounts:remove_passkey",
        "accounts:rename_passkey",
        "accounts:close_session",
        "accounts:revoke_token",
        "exports:suspend",
        "exports:resume",
        "exports:delete",
    ),
    (405, 405, 405, 405, 405): (
        "accounts:open_link",
        "accounts:new_passkey",
        "accounts:trail",
        "companies:list",
        "companies:count",
        "companies:statistics",
        "companies:company",
        "companies:contacts",
        "companies:contact_rights",
        "companies:target_list",
        "companies:manage_list",
        "companies:list_change",
        "companies:list_change_progress",
        "companies:saved_search",
        "companies:imports:list",
        "companies:imports:show",
        "companies:imports:watch",
        "companies:imports:report",
        "companies:imports:refused",
        "accounts:recovery_codes_file",
        "accounts:security",
        "enrichment:batches",
        "enrichment:rules",
        "enrichment:batch",
        "enrichment:watch",
        "enrichment:refused_lines",
        "enrichment:failures",
        "enrichment:sources",
        "scoring:panel",
        "scoring:sector",
        "scoring:lookalikes",
        "scoring:company_lookalikes",
        "scoring:experiments",
        "scoring:experiment",
        "scoring:rerankings",
        "scoring:reranking",
        "exports:list",
        "exports:export",
        "exports:progress",
        "exports:file",
        "exports:manifest",
        "exports:manifest_json",
        "exports:schedules",
        "healthz",
        "readyz",
        "metrics",
    ),
    (422, 403, 404, 422, 422): (
        "companies:rename_list",
        "enrichment:start",
        "enrichment:take_up",
    ),
    (422, 403, 422, 422, 422): (
        "companies:status",
        "companies:notes",
        "companies:target_lists",
        "companies:save_search",
        "companies:imports:new",
        "enrichment:new",
        "scoring:give_override",
    ),
    (422, 422, 422, 422, 422): (
        "accounts:confirm",
        "accounts:add_passkey",
        "companies:paste",
        "accounts:tokens",
    ),
}
POSTS = {name: given for given, names in EMPTY_POSTS.items() for name in names}
# Acts on one's own account, whatever the role.
OWN_ACCOUNT = {
    "accounts:sign_out_others",
    "accounts:logout",
    "accounts:renew_recovery_codes",
    "accounts:passkey_options",
}
# Outside of the wall: a form, the way out, what machines ask.
DOORS = {
    "accounts:sign_in": (422, 422, 422),
    "accounts:logout": (302, 302, 302),
    # Half-way, the form of the code comes back.
    "accounts:verify": (302, 200, 302),
    "accounts:recovery": (302, 200, 302),
    "accounts:open_link": (405, 405, 405),
    "healthz": (405, 405, 405),
    "readyz": (405, 405, 405),
    "metrics": (405, 405, 405),
}
# Django's own pages of the administration take any verb as a reading.
VERBLESS = {"admin:index"}
VERBS = ("put", "patch", "delete", "options", "head", "trace")
# bin/test asks the most telling ones; those outside are all stopped at one wall.
OTHER_VERBS = VERBS if IS_FULL else ("put", "delete")
WHO_TRIES = PEOPLE if IS_FULL else ("stranger",)
WHO_POSTS = PEOPLE if IS_FULL else ("nobody", "analyst", "reader", "stranger")


def ask(browser, verb, address, **options):
    """The status of one request, and the tables that it wrote to."""
    with undone(browser) as written:
        answer = getattr(browser, verb)(address, **options)
        read_through(answer)
    return answer.status_code, written


def posted(name, person):
    """What an empty POST gives by the tables."""
    if person in INSIDE:
        return POSTS[name][INSIDE.index(person)]
    if name in DOORS:
        return DOORS[name][OUTSIDE.index(person)]
    return TABLE[name][person]


def test_every_address_has_a_row():
    assert set(POSTS) == set(TABLE)


def test_an_empty_post_gives_what_is_written(things, browsers):
    got, expected, trespasses = {}, {}, []
    for name in TABLE:
        address = address_of(name, things)
        statuses = {}
        for person in WHO_POSTS:
            status, written = ask(browsers[person], "post", address)
            statuses[person] = status
            if written and person in (*OUTSIDE, "reader") and name not in OWN_ACCOUNT:
                trespasses.append((name, person, written))
        got[name] = statuses
        expected[name] = {person: posted(name, person) for person in WHO_POSTS}
    assert got == expected
    assert trespasses == []


def test_no_other_verb_does_anything(things, browsers):
    """As GET outside of the wall; inside, refused, or HEAD like GET."""
    faults = []
    for name in TABLE:
        address = address_of(name, things)
        for person in WHO_TRIES:
            for verb in OTHER_VERBS:
                status, written = ask(browsers[person], verb, address)
                as_get = TABLE[name][person]
                allowed = {as_get} if verb == "head" else {as_get, 405}
                if as_get == 200 and verb != "head" and name not in VERBLESS:
                    allowed = {405}
                if status not in allowed or written:
                    faults.append((name, person, verb, status, written))
    assert faults == []


OVERRIDES = {
    "X-HTTP-Method-Override": "POST",
    "X-HTTP-Method": "POST",
    "X-Method-Override": "POST",
}


def test_no_header_makes_a_get_a_post(things, browsers):
    faults = []
    for name in TABLE:
        if not IS_FULL and TABLE[name]["analyst"] != 405:
            continue
        address = address_of(name, things)
        browser = browsers["analyst"]
        status, written = ask(browser, "get", address, headers=OVERRIDES)
        if status != TABLE[name]["analyst"] or written:
            faults.append((name, status, written))
    assert faults == []


def administration():
    """Every page of Django's administration that needs no key."""
    for pattern in admin.site.get_urls():
        names = [pattern] if isinstance(pattern, URLPattern) else pattern.url_patterns
        for each in names:
            try:
                yield reverse(f"admin:{each.name}")
            except NoReverseMatch:
                continue


def test_the_administration_is_for_ops(browsers):
    pages = sorted(set(administration()))
    assert len(pages) > 50
    strangers = set(PEOPLE) - {"ops"} if IS_FULL else {"manager", "revoked"}
    faults = []
    for address in pages:
        for person in strangers:
            for verb in ("get", "post") if IS_FULL else ("post",):
                status, written = ask(browsers[person], verb, address)
                if status not in (302, 403, 404) or written:
                    faults.append((address, person, verb, status, written))
    assert faults == []
