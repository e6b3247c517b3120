from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from companies import lists
from companies.imports.models import Import, ImportChange, ImportRefusal
from companies.imports.page import notes
from companies.imports.tests.makers import ran, tried, undone
from companies.models import (
    AnnualAccounts,
    Company,
    Note,
    Officer,
    Pursuit,
    PursuitChange,
    Register,
    Target,
)
from companies.tests.makers import make_company, next_siren

pytestmark = pytest.mark.django_db


def sums(counts):
    return counts["read"] == sum(
        counts[name] for name in ("new", "updated", "unchanged", "refused")
    )


class TestNewCompanies:
    def test_are_made_with_their_narrow_row(self, analyst):
        siren = next_siren()
        imp = ran(
            analyst,
            "SIREN;Dénomination;Forme juridique;Date création;Adresse;CP;Ville;NAF;"
            "Effectif;Capital\n"
            f"{siren};Élan & Cie;SAS;02/03/1998;1 rue du Lac;74000;Annecy;2562B;"
            "20 à 49;1 000,00 €\n",
        )
        assert (imp.state, imp.reason) == ("done", "")
        assert imp.counts["new"] == 1
        company = Company.objects.get(siren=siren)
        assert company.name == "Élan & Cie"
        assert company.source == "import"
        assert list(company.provenance) == ["capital_eur"]
        assert company.provenance["capital_eur"][0] == "import"
        assert company.legal_form == "5710"
        assert company.created_on == date(1998, 3, 2)
        assert (company.postal_code, company.commune_code) == ("74000", "74010")
        assert company.naf_code == "25.62B"
        assert company.headcount_band == "12"
        assert company.capital_eur == 1000
        assert (company.source, company.source_file) == ("import", "liste.csv")
        narrow = Register.objects.get(siren=siren)
        assert narrow.headcount == 20
        assert narrow.naf == company.naf.id
        assert narrow.geo == company.place.id
        assert not Target.objects.filter(siren=siren).exists()

    def test_without_a_name_are_refused(self, analyst):
        siren = next_siren()
        imp = ran(analyst, f"siren;ville\n{siren};Annecy\n")
        assert imp.counts["reasons"] == {"no_name": 1}
        refusal = imp.refusals.get(is_trial=False)
        assert (refusal.line, refusal.cells) == (2, [siren, "Annecy"])
        assert not Company.objects.filter(siren=siren).exists()

    def test_with_amounts_a_leader_a_status_and_a_note(self, analyst):
        siren = next_siren()
        imp = ran(
            analyst,
            "siren;nom;ca;résultat net;dirigeant;statut;notes\n"
            f"{siren};ACME;1,2 M€;(1 200);Jean DUPONT;en discussion;Appeler lundi\n",
            options={"year": "2023"},
        )
        assert imp.counts["new"] == 1
        accounts = AnnualAccounts.objects.get(siren=siren)
        assert (accounts.revenue, accounts.net_income) == (1_200_000, -1200)
        assert accounts.closed_on == date(2023, 12, 31)
        assert accounts.is_closing_estimated
        assert accounts.provenance["revenue"][0] == "import"
        target = Target.objects.get(siren=siren)
        assert (target.revenue, target.revenue_year) == (1_200_000, 2023)
        assert target.leader_name == "Jean DUPONT"
        assert target.enriched_at is not None
        officer = Officer.objects.get(siren=siren)
        assert (officer.first_name, officer.surname) == ("Jean", "DUPONT")
        pursuit = Pursuit.objects.get(siren=siren)
        assert (pursuit.status, pursuit.owner) == ("negociation", analyst)
        assert PursuitChange.objects.get(siren=siren).after == "negociation"
        assert Note.objects.get(siren=siren).text == "Appeler lundi"
        assert imp.counts["aliases"] == {"en discussion → negociation": 1}


