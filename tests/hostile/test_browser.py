"""Every page in a real browser: the policy refuses nothing, the console is silent.

bin/test opens those with most script; `make hostile` all of them, the administration's
lists and forms too.
"""

import pytest
from django.conf import settings
from django.contrib import admin
from django.urls import reverse

from accounts.tests.people import verified_client
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.hostile.guards import IS_FULL, read_through
from tests.test_urls import TABLE, address_of, things

__all__ = ["things"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FEW = (
    *("companies:list", "companies:company", "companies:imports:new"),
    *("accounts:tokens", "accounts:security", "enrichment:new", "exports:new"),
    *("companies:target_lists", "companies:statistics", "admin:index"),
)
LISTEN = """
    document.addEventListener('securitypolicyviolation', (e) =>
        console.error('refused by the policy: ' + e.violatedDirective + ' ' +
            e.blockedURI + ' ' + e.sourceFile));
"""


def addresses(things):
    """What answers ops with 200."""
    yield from (
        address_of(name, things)
        for name, row in TABLE.items()
        if row["ops"] == 200 and (IS_FULL or name in FEW)
    )
    if not IS_FULL:
        return
    for model in admin.site._registry:
        kind = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        if not kind.startswith("admin:django_rq"):
            yield reverse(f"{kind}_changelist")
    for kind in ("accounts_user", "accounts_desk", "scoring_ruleset"):
        yield reverse(f"admin:{kind}_add")


def is_page(client, address):
    """Not a file, a figure for machines, a piece of a page, or a way on."""
    answer = client.get(address)
    read_through(answer)
    if answer.status_code != 200 or answer.streaming:
        return False
    return answer.content.lstrip()[:9].lower() == b"<!doctype"


def complaints_of(page, address):
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda line: said.append(line.text) if line.type == "error" else None,
    )
    page.goto(address, wait_until="load")
    page.wait_for_timeout(150)
    return said


def test_no_page_asks_what_the_policy_refuses(live_server, chromium, things, ops):
    from playwright.sync_api import sync_playwright

    # Playwright's loop would stand in the way of the database.
    client = verified_client(ops)
    walked = [each for each in addresses(things) if is_page(client, each)]
    assert len(walked) >= len(FEW)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=list(CHROMIUM_FLAGS)
        )
        context = browser.new_context(locale="fr-FR", accept_downloads=True)
        context.add_init_script(LISTEN)
        context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
        )
        for address in walked:
            page = context.new_page()
            if said := complaints_of(page, live_server.url + address):
                found[address] = said
            page.close()
        browser.close()
    assert found == {}
