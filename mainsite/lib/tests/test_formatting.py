from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from mainsite.lib import formatting as f


@pytest.mark.parametrize(
    ("value", "language", "expected"),
    [
        (1234567, "fr", "1\u00a0234\u00a0567\u00a0€"),
        (1234567, "en", "€1,234,567"),
        (-184600, "fr", "−184\u00a0600\u00a0€"),
        (-184600, "en-gb", "−€184,600"),
        (0, "fr", "0\u00a0€"),
    ],
)
def test_euros(value, language, expected):
    assert f.euros(value, language=language) == expected


def test_cents_are_rounded_half_up_and_never_through_binary_floats():
    assert f.euros(Decimal("0.125"), cents=True) == "0,13\u00a0€"
    assert f.euros(1.005, cents=True) == "1,01\u00a0€"


def test_a_sum_told_in_millions_has_no_unit():
    assert f.meuros(12_431_870) == "12,4"
    assert f.meuros(12_431_870, decimals=2, language="en") == "12.43"


@pytest.mark.parametrize(
    ("ratio", "signed", "expected"),
    [
        (0.076, False, "7,6\u00a0%"),
        (0.044, True, "+4,4\u00a0%"),
        (-0.143, True, "−14,3\u00a0%"),
        (-0.0001, True, "0,0\u00a0%"),
    ],
)
def test_percent(ratio, signed, expected):
    assert f.percent(ratio, signed=signed) == expected


def test_percent_in_english_has_no_space():
    assert f.percent(0.076, language="en") == "7.6%"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("957520448", "957\u00a0520\u00a0448"),
        (5520176, "005\u00a0520\u00a0176"),
        ("55502611", "55502611"),
        ("=HYPERLINK(…)", "=HYPERLINK(…)"),
    ],
)
def test_a_siren_reads_in_threes_and_what_is_not_one_is_left_as_read(value, expected):
    assert f.siren(value) == expected


def test_dates():
    day = date(2026, 12, 1)
    assert f.long_date(day) == "1er\u00a0décembre 2026"
    assert f.long_date(day, language="en") == "1\u00a0December 2026"
    assert f.short_date(date(2024, 7, 18)) == "18\u00a0juil. 2024"


def test_a_moment_is_told_in_paris_whatever_the_storage():
    late = datetime(2026, 11, 22, 23, 4, tzinfo=UTC)
    assert f.moment(late) == "23\u00a0novembre 2026 à\u00a00\u00a0h\u00a004"
    assert f.moment(late, language="en") == "23\u00a0November 2026 at\u00a000:04"


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0\u00a0an"), (1, "1\u00a0an"), (64, "64\u00a0ans")]
)
def test_years(count, expected):
    assert f.years(count) == expected


def test_the_french_plural_starts_at_two():
    assert [f.plural(n, "société", "sociétés") for n in (0, 1, 1.9, 2)] == [
        "société",
        "société",
        "société",
        "sociétés",
    ]
