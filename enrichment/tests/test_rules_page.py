"""The rules on screen are those of the code, and tell what ops set today."""

import pytest
from django.urls import reverse

from companies import accounts_words
from enrichment import merge, rules_page
from enrichment.models import Provider
from enrichment.providers.registry import provider_classes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sources")]


def shown(client):
    return client.get(reverse("enrichment:rules")).content.decode()


def test_every_rank_has_its_reason():
    assert set(rules_page.REASONS) == set(rules_page.GROUPS) == set(merge.PRIORITY)
    for group, order in merge.PRIORITY.items():
        assert set(rules_page.REASONS[group]) == set(order)
        assert set(order) <= set(provider_classes())


def test_every_source_that_gives_a_group_has_a_rank():
    ranked = {
        "accounts": {"accounts", "history", "balance"},
        "officers": {"leader"},
        "identity": {"register"},
    }
    for group, gives in ranked.items():
        for name, client in provider_classes().items():
            if any(groups & gives for groups in client.gives.values()):
                assert name in merge.PRIORITY[group]


def test_the_company_page_names_the_same_order():
    assert tuple(accounts_words.ORDER) == merge.PRIORITY["accounts"]


def test_a_reader_sees_the_orders_the_rules_and_the_settings(reader_client):
    page = shown(reader_client)
    assert "date la prise de poste" in page
    assert "Facteur mille" in page
    assert "0,10\u00a0€" in page
    assert "7\u00a0jours" in page
    assert "en service" in page


def test_a_source_that_is_held_or_off_says_so(analyst_client):
    Provider.objects.filter(pk="rne").update(is_held=True, held_reason="maintenance")
    Provider.objects.filter(pk="sirene").update(is_enabled=False)
    page = shown(analyst_client)
    assert "suspendue par l’exploitation\u00a0: maintenance" in page
    assert "désactivée par l’exploitation" in page


def test_it_does_without_redis(analyst_client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert "Facteur mille" in shown(analyst_client)
