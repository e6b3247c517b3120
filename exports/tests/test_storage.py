import json
import os

import pytest

from companies.tests.makers import make_company
from exports import jobs, rights
from exports.models import ExportState
from exports.tests.asking import again, ask, audited, make_destination


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = tmp_path / "dossier"
    made.mkdir()
    monkeypatch.setenv("EXPORT_TARGET_ESSAI", str(made))
    return made


@pytest.fixture
def place(db):
    make_company("SOCIETE STOCKÉE")
    return make_destination("Dossier partagé")


def sent(by, place, **more):
    export = ask(by, to=place, **more)
    jobs.write_export(export_id=export.pk)
    return again(export)


class TestPlace:
    def test_puts_the_file_with_its_manifests(self, place, folder, analyst):
        export = sent(analyst, place)
        assert export.state == ExportState.DONE
        names = sorted(path.name for path in folder.iterdir())
        reference = export.public_id.hex[-8:]
        stem = f"{export.file_stem}-{reference}"
        assert names == [
            f"{stem}.csv",
            f"{stem}.manifeste.json",
            f"{stem}.manifeste.txt",
        ]
        told = json.loads((folder / f"{stem}.manifeste.json").read_text("utf-8"))
        assert told["sha256"] == export.sha256
        assert told["destination"] == "Dossier partagé"
        assert told["lignes"] == 1
        assert (folder / f"{stem}.csv").stat().st_size == export.size_bytes
        assert audited() == ["export_asked", "export_sent"]

    def test_is_never_the_same_export_again(self, place, folder, analyst):
        first, second = sent(analyst, place), sent(analyst, place)
        assert first != second
        assert (first.reason, second.reason) == ("", "")
        assert len(list(folder.glob("*.csv"))) == 2

    def test_leaves_nothing_when_it_fails_half_way(
        self, place, folder, analyst, monkeypatch, export_folder
    ):
        rename = os.rename

        def broken(source, target, **_):
            if str(target).endswith(".csv") and str(target).startswith(str(folder)):
                raise OSError(28, "No space left on device")
            return rename(source, target)

        monkeypatch.setattr(os, "rename", broken)
        export = sent(analyst, place)
        assert export.state == ExportState.FAILED
        assert "disque" in export.reason
        assert list(folder.iterdir()) == []
        assert list(export_folder.iterdir()) == []

    @pytest.mark.parametrize("given", ["", "/nulle/part", "dossier"])
    def test_says_that_the_folder_is_not_there(
        self, place, analyst, monkeypatch, given
    ):
        monkeypatch.setenv("EXPORT_TARGET_ESSAI", given)
        export = sent(analyst, place)
        assert export.state == ExportState.FAILED
        assert "n’est pas accessible" in export.reason

    def test_takes_contacts_only_where_ops_said_so(self, place, analyst):
        analyst.may_read_contacts = True
        analyst.save()
        with pytest.raises(rights.RightMissing, match="ne reçoit pas de contacts"):
            ask(analyst, to=place, contacts=True)


class TestDestinations:
    def form(self, client):
        data = {"tout": "1", "requete": "", "profil": "analyse"}
        return client.post("/exports/nouveau/", data).content.decode()

    def test_are_offered_by_their_name(self, place, analyst_client, folder):
        page = self.form(analyst_client)
        assert "Dossier partagé" in page
        assert str(folder) not in page
        assert "EXPORT_TARGET" not in page

    def test_are_those_of_the_desk(self, place, analyst, analyst_client, stranger):
        place.desks.set([stranger.desk])
        assert "Dossier partagé" not in self.form(analyst_client)
        with pytest.raises(rights.RightMissing):
            ask(analyst, to=place)

    def test_out_of_service_are_not_offered(self, place, analyst_client):
        place.is_active = False
        place.save()
        assert "Dossier partagé" not in self.form(analyst_client)

    def test_of_another_kind_are_for_their_profile(self, analyst_client, db):
        make_company()
        make_destination("Prospects", "airtable", place="appA", table="T")
        assert "Prospects" not in self.form(analyst_client)
        data = {"tout": "1", "requete": "", "profil": "airtable"}
        page = analyst_client.post("/exports/nouveau/", data).content.decode()
        assert "Envoi à « Prospects »" in page
        assert "Essayer à blanc" in page

    def test_missing_are_told(self, analyst_client, db):
        make_company()
        data = {"tout": "1", "requete": "", "profil": "airtable"}
        page = analyst_client.post("/exports/nouveau/", data).content.decode()
        assert "Aucune destination n’est ouverte à votre équipe" in page
