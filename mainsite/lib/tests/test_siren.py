import pytest

from mainsite.lib.siren import (
    is_valid_siren,
    is_valid_siret,
    repair_lost_zero,
    siren_of_siret,
)


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        ("732829320", True),
        ("005781133", True),
        ("356000000", True),
        ("732829321", False),
        ("000000000", False),
        ("73282932", False),
        ("7328293200", False),
        ("732 829 320", False),
        ("732829320\n", False),
        ("73282932O", False),
        ("٧٣٢٨٢٩٣٢٠", False),
        ("", False),
    ],
)
def test_a_siren_is_nine_digits_with_a_right_key(text, is_valid):
    assert is_valid_siren(text) is is_valid


@pytest.mark.parametrize(
    ("siret", "siren"),
    [
        ("73282932000074", "732829320"),
        ("73282932000079", None),
        # La Poste: the head office has a key, the other sites a sum of digits.
        ("35600000000048", "356000000"),
        ("35600000049837", "356000000"),
        ("35600000049838", None),
        ("00000000000000", None),
        ("732829320", None),
        ("732 829 320 00074", None),
    ],
)
def test_a_siret_gives_its_siren_when_its_key_is_right(siret, siren):
    assert siren_of_siret(siret) == siren
    assert is_valid_siret(siret) is (siren is not None)


@pytest.mark.parametrize(
    ("text", "siren"),
    [
        ("05781133", "005781133"),
        ("5781133", None),
        ("05781134", None),
        ("732829320", None),
        ("00000000", None),
        ("0578113 ", None),
        ("5.78E+06", None),
    ],
)
def test_only_a_certain_lost_zero_is_repaired(text, siren):
    assert repair_lost_zero(text) == siren
