import pytest

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
