import pytest

from mainsite.lib.linkedin import profile_name


@pytest.mark.parametrize(
    "text",
    [
        "lea-specimen-1",
        " lea-specimen-1 ",
        "https://www.linkedin.com/in/lea-specimen-1",
        "https://fr.linkedin.com/in/lea-specimen-1/?originalSubdomain=fr",
        "linkedin.com/in/lea-specimen-1/details/experience/",
        "HTTPS://WWW.LINKEDIN.COM/in/lea-specimen-1#about",
    ],
)
def test_a_profile_by_its_bare_name(text):
    assert profile_name(text) == "lea-specimen-1"


def test_accents_come_out_of_their_percents():
    assert profile_name("https://www.linkedin.com/in/l%C3%A9a-specimen") == (
        "léa-specimen"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ab",
        "léa specimen",
        "a" * 101,
        "lea.specimen@specimen.example",
        "https://www.linkedin.com/sales/lead/ACwAAA,NAME_SEARCH",
        "https://www.linkedin.com/company/specimen",
        "https://www.linkedin.com/in/",
        "https://linkedin.com.evil.example/in/lea-specimen",
        "https://evil.example/in/lea-specimen",
        "https://[",
        "in/lea-specimen",
        "https://www.linkedin.com/in/lea%2Fspecimen",
    ],
)
def test_anything_else_is_nobody(text):
    assert profile_name(text) is None