class TestKnownCompanies:
    HEADER = "siren;nom;code_naf;capital\n"

    def test_have_their_blanks_filled_and_nothing_replaced(self, analyst):
        company = make_company("Ancien nom", capital_eur=None)
        imp = ran(analyst, f"{self.HEADER}{company.siren};Nouveau nom;6831Z;5000\n")
        company.refresh_from_db()
        assert (company.name, company.naf_code) == ("Ancien nom", "25.62B")
        assert company.capital_eur == 5000
        assert company.provenance["capital_eur"][0] == "import"
        assert imp.counts["fields"] == {
            "name": {"filled": 0, "overwritten": 0, "kept": 1},
            "naf_code": {"filled": 0, "overwritten": 0, "kept": 1},
            "capital": {"filled": 1, "overwritten": 0, "kept": 0},
        }
        assert imp.counts["updated"] == 1
        assert sums(imp.counts)

    def test_are_overwritten_field_by_field_as_chosen(self, analyst):
        company = make_company("Ancien nom", target={"revenue": None})
        imp = ran(
            analyst,
            f"{self.HEADER}{company.siren};Nouveau nom;6831Z;5000\n",
            policies={"name": "overwrite", "naf_code": "overwrite", "capital": "never"},
        )
        company.refresh_from_db()
        assert (company.name, company.naf_code) == ("Nouveau nom", "68.31Z")
        assert company.capital_eur is None
        assert Register.objects.get(siren=company.siren).naf == company.naf.id
        target = Target.objects.get(siren=company.siren)
        assert (target.folded_name.strip(), target.naf) == (
            "NOUVEAU NOM",
            company.naf.id,
        )
        [name] = [s for s in imp.trial["samples"] if s["field"] == "name"]
        assert name == {
            "line": 2,
            "siren": company.siren,
            "name": "Ancien nom",
            "field": "name",
            "before": "Ancien nom",
            "after": "Nouveau nom",
            "rule": "overwrite",
        }

    def test_the_trial_tells_what_the_run_does_and_writes_nothing(self, analyst):
        company = make_company(capital_eur=None)
        data = (
            f"{self.HEADER}{company.siren};X;6831Z;5000\n"
            f"{next_siren()};NEUVE;6831Z;\n123456789;FAUSSE;;\n"
        )
        trial = tried(analyst, data)
        assert trial.state == "checked"
        assert Company.objects.count() == 1
        assert Company.objects.get().capital_eur is None
        done = ran(analyst, data)
        told = ("read", "new", "updated", "unchanged", "refused", "fields", "reasons")
        assert {n: trial.trial[n] for n in told} == {n: done.counts[n] for n in told}
        assert sums(trial.trial)

    def test_again_change_nothing(self, analyst):
        data = (
            "siren;nom;ca;dirigeant;statut;notes\n"
            f"{next_siren()};ACME;12;Jean DUPONT;client;Bien\n"
        )
        ran(analyst, data, options={"year": "2023"})
        again = ran(analyst, data, options={"year": "2023"})
        assert again.counts["unchanged"] == again.counts["read"] == 1
        assert not again.changes.exists()
        assert Note.objects.count() == Officer.objects.count() == 1
        assert PursuitChange.objects.count() == 1

    def test_of_partial_diffusion_take_nothing_personal(self, analyst):
        company = make_company("SCI", diffusion="P", target={})
        imp = ran(
            analyst,
            "siren;nom;adresse;dirigeant\n"
            f"{company.siren};SCI;1 rue du Lac;Jean DUPONT\n",
        )
        company.refresh_from_db()
        assert company.address == ""
        assert not Officer.objects.exists()
        assert Target.objects.get().leader_name == ""
        assert imp.counts["repairs"]["partial"] == 1

    def test_an_address_of_another_town_fills_nothing(self, analyst):
        company = make_company(commune="74010")
        imp = ran(
            analyst, f"siren;nom;adresse;cp;ville\n{company.siren};X;2 rue;69001;Lyon\n"
        )
        company.refresh_from_db()
        assert (company.address, company.commune_code) == ("", "74010")
        assert imp.counts["fields"]["address"]["kept"] == 1

    def test_an_exercise_known_by_another_closing_is_the_same(self, analyst):
        company = make_company(target={"revenue": 10})
        AnnualAccounts.objects.create(
            siren=company.siren,
            closed_on=date(2023, 6, 30),
            account_type="C",
            revenue=10,
            provenance={"revenue": ["inpi_bce", "2024-01-01"]},
        )
        ran(
            analyst,
            f"siren;nom;ca;resultat\n{company.siren};X;99;7\n",
            options={"year": "2023"},
        )
        accounts = AnnualAccounts.objects.get()
        assert (accounts.revenue, accounts.net_income) == (10, 7)
        assert accounts.provenance["revenue"][0] == "inpi_bce"
        assert accounts.provenance["net_income"][0] == "import"


class TestTheSameCompanyTwice:
    def test_the_first_line_wins_across_chunks(self, analyst, monkeypatch):
        monkeypatch.setattr("companies.imports.reading.working.BATCH", 2)
        monkeypatch.setattr("companies.imports.running.BATCH", 2)
        one, two = next_siren(), next_siren()
        imp = ran(
            analyst,
            f"siren;nom\n{one};A\n{one};B\n{two};C\n{one};A\n{two};D\n",
        )
        assert imp.counts["reasons"] == {"duplicate": 3}
        found = imp.refusals.filter(is_trial=False).values_list("line", "hint")
        assert sorted(found) == [(3, "2"), (5, "2"), (6, "4")]
        assert Company.objects.get(siren=one).name == "A"
        assert imp.chunks.count() == 3
        assert sums(imp.counts)


