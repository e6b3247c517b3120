import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import context, perms
from accounts.choices import Role
from accounts.models import User

WORKING = {"analyst", "manager", "ops"}


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("is_active", [True, False])
def test_each_role(role, is_active):
    user = User(role=role, is_active=is_active)

    works = is_active and role in WORKING
    assert perms.can_write(user) is works
    assert perms.can_spend(user) is works
    assert perms.can_export(user) is works
    assert perms.can_administer(user) is (is_active and role == "ops")


def test_nobody_may_nothing():
    for may in (
        perms.can_write,
        perms.can_spend,
        perms.can_export,
        perms.can_administer,
    ):
        assert not may(AnonymousUser())


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><x', ""), ("", "")]
)
def test_the_theme_is_one_of_ours(rf, cookie, theme):
    request = rf.get("/")
    request.COOKIES["theme"] = cookie

    assert context.installation(request)["theme"] == theme


@pytest.mark.parametrize("prefix", ["", "__Host-"])
def test_what_was_chosen_is_in_a_cookie_of_this_host(rf, settings, prefix):
    settings.COOKIE_PREFIX = prefix
    request = rf.get("/")
    request.COOKIES |= {f"{prefix}theme": "dark", f"{prefix}shortcuts": "off"}

    known = context.installation(request)

    assert known["theme"] == "dark"
    assert known["shortcuts_are_off"]


@pytest.mark.django_db
def test_pages_know_the_installation(rf):
    assert context.installation(rf.get("/"))["installation"].is_sandbox
