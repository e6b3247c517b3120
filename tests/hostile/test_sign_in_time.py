"""The time of a refusal tells nothing: each case computes its hash.

``HOSTILE_SIGN_INS`` (`make hostile`: 200) samples each case with the real Argon2 and
compares the times; without it only the hashes are counted.
"""

import os
import time
from statistics import median

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.urls import reverse

from accounts import throttle
from accounts.choices import Role
from accounts.models import LoginThrottle, User
from accounts.tests.hashers import QuickArgon2PasswordHasher
from accounts.tests.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db

SAMPLES = int(os.environ.get("HOSTILE_SIGN_INS", "0"))
SIGN_IN = reverse("accounts:sign_in")
CASES = ("unknown", "wrong", "disabled", "program", "locked")
REAL = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


@pytest.fixture
def accounts(db):
    """An address for each case; the right password opens none of them."""
    made = {case: f"{case}@cabinet.example" for case in CASES}
    make_user(made["wrong"])
    make_user(made["disabled"], is_active=False)
    make_user(made["program"], role=Role.API_CLIENT)
    make_user(made["locked"])
    return made


def post(case, accounts):
    password = "une autre phrase bien longue" if case == "wrong" else PASSWORD
    given = {"email": accounts[case], "password": password}
    return Client(REMOTE_ADDR="203.0.113.7").post(SIGN_IN, given)


def locked(accounts):
    LoginThrottle.objects.all().delete()
    for _turn in range(throttle.SIGN_IN.count):
        throttle.attempt(throttle.SIGN_IN, accounts["locked"], "203.0.113.7")


@pytest.mark.parametrize("case", CASES)
def test_every_refusal_computes_one_hash(case, accounts, monkeypatch):
    hashes = []
    for name in ("encode", "verify"):
        real = getattr(QuickArgon2PasswordHasher, name)

        def counted(self, *args, real=real, name=name, **kwargs):
            hashes.append(name)
            return real(self, *args, **kwargs)

        monkeypatch.setattr(QuickArgon2PasswordHasher, name, counted)
    locked(accounts)
    hashes.clear()

    assert post(case, accounts).status_code == 422
    assert len(hashes) == 1


@pytest.mark.skipif(not SAMPLES, reason="`make hostile`")
def test_the_times_are_not_told_apart(accounts, settings, monkeypatch, record_property):
    from scipy.stats import mannwhitneyu

    # Accounts of the fast hasher would be hashed anew at their first sign-in.
    settings.PASSWORD_HASHERS = REAL
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.save()
    wide = throttle.Limit("wide", 1_000_000, 60)
    monkeypatch.setattr(throttle, "SIGN_IN_ADDRESS", wide)
    assert Argon2PasswordHasher.memory_cost > QuickArgon2PasswordHasher.memory_cost
    times = {case: [] for case in CASES}
    for turn in range(SAMPLES):
        # In turns, so that a busy moment of the machine is everybody's.
        for case in CASES[turn % 5 :] + CASES[: turn % 5]:
            locked(accounts)
            began = time.perf_counter()
            assert post(case, accounts).status_code == 422
            times[case].append(time.perf_counter() - began)
    medians = {case: median(each) * 1000 for case, each in times.items()}
    apart = {
        case: mannwhitneyu(times["unknown"], times[case]).pvalue for case in CASES[1:]
    }
    told = " ".join(f"{case} {ms:.1f} ms" for case, ms in medians.items())
    record_property("sign-in", f"{told}; least p {min(apart.values()):.3f}")
    assert max(medians.values()) <= 1.10 * min(medians.values())
    assert min(apart.values()) >= 0.001
