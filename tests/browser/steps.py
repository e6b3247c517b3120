"""What a person does on the way in."""

import re
import time
from base64 import b32decode

from django_otp.oath import TOTP


def code_of(secret):
    padded = secret + "=" * (-len(secret) % 8)
    totp = TOTP(b32decode(padded))
    totp.time = time.time()
    return f"{totp.token():06d}"


def sign_in(page, product, email="analyste@demo.example"):
    """Password, then enrolment with the key written under the QR."""
    page.goto(product.address)
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe").fill(product.password)
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/second-facteur/")
    assert page.locator("svg.qr").is_visible()
    secret = re.sub(r"\s", "", page.locator(".secret").inner_text())
    page.get_by_label("Code à six chiffres").fill(code_of(secret))
    page.get_by_role("button", name="Vérifier et enregistrer").click()
    page.wait_for_url("**/codes-de-secours/")
    page.get_by_role("button", name=re.compile("notés")).click()
    page.wait_for_url(f"{product.address}/*")