class TestRefusedRows:
    def test_keep_their_own_cells_with_field_value_and_reason(self, analyst):
        good = next_siren()
        imp = ran(
            analyst,
            "siren;nom;ca;date_creation\n"
            f"{good};A;12 %;\n{next_siren()};B;1e400;\n{next_siren()};C;1;31/02/2020\n"
            f"{next_siren()};D;1\n1.23457E+08;E;;\n",
            options={"year": "2023"},
        )
        rows = imp.refusals.filter(is_trial=False).order_by("line")
        assert [(r.line, r.field, r.reason, r.value) for r in rows] == [
            (2, "revenue", "percent", "12 %"),
            (3, "revenue", "too_large", "1e400"),
            (4, "created_on", "date", "31/02/2020"),
            (5, "", "ragged", ""),
            (6, "siren", "scientific", "1.23457E+08"),
        ]
        assert rows[0].cells == [good, "A", "12 %", ""]
        assert rows[3].hint == "3/4"
        assert imp.counts["refused"] == 5
        assert not Company.objects.exists()

    def test_are_counted_past_what_is_kept(self, analyst, monkeypatch):
        monkeypatch.setattr("companies.imports.refusals.MAX_KEPT", 3)
        imp = tried(analyst, "siren;nom\n" + "ABC;x\n" * 10)
        assert imp.trial["reasons"] == {"letters": 10}
        assert ImportRefusal.objects.filter(of=imp).count() == 3


class TestDisagreements:
    @pytest.fixture
    def known(self):
        company = make_company("CIBLE", target={"revenue": 5_000_000})
        AnnualAccounts.objects.create(
            siren=company.siren,
            closed_on="2023-12-31",
            account_type="C",
            revenue=5_000_000,
            net_income=100_000,
            provenance={
                "revenue": ["pappers", "2024-06-01"],
                "net_income": ["rne", "2024-06-02"],
            },
            disagreements={"revenue": {"rne": 4_000_000}},
        )
        return company

    def ran(self, analyst, known, revenue, policy="fill", result=""):
        return ran(
            analyst,
            f"siren;ca;resultat\n{known.siren};{revenue};{result}\n",
            policies={"revenue": policy, "net_income": policy},
            options={"year": "2023"},
        )

    def stored(self):
        return AnnualAccounts.objects.get().disagreements

    def test_a_figure_that_stays_has_the_files_beside_it(self, analyst, known):
        imp = self.ran(analyst, known, 6_000_000)

        assert AnnualAccounts.objects.get().revenue == 5_000_000
        assert self.stored() == {"revenue": {"rne": 4_000_000, "import": 6_000_000}}
        assert Target.objects.get().sources_disagree
        assert imp.counts["fields"]["revenue"]["kept"] == 1
        assert imp.counts["unchanged"] == 1

    def test_one_that_is_replaced_stands_beside_the_files(
        self, analyst, known, analyst_client
    ):
        self.ran(analyst, known, 6_000_000, "overwrite", 900_000)

        assert AnnualAccounts.objects.get().revenue == 6_000_000
        assert self.stored() == {
            "revenue": {"rne": 4_000_000, "pappers": 5_000_000},
            "net_income": {"rne": 100_000},
        }
        page = analyst_client.get(reverse("companies:company", args=[known.siren]))
        assert "choisie à l’import" in page.text

    def test_what_is_nearly_the_same_is_none(self, analyst, known):
        self.ran(analyst, known, 5_000_900)
        assert self.stored() == {"revenue": {"rne": 4_000_000}}

    def test_the_same_file_twice_writes_it_once(self, analyst, known):
        self.ran(analyst, known, 6_000_000)
        again = self.ran(analyst, known, 6_000_000)
        assert not ImportChange.objects.filter(of=again).exists()

    def test_a_file_that_comes_round_to_it_ends_it(self, analyst, known):
        self.ran(analyst, known, 6_000_000)
        self.ran(analyst, known, 5_000_000)
        assert self.stored() == {"revenue": {"rne": 4_000_000}}

    def test_a_trial_writes_none(self, analyst, known):
        tried(
            analyst,
            f"siren;ca\n{known.siren};6000000\n",
            options={"year": "2023"},
        )
        assert self.stored() == {"revenue": {"rne": 4_000_000}}

    @pytest.mark.parametrize("policy", ["fill", "overwrite"])
    def test_goes_with_the_import(self, analyst, known, policy):
        before = AnnualAccounts.objects.values().get()
        imp = self.ran(analyst, known, 6_000_000, policy, 900_000)

        undone(imp, analyst)

        assert AnnualAccounts.objects.values().get() == before
        assert not ImportChange.objects.exists()

    def test_leaves_what_another_source_said_since(self, analyst, known):
        imp = self.ran(analyst, known, 6_000_000)
        AnnualAccounts.objects.update(
            disagreements={"revenue": {"bodacc": 1, "import": 6_000_000}}
        )

        undone(imp, analyst)

        assert self.stored() == {"revenue": {"bodacc": 1}}

    def test_of_figures_that_are_not_in_the_file_stay(self, analyst, known):
        AnnualAccounts.objects.update(disagreements={"net_income": {"bodacc": 1}})
        self.ran(analyst, known, 6_000_000)
        assert self.stored()["net_income"] == {"bodacc": 1}


