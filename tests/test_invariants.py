from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from companies.imports.models import Import
from companies.imports.tests.makers import ran
from companies.tests.makers import make_company, next_siren
from exports import starting
from exports.models import Export
from mainsite import invariants

LIST = "siren;nom\n{};ACME\n{};AUTRE\n"


@pytest.fixture
def imported(analyst):
    return ran(analyst, LIST.format(next_siren(), next_siren()))


@pytest.fixture
def exported(analyst_client):
    make_company("MÉCANIQUE")
    asked = {"requete": "", "tout": "1", "faire": "exporter", "profil": "rapide"}
    answer = analyst_client.post(
        "/exports/nouveau/", asked | {"format": "csv", "colonnes": "siren"}
    )
    assert answer.getvalue()
    export = Export.objects.get()
    starting.start(export)
    export.refresh_from_db()
    assert export.state == "done"
    return export


def broken():
    return {(each.part, each.rule) for each in invariants.broken()}


def rules(part):
    return list(invariants.RULES[part])


@pytest.mark.django_db
class TestNothingIsLost:
    def test_and_the_command_says_so(self, imported, exported):
        said = StringIO()
        call_command("check_invariants", stdout=said)
        assert "toutes les règles tiennent" in said.getvalue()

    def test_a_row_that_no_count_has_is_found(self, imported):
        Import.objects.update(counts=imported.counts | {"new": 1})
        assert broken() == {("imports", rules("imports")[0])}

    def test_a_file_left_before_its_end_is_found(self, imported):
        Import.objects.update(rows_total=3)
        assert broken() == {("imports", rules("imports")[1])}

    def test_a_chunk_that_is_gone_is_found(self, imported):
        imported.chunks.all().delete()
        assert broken() == {("imports", rules("imports")[2])}

    def test_a_row_that_no_file_has_is_found(self, exported):
        Export.objects.update(rows_total=exported.rows_total + 1)
        assert broken() == {("exports", rules("exports")[0])}

    def test_a_byte_of_a_file_is_found_and_the_command_fails(self, exported):
        with (settings.EXPORT_DIR / exported.path).open("ab") as file:
            file.write(b" ")
        said = StringIO()
        with pytest.raises(CommandError):
            call_command("check_invariants", stderr=said)
        assert str(exported.public_id) in said.getvalue()

    def test_the_night_tells_the_metrics(self, client, imported):
        Import.objects.update(rows_total=3)
        invariants.check()
        told = client.get("/metrics").content.decode()
        assert 'ma_invariants_broken{part="imports"} 1.0' in told
        assert 'ma_invariants_broken{part="exports"} 0.0' in told
