"""A passkey in a real browser, and a form that is asked who sends it."""

import re

import pytest

from accounts.tests.people import PASSWORD, code_of, enrolled, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def site(live_server, settings):
    """Under a name, as browsers want it for passkeys."""
    address = live_server.url.replace("127.0.0.1", "localhost")
    settings.OTP_WEBAUTHN_RP_ID = "localhost"
    settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = [address]
    return address


@pytest.fixture
def newcomer(site):
    return make_user("nouvelle@cabinet.example").email


@pytest.fixture
def ops_with_application(site):
    """Their address and what their application shows, for as long as this lasts."""
    user = make_user("ops@cabinet.example", role="ops")
    return user.email, enrolled(user)


def with_authenticator(page):
    """Chromium's own, as on a laptop that reads fingers."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def give_password(page, site, email):
    page.goto(f"{site}/compte/connexion/")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()


def test_a_passkey_is_enrolled_listed_and_opens(newcomer, site, page):
    with_authenticator(page)
    give_password(page, site, newcomer)
    page.wait_for_url("**/second-facteur/")

    page.get_by_label("Nom de la clé").fill("Portable du bureau")
    page.get_by_label("Nom de la clé").press("Enter")
    page.wait_for_url("**/codes-de-secours/")
    page.get_by_role("button", name=re.compile("notés")).click()
    page.goto(f"{site}/compte/securite/")
    assert page.get_by_role("rowheader", name="Portable du bureau").is_visible()

    page.context.clear_cookies()
    give_password(page, site, newcomer)
    page.wait_for_url("**/verification/")
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    page.wait_for_url(f"{site}/")

    page.goto(f"{site}/compte/securite/")
    page.get_by_role("button", name="Retirer").click()
    assert page.get_by_text("seul second facteur").is_visible()


def test_a_passkey_answers_the_question_too(newcomer, site, settings, browser):
    settings.CONFIRMATION_S = 3
    page = browser.new_context(locale="fr-FR").new_page()
    with_authenticator(page)
    give_password(page, site, newcomer)
    page.wait_for_url("**/second-facteur/")
    page.get_by_label("Nom de la clé").fill("Portable du bureau")
    page.get_by_role("button", name="Enregistrer une clé d’accès").click()
    page.wait_for_url("**/codes-de-secours/")
    page.wait_for_timeout(3200)
    page.goto(f"{site}/compte/securite/")
    page.get_by_role("button", name="Faire dix nouveaux codes").click()
    page.get_by_role("heading", name=re.compile("C’est bien vous")).wait_for()

    page.get_by_label("Mot de passe actuel").fill(PASSWORD)
    page.get_by_role("button", name="Confirmer avec une clé d’accès").click()

    page.wait_for_url("**/codes-de-secours/")


def test_without_one_the_browser_says_so(newcomer, site, page):
    """Nobody is left before a button that does nothing."""
    give_password(page, site, newcomer)
    page.wait_for_url("**/second-facteur/")
    # An answer that is not one, as of a session that ended meanwhile.
    page.route("**/cle-d-acces/options/", lambda route: route.fulfill(body="non"))

    page.get_by_label("Nom de la clé").fill("Absente")
    page.get_by_role("button", name="Enregistrer une clé d’accès").click()

    page.get_by_text("Le navigateur n’a pas donné de clé").wait_for()
    assert page.get_by_role("button", name="Enregistrer une clé d’accès").is_enabled()


def test_a_form_goes_on_after_the_question(
    ops_with_application, site, settings, browser
):
    email, device = ops_with_application
    settings.CONFIRMATION_S = 3
    page = browser.new_context(locale="fr-FR").new_page()
    give_password(page, site, email)
    page.get_by_label("Code à six chiffres").fill(code_of(device, steps=-1))
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{site}/")
    page.goto(f"{site}/administration/accounts/desk/add/")
    page.wait_for_timeout(3200)
    page.locator("#id_name").fill("Agro-alimentaire « vins »")
    page.locator('[name="_save"]').click()
    page.get_by_role("heading", name=re.compile("C’est bien vous")).wait_for()

    page.get_by_label("Mot de passe actuel").fill(PASSWORD)
    page.get_by_label("Code à six chiffres").fill(code_of(device))
    page.get_by_role("button", name="Confirmer").click()

    page.wait_for_url("**/administration/accounts/desk/")
    assert page.get_by_role("link", name="Agro-alimentaire « vins »").first.is_visible()