class TestSeveralLeaders:
    CELL = '"Mme Anne MARTIN ; M. Jean DUPONT / Léa ROUX\nJean DUPONT"'

    def officers(self, siren):
        rows = Officer.objects.filter(siren=siren).order_by("rank", "pk")
        return [(row.first_name, row.surname, row.source) for row in rows]

    @pytest.mark.parametrize("is_known", [False, True])
    def test_are_read_one_by_one(self, analyst, is_known):
        siren = make_company("CIBLE").siren if is_known else next_siren()
        imp = ran(analyst, f"siren;nom;dirigeants\n{siren};CIBLE;{self.CELL}\n")

        assert self.officers(siren) == [
            ("Anne", "MARTIN", "import"),
            ("Jean", "DUPONT", "import"),
            ("Léa", "ROUX", "import"),
        ]
        assert Target.objects.get().leader_name == "Anne MARTIN"
        assert imp.counts["repairs"] == {"several_people": 1}
        assert imp.counts["noted"] == {"several_people": [2]}
        assert "lus un par un\u00a0: lignes 2." in " ".join(notes.of_report(imp))

    def test_the_same_file_twice_changes_nothing(self, analyst):
        siren = make_company("CIBLE").siren
        data = f"siren;dirigeants\n{siren};{self.CELL}\n"
        ran(analyst, data)

        again = ran(analyst, data, policies={"leader": "overwrite"})

        assert again.counts["unchanged"] == 1
        assert Officer.objects.count() == 3

    @pytest.mark.parametrize(
        ("policy", "what", "count"),
        [("fill", "kept", 1), ("overwrite", "overwritten", 3)],
    )
    def test_others_beside_the_known_leader_follow_the_rule(
        self, analyst, policy, what, count
    ):
        known = make_company(
            "CIBLE", target={"leader_name": "Anne MARTIN", "leader_birth_year": 1960}
        )
        Officer.objects.create(
            siren=known.siren,
            surname="MARTIN",
            first_name="ANNE",
            role="Gérante",
            source="rne",
            retrieved_at=timezone.now(),
        )
        data = f"siren;dirigeants\n{known.siren};{self.CELL}\n"
        imp = ran(analyst, data, policies={"leader": policy})

        assert imp.counts["fields"]["leader"][what] == 1
        assert Officer.objects.count() == count
        target = Target.objects.get()
        assert (target.leader_name, target.leader_birth_year) == ("Anne MARTIN", 1960)

        undone(imp, analyst)

        assert self.officers(known.siren) == [("ANNE", "MARTIN", "rne")]
        target.refresh_from_db()
        assert (target.leader_name, target.leader_birth_year) == ("Anne MARTIN", 1960)

    def test_go_with_the_import(self, analyst):
        siren = make_company("CIBLE").siren
        imp = ran(analyst, f"siren;dirigeants\n{siren};{self.CELL}\n")

        undone(imp, analyst)

        assert not Officer.objects.exists()

    @pytest.mark.parametrize(
        ("cell", "name"),
        [
            ("M./Mme DUPONT", "DUPONT"),
            ("-", "-"),
            ('" ; "', ""),
            ("O'NEIL Zoé", "Zoé O'NEIL"),
        ],
    )
    def test_one_person_stays_one(self, analyst, cell, name):
        siren = next_siren()
        imp = ran(analyst, f"siren;nom;dirigeant\n{siren};CIBLE;{cell}\n")

        assert Officer.objects.count() == bool(name)
        assert [t.leader_name for t in Target.objects.all()] == [name] * bool(name)
        assert imp.counts["repairs"] == {}


