"""Who has a passkey, beside the people of every test."""

import pytest

from accounts.models import User
from accounts.tests.authenticator import SECURITY, Passkey, add
from accounts.tests.people import password_only_client, verified_client


@pytest.fixture
def passkey(analyst):
    """The analyst's, enrolled beside their application."""
    made = Passkey()
    assert add(verified_client(analyst), made).url == SECURITY
    return made


@pytest.fixture
def half_way(analyst, passkey):
    return password_only_client(User.objects.get(pk=analyst.pk))
