"""What a person types on « C’est bien vous ? », and what that page carries."""

import re
from html import unescape

from django.urls import reverse

from accounts import second_factor
from accounts.tests.people import PASSWORD, code_of

CONFIRM = reverse("accounts:confirm")


def both_factors(user, **fields):
    token = code_of(second_factor.device_of(user))
    return {"confirm-password": PASSWORD, "confirm-token": token} | fields


def hidden_fields(page):
    found = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text
    )
    return {name: unescape(value) for name, value in found}


def confirmed(client, user, page):
    """The answer once they did: a browser sends on what the question carried."""
    fields = hidden_fields(page) | both_factors(user)
    sent_on = client.post(CONFIRM, fields)
    assert sent_on.status_code == 307
    return client.post(sent_on["Location"], fields)
