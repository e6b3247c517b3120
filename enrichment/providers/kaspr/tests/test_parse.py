from pathlib import Path

import pytest

from enrichment.providers.errors import ProviderError
from enrichment.providers.facts import Contact, Identity
from enrichment.providers.kaspr.client import Kaspr

FIXTURES = Path(__file__).parent.parent / "fixtures"
SIREN = "732829320"


def read(name):
    raw = (FIXTURES / name).read_bytes()
    body = raw if name.endswith(".json") else raw.partition(b"\n\n")[2]
    return Kaspr(base_url="http://127.0.0.1:9").parse(body.strip(), siren=SIREN)


def test_addresses_of_a_person_the_preferred_one_first():
    facts = read("found.json")

    assert facts.identity == Identity()
    assert facts.contacts == tuple(
        Contact(
            kind="email",
            value=value,
            is_personal=True,
            is_professional=True,
            full_name="Léa SPÉCIMEN",
            title="Directrice générale",
        )
        for value in ("lea@specimen-lac.example", "l.specimen@specimen-lac.example")
    )
    assert (facts.unknown_fields, facts.warnings) == ((), ())


def test_objects_or_texts_professional_or_private():
    facts = read("objects.json")

    told = [(one.kind, one.value, one.is_professional) for one in facts.contacts]
    assert told == [
        ("email", "luc@specimen-lac.example", True),
        ("email", "luc.specimen@courriel.example", False),
        ("phone", "+33 1 99 00 12 34", True),
        ("phone", "06 39 98 12 34", True),
    ]
    assert {one.full_name for one in facts.contacts} == {"Luc SPÉCIMEN"}
    assert facts.unknown_fields == ("profile.seniority",)
    assert facts.warnings == ("bad_value profile.phone",)


@pytest.mark.parametrize("name", ["nothing.http", "no_profile.http"])
def test_nothing_is_nothing(name):
    assert read(name).contacts == ()


def test_where_a_person_lives_is_not_read():
    assert "Annecy" not in repr(read("found.json"))


def test_another_shape_is_refused():
    with pytest.raises(ProviderError, match="unexpected_shape"):
        read("wrong_shape.http")
