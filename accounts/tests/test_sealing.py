from base64 import urlsafe_b64encode

import pytest
from cryptography.fernet import Fernet

from accounts import sealing


def test_opens_what_it_sealed():
    sealed = sealing.seal(b"secret")

    assert "secret" not in sealed
    assert sealing.unseal(sealed) == b"secret"


def test_a_new_key_in_front_still_opens_the_old(settings):
    settings.FIELD_KEY = ["k1:first secret"]
    old = sealing.seal(b"secret")

    settings.FIELD_KEY = ["k2:second secret", "k1:first secret"]

    assert sealing.unseal(old) == b"secret"
    assert sealing.seal(b"x").startswith("k2$")


@pytest.mark.parametrize("keys", [["k2:second secret"], ["k1:another secret"]])
def test_without_the_key_it_stays_shut(settings, keys):
    settings.FIELD_KEY = ["k1:first secret"]
    sealed = sealing.seal(b"secret")

    settings.FIELD_KEY = keys

    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal(sealed)


def test_a_changed_byte_is_noticed():
    head, mark, token = sealing.seal(b"secret").partition(sealing.GCM)
    other = "A" if token[20] != "A" else "B"

    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal(head + mark + token[:20] + other + token[21:])


def test_never_looks_twice_the_same():
    assert sealing.seal(b"secret") != sealing.seal(b"secret")


def test_what_fernet_sealed_before_still_opens(settings):
    settings.FIELD_KEY = ["k1:first secret"]
    key = urlsafe_b64encode(sealing._derived("first secret", b"accounts.sealing"))
    old = f"k1${Fernet(key).encrypt(b'secret').decode()}"

    assert sealing.unseal(old) == b"secret"
    assert not old.startswith(sealing.beginning())