class TestUndo:
    def test_gives_everything_back(self, analyst):
        company = make_company("Ancien", target={"revenue": None})
        Register.objects.filter(siren=company.siren).update(flags=5)
        new = next_siren()
        data = (
            "siren;nom;naf;capital;ca;dirigeant;statut;notes;adresse\n"
            f"{company.siren};Nouveau;6831Z;5000;12;Jean DUPONT;client;N;1 rue\n"
            f"{new};NEUVE;6831Z;5;13;Anne MARTIN;client;N;2 rue\n"
        )
        policies = {"name": "overwrite", "naf_code": "overwrite"}
        before = {
            **Company.objects.values().get(siren=company.siren),
            **Register.objects.values().get(siren=company.siren),
        }
        imp = ran(analyst, data, policies=policies, options={"year": "2023"})
        assert (imp.counts["new"], imp.counts["updated"]) == (1, 1)
        imp = undone(imp, analyst)
        assert imp.state == "undone"
        after = {
            **Company.objects.values().get(siren=company.siren),
            **Register.objects.values().get(siren=company.siren),
        }
        assert after == before
        assert not Company.objects.filter(siren=new).exists()
        assert not Register.objects.filter(siren=new).exists()
        assert not AnnualAccounts.objects.exists()
        assert not Officer.objects.exists()
        assert not Pursuit.objects.exists()
        assert not Note.objects.exists()
        target = Target.objects.get()
        assert (target.siren, target.revenue, target.leader_name) == (
            company.siren,
            None,
            "",
        )
        assert imp.counts["undo"]["removed"] == 1
        assert imp.counts["undo"].get("kept_changed", 0) == 0

    def test_leaves_what_was_changed_since(self, analyst):
        company = make_company("Ancien")
        used, new = next_siren(), next_siren()
        imp = ran(
            analyst,
            f"siren;nom;capital\n{company.siren};Nouveau;5000\n{used};U;1\n{new};N;1\n",
            policies={"name": "overwrite"},
        )
        Company.objects.filter(siren=company.siren).update(name="Encore autre")
        Note.objects.create(
            desk=analyst.desk, siren=used, author=analyst, text="à garder"
        )
        imp = undone(imp, analyst)
        company.refresh_from_db()
        assert (company.name, company.capital_eur) == ("Encore autre", None)
        assert Company.objects.filter(siren=used).exists()
        assert not Company.objects.filter(siren=new).exists()
        assert imp.counts["undo"] == {
            "given_back": 1,
            "kept_changed": 1,
            "removed": 1,
            "kept_in_use": 1,
        }

    @pytest.mark.parametrize(
        ("column", "cell"),
        [
            ("ca", "12"),
            ("dirigeant", "Jean DUPONT"),
            ("statut", "client"),
            ("email", "contact@cible.example"),
        ],
    )
    def test_takes_away_the_narrow_row_that_it_made(self, analyst, column, cell):
        known = make_company("CONNUE")
        options = {"year": "2023"}
        data = f"siren;{column}\n{known.siren};{cell}\n"
        imp = ran(analyst, data, options=options)
        assert Target.objects.filter(siren=known.siren).exists()

        imp = undone(imp, analyst)

        assert not Target.objects.filter(siren=known.siren).exists()
        assert not ImportChange.objects.exists()
        assert imp.counts["undo"] == {"given_back": 1}

    # Each in its own transaction, because the moments of writing are compared.
    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("how", ["enriched", "listed", "named"])
    def test_leaves_a_narrow_row_that_somebody_needs(self, analyst, how):
        known = make_company("CONNUE")
        imp = ran(analyst, f"siren;ca\n{known.siren};12\n", options={"year": "2023"})
        row = Target.objects.filter(siren=known.siren)
        if how == "enriched":
            row.update(enriched_at=timezone.now())
        elif how == "listed":
            made = lists.create(name="L", by=analyst)
            lists.add_company(target_list=made, siren=known.siren, by=analyst)
        else:
            row.update(leader_name="Jean DUPONT")

        undone(imp, analyst)

        assert row.get().revenue is None

    def test_leaves_a_narrow_row_of_before(self, analyst):
        known = make_company("CONNUE", target={"revenue": None})

        undone(
            ran(analyst, f"siren;ca\n{known.siren};12\n", options={"year": "2023"}),
            analyst,
        )

        assert Target.objects.filter(siren=known.siren).exists()

    def test_is_refused_after_its_week(self, analyst):
        imp = ran(analyst, f"siren;nom\n{next_siren()};A\n")
        Import.objects.filter(pk=imp.pk).update(expires_at=imp.created_at)
        with pytest.raises(ValueError, match="ne peut plus être annulé"):
            undone(imp, analyst)
