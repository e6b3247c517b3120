"""The list is searched, sorted and acted on without a line of script."""

import re

import pytest

pytestmark = pytest.mark.browser


def test_filters_sorts_and_selects(browser, product, signed_in_cookies):
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    context.add_cookies(signed_in_cookies)
    page = context.new_page()
    page.goto(product.address)
    page.get_by_label("Nom ou SIREN", exact=True).fill("boulangerie")
    page.get_by_role("button", name="Appliquer").click()
    page.wait_for_url("**q=boulangerie**")
    page.get_by_role("link", name="Société").click()
    page.wait_for_url(re.compile("tri=-?nom"))
    page.locator("[data-app-pick]").first.check()
    page.get_by_role("button", name="Changer le statut…").click()
    assert "1 société" in page.get_by_role("main").inner_text().replace("\u00a0", " ")
    context.close()
