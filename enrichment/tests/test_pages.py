import pytest
from django.urls import reverse

from enrichment import lane
from enrichment.models import Batch, Item

pytestmark = pytest.mark.django_db


def post_list(client, text, **fields):
    return client.post(reverse("enrichment:new"), {"sirens": text} | fields)


class TestPastingAList:
    def test_leads_to_a_draft_that_shows_each_fate(self, analyst_client, companies):
        good = companies(2)
        text = f"siren;nom\n{good[0]};A\n{good[1]};B\n123456789;C\n;D\n{good[0]};E\n"
        response = post_list(analyst_client, text)
        batch = Batch.objects.get()
        assert response.url == batch.get_absolute_url()
        page = analyst_client.get(response.url).content.decode()
        assert "clé de Luhn fausse" in page
        assert "doublon de la ligne 2" in page
        assert "SIREN absent" in page
        assert "2 + 0 + 3 = 5" in page
        assert Item.objects.count() == 4
