"""What every page of somebody who is signed in has, and what none gives back."""

import pytest
from django.urls import reverse

from accounts.tests.people import verified_client
from tests.hostile.guards import read_through
from tests.test_urls import TABLE, address_of, things

__all__ = ["things"]
pytestmark = pytest.mark.django_db


def pages(client, things, person):
    """Whole pages: no fragment, no file."""
    for name, row in TABLE.items():
        if row[person] != 200:
            continue
        answer = client.get(address_of(name, things))
        read_through(answer)
        is_text = answer.get("Content-Type", "").startswith("text/html")
        if is_text and answer.text.lstrip().lower().startswith("<!doctype"):
            yield name, answer.text


@pytest.mark.parametrize("person", ["analyst", "ops"])
def test_leads_out(request, things, person):
    client = verified_client(request.getfixturevalue(person))
    way_out = f'method="post" action="{reverse("accounts:logout")}"'

    found = list(pages(client, things, person))

    assert len(found) > 20
    assert {name for name, page in found if way_out not in page} == set()


def test_no_address_answers_trace_with_what_was_sent(ops, things):
    client = verified_client(ops)

    for name in TABLE:
        answer = client.trace(address_of(name, things), headers={"X-Canary": "zcanari"})
        read_through(answer)
        assert b"zcanari" not in answer.getvalue(), name
