"""« Corriger à l’écran » : what was refused is mended, tried and run by itself."""

import pytest
from django.urls import reverse

from accounts.tests.people import verified_client
from companies.imports import jobs, services
from companies.imports.models import Import
from companies.imports.tests.makers import ran
from companies.models import Company, Pursuit
from companies.tests.makers import next_siren

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def upload_folder(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"


@pytest.fixture
def web(analyst):
    return verified_client(analyst)


def page(imp, query=""):
    return reverse("companies:imports:correct", args=[imp.public_id]) + query


def fields_of(answer):
    """As a browser would send them back, untouched."""
    shown = [field for row in answer.context["rows"] for field in row.fields]
    return {field.html_name: field.value() for field in shown}


class TestCorrecting:
    def test_takes_the_changed_rows_alone_through_a_trial_and_a_run(self, web, analyst):
        good, fixed, left = next_siren(), next_siren(), next_siren()
        imp = ran(
            analyst,
            "siren;nom;statut;effectif\n"
            f"{good};UN;prospect;12\n"
            f"{fixed};=DEUX;chaud;15\n"
            f"{left};TROIS;tiède;18\n",
        )
        assert imp.counts["refused"] == 2
        sent = fields_of(web.get(page(imp)))
        assert sorted(sent.values()) == sorted(
            [fixed, "=DEUX", "chaud", left, "TROIS", "tiède"]
        )
        [wrong] = [name for name, value in sent.items() if value == "chaud"]
        answer = web.post(page(imp), sent | {wrong: "contacte"})
        new = Import.objects.exclude(pk=imp.pk).get()
        assert answer["Location"] == reverse(
            "companies:imports:trial", args=[new.public_id]
        )
        jobs.check(import_id=new.pk)
        new.refresh_from_db()
        assert (new.trial["read"], new.trial["new"], new.trial["refused"]) == (1, 1, 0)
        services.ask_run(imp=new, by=analyst)
        jobs.run(import_id=new.pk)
        # What was not touched is as it stood in the file.
        assert Company.objects.get(siren=fixed).headcount_band == "11"
        assert Company.objects.get(siren=fixed).name == "=DEUX"
        assert Pursuit.objects.get(siren=fixed).status == "contacte"
        assert not Company.objects.filter(siren=left).exists()

    def test_of_nothing_says_so_and_brings_nothing(self, web, analyst):
        imp = ran(analyst, f"siren;nom;statut\n{next_siren()};UN;chaud\n")
        answer = web.post(page(imp), fields_of(web.get(page(imp))))
        assert answer.status_code == 422
        assert "Aucune cellule n’a été changée." in answer.content.decode()
        assert Import.objects.count() == 1

    def test_goes_on_after_the_last_line_of_a_page(self, web, analyst):
        lines = "".join(f"{next_siren()};N;chaud\n" for _ in range(60))
        imp = ran(analyst, f"siren;nom;statut\n{lines}")
        first = web.get(page(imp))
        assert len(first.context["rows"]) == 50
        second = web.get(page(imp, first.context["next_url"]))
        assert len(second.context["rows"]) == 10
        assert second.context["next_url"] == ""

    def test_is_the_desks_own(self, analyst, stranger, reader):
        imp = ran(analyst, f"siren;nom;statut\n{next_siren()};UN;chaud\n")
        assert verified_client(stranger).get(page(imp)).status_code == 404
        assert verified_client(reader).get(page(imp)).status_code == 403

    def test_is_not_offered_where_nothing_was_refused(self, web, analyst):
        imp = ran(analyst, f"siren;nom\n{next_siren()};UN\n")
        assert web.get(page(imp)).status_code == 302
        report = reverse("companies:imports:report", args=[imp.public_id])
        assert "Corriger à l’écran" not in web.get(report).content.decode()
