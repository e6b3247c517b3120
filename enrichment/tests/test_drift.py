"""Fields that no parser knows are counted, and lose nothing."""

import pytest

from enrichment import drift
from enrichment.models import SchemaDrift
from enrichment.providers.facts import Identity, ProviderFacts

pytestmark = pytest.mark.django_db


def reading(*unknown, warnings=()):
    return ProviderFacts(
        siren="552100554",
        identity=Identity(),
        unknown_fields=unknown,
        warnings=warnings,
    )


def counts():
    return dict(SchemaDrift.objects.values_list("path", "count"))


def test_each_field_is_counted_once_an_answer():
    drift.note([("pappers", reading("siege.pole", "nouveau"))])
    drift.note([("pappers", reading("nouveau")), ("pappers", reading("nouveau"))])
    assert counts() == {"siege.pole": 1, "nouveau": 3}


def test_sources_are_kept_apart():
    drift.note([("pappers", reading("nouveau")), ("rne", reading("nouveau"))])
    assert SchemaDrift.objects.count() == 2


def test_a_value_of_another_type_counts_a_doubtful_figure_does_not():
    warnings = ("bad_type siege", "revenue_not_published finances[0].ca")
    drift.note([("pappers", reading(warnings=warnings))])
    assert counts() == {"bad_type siege": 1}


def test_a_path_too_long_is_cut_and_nothing_fails():
    drift.note([("pappers", reading("x" * 500))])
    assert len(SchemaDrift.objects.get().path) == drift.LONGEST_PATH


def test_an_answer_without_surprise_writes_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        drift.note([("pappers", reading())])


def test_what_ops_took_note_of_stays_so():
    drift.note([("pappers", reading("nouveau"))])
    SchemaDrift.objects.update(is_seen=True)
    drift.note([("pappers", reading("nouveau"))])
    assert SchemaDrift.objects.get().is_seen


def test_ops_are_told_on_the_first_page_of_the_admin(ops_client, sources):
    assert "schema-drift" not in ops_client.get("/administration/").text
    drift.note([("pappers", reading("nouveau"))])
    page = ops_client.get("/administration/").text
    assert "Pappers (1)" in page
    SchemaDrift.objects.update(is_seen=True)
    assert "schema-drift" not in ops_client.get("/administration/").text
