import re
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.tests.people import make_desk
from companies import pipeline
from companies.models import AnnualAccounts, Note, Register, Target
from companies.tests.makers import make_company
from exports import asked, content
from exports.profiles import table
from exports.reading import wire
from exports.tests.conftest import make_accounts
from scoring.gather import debt_ratio

RAPIDE = (
    "siren, nom_entreprise, dirigeant_principal, adresse, ville, code_postal, email, "
    "telephone, chiffre_affaires, effectif, statut, ma_score, date_creation"
)
ANALYSE = (
    "SIREN, Nom_Entreprise, Forme_Juridique, Date_Creation, Adresse, Code_Postal, "
    "Ville, CA_Actuel, CA_N1, CA_N2, Evolution_CA_3ans, Resultat_Net, Marge_Nette, "
    "Effectif, Capital_Social, Score_MA, Niveau_Score, Cedabilite, Couverture, "
    "Potentiel_Acquisition, Potentiel_Cession, Priorite_Contact, Code_NAF, "
    "Secteur_Activite, Dirigeant_Principal, Ratio_Endettement, Qualite_Donnees, "
    "Derniere_MAJ, Lien_Pappers, Lien_Annuaire, Statut_Prospect, Notes_Commerciales, "
    "Derniere_Actualite"
)


def line(profile, siren, desk, **choices):
    """The cells of one company, by the name of their column."""
    wish = asked.of_query(f"siren={siren}&fermees=1", desk_id=desk.pk)
    found = table(profile, **choices)
    [batch] = content.batches(wish.search, found.columns, desk_id=desk.pk)
    assert batch.columns == found.names
    assert list(batch.schema.values()) == [each.dtype for each in found.columns]
    return batch.row(0, named=True)


def batches_of(query, profile, desk, *, size=1000, **choices):
    wish = asked.of_query(query, desk_id=desk.pk)
    columns = table(profile, **choices).columns
    return content.batches(wish.search, columns, desk_id=desk.pk, size=size)


@contextmanager
def copies():
    """The statements that are copied out of the database."""
    given, copied = [], wire._copied
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            wire, "_copied", lambda sql, p: given.append(sql) or copied(sql, p)
        )
        yield given


@pytest.mark.parametrize(
    ("profile", "names"), [("rapide", RAPIDE), ("analyse", ANALYSE)]
)
def test_the_columns_are_the_agreed_ones(profile, names):
    assert table(profile).names == names.split(", ")


class TestRapide:
    def test_tells_a_known_company(self, known, desk):
        assert line("rapide", known.siren, desk) == {
            "siren": "005520135",
            "nom_entreprise": "FONDERIE « LE 3 »",
            "dirigeant_principal": "Claire MARTIN (bac à sable)",
            "adresse": "12 RUE DES FORGES",
            "ville": "Annecy",
            "code_postal": "74000",
            "email": None,
            "telephone": None,
            "chiffre_affaires": 12_000_000,
            "effectif": "41",
            "statut": "Prospect",
            "ma_score": Decimal("84.5"),
            "date_creation": date(1998, 3, 2),
        }

    def test_leaves_the_unknown_empty(self, desk):
        company = make_company(band="", created_on=None)
        told = line("rapide", company.siren, desk)
        names = ("chiffre_affaires", "effectif", "ma_score", "date_creation")
        assert [told[name] for name in names] == [None] * 4
        assert told["dirigeant_principal"] is None

    def test_gives_a_band_in_words_and_never_as_a_count(self, desk):
        company = make_company(band="12")
        assert line("rapide", company.siren, desk)["effectif"] == "20 à 49"

    def test_gives_no_employee_as_a_number(self, desk):
        company = make_company(band="00")
        assert line("rapide", company.siren, desk)["effectif"] == "0"

    def test_shows_no_personal_field_in_partial_diffusion(self, known, desk):
        flags = Register.ACTIVE | Register.PARTIAL
        for narrow in (Register, Target):
            narrow.objects.filter(siren=known.siren).update(flags=flags)
        told = line("rapide", known.siren, desk)
        assert told["dirigeant_principal"] is told["adresse"] is None
        told = line("analyse", known.siren, desk)
        assert told["Dirigeant_Principal"] is told["Adresse"] is None
        assert (
            told["Derniere_Actualite"] == "2025-06-30 Dépôt des comptes (bac à sable)"
        )

    def test_does_not_mark_a_real_leader(self, known, desk):
        Target.objects.filter(siren=known.siren).update(leader_name="Anne DURAND")
        told = line("rapide", known.siren, desk)
        assert told["dirigeant_principal"] == "Anne DURAND"


class TestAnalyse:
    def test_tells_a_known_company(self, known, desk):
        told = line("analyse", known.siren, desk)
        today = timezone.localdate()
        assert told == {
            "SIREN": "005520135",
            "Nom_Entreprise": "FONDERIE « LE 3 »",
            "Forme_Juridique": "SAS",
            "Date_Creation": date(1998, 3, 2),
            "Adresse": "12 RUE DES FORGES",
            "Code_Postal": "74000",
            "Ville": "Annecy",
            "CA_Actuel": 12_000_000,
            "CA_N1": 11_000_000,
            "CA_N2": 10_000_000,
            "Evolution_CA_3ans": Decimal("20.00"),
            "Resultat_Net": -600_000,
            "Marge_Nette": Decimal("-5.00"),
            "Effectif": "41",
            "Capital_Social": 40_000,
            "Score_MA": Decimal("84.5"),
            "Niveau_Score": "Très bon",
            "Cedabilite": Decimal("62"),
            "Couverture": Decimal("70"),
            "Potentiel_Acquisition": "Très bon",
            "Potentiel_Cession": "Bon",
            "Priorite_Contact": "HIGH",
            "Code_NAF": "25.62B",
            "Secteur_Activite": "Mécanique industrielle",
            "Dirigeant_Principal": "Claire MARTIN (bac à sable)",
            "Ratio_Endettement": Decimal("0.25"),
            "Qualite_Donnees": "Haute",
            "Derniere_MAJ": today,
            "Lien_Pappers": "https://www.pappers.fr/entreprise/005520135",
            "Lien_Annuaire": (
                "https://annuaire-entreprises.data.gouv.fr/entreprise/005520135"
            ),
            "Statut_Prospect": "Prospect",
            "Notes_Commerciales": None,
            "Derniere_Actualite": "2025-06-30 Dépôt des comptes 2024 (bac à sable)",
        }

    @pytest.mark.parametrize(
        ("coverage", "words"),
        [("70", "Haute"), ("69.99", "Moyenne"), ("40", "Moyenne"), ("39", "Faible")],
    )
    def test_words_of_the_quality(self, known, desk, coverage, words):
        Target.objects.filter(siren=known.siren).update(coverage=Decimal(coverage))
        assert line("analyse", known.siren, desk)["Qualite_Donnees"] == words

    def test_says_not_rated_and_gives_no_priority_without_a_score(self, desk):
        told = line("analyse", make_company().siren, desk)
        assert told["Niveau_Score"] == told["Potentiel_Cession"] == "Non évalué"
        assert told["Priorite_Contact"] is told["Qualite_Donnees"] is None

    def test_computes_no_growth_between_two_types_of_accounts(self, desk):
        company = make_company(target={"revenue": 12, "revenue_year": 2024})
        make_accounts(company.siren, 2024, 12)
        make_accounts(company.siren, 2022, 10, kind="K")
        told = line("analyse", company.siren, desk)
        assert told["CA_N2"] is told["Evolution_CA_3ans"] is None

    def test_computes_no_growth_across_a_change_of_unit(self, known, desk):
        AnnualAccounts.objects.filter(siren=known.siren, closed_on__year=2023).update(
            has_unit_jump=True
        )
        told = line("analyse", known.siren, desk)
        assert told["Evolution_CA_3ans"] is None
        assert told["CA_N1"] == 11_000_000

    def test_takes_the_ratio_of_scoring(self, known, desk):
        accounts = AnnualAccounts.objects.get(
            siren=known.siren, closed_on__year=2024, account_type="C"
        )
        AnnualAccounts.objects.filter(pk=accounts.pk).update(equity=-5)
        accounts.refresh_from_db()
        told = line("analyse", known.siren, desk)["Ratio_Endettement"]
        assert told == debt_ratio(accounts) == 1

    def test_gives_the_notes_and_status_of_the_desk_only(
        self, known, analyst, stranger
    ):
        pipeline.set_status(siren=known.siren, status="contacte", by=analyst)
        pipeline.add_note(siren=known.siren, text="=Rappeler\r\nlundi", by=analyst)
        pipeline.add_note(siren=known.siren, text="À nous", by=stranger)
        told = line("analyse", known.siren, analyst.desk)
        today = f"{timezone.localdate():%d/%m/%Y}"
        assert told["Statut_Prospect"] == "Contacté"
        assert told["Notes_Commerciales"] == f"{today} : =Rappeler\nlundi"
        assert line("analyse", known.siren, make_desk())["Notes_Commerciales"] is None

    def test_puts_the_newest_note_first(self, known, analyst):
        for text in ("ancienne", "récente"):
            pipeline.add_note(siren=known.siren, text=text, by=analyst)
        told = line("analyse", known.siren, analyst.desk)["Notes_Commerciales"]
        assert re.findall("ancienne|récente", told) == ["récente", "ancienne"]
        assert Note.objects.count() == 2


class TestBatches:
    @pytest.mark.parametrize("number", [1, 30])
    def test_cost_the_same_queries_whatever_their_size(
        self, desk, django_assert_num_queries, number
    ):
        for _ in range(number):
            company = make_company(target={"leader_name": "X"})
            make_accounts(company.siren, 2024, 1_000)
        # One COPY for each kind of facts, which Django does not count.
        with django_assert_num_queries(1), copies() as asked_for:
            batches = list(batches_of("", "analyse", desk))
        assert [batch.height for batch in batches] == [number]
        assert len(asked_for) == 5

    def test_read_nothing_that_no_column_needs(self, desk):
        make_company(target={"leader_name": "X"})
        with copies() as asked_for:
            list(batches_of("", "rapide", desk, columns=["siren", "nom_entreprise"]))
        [statement] = asked_for
        assert "target" not in statement
        assert "pursuit" not in statement

    def test_follow_each_other_in_the_order_of_the_list(self, desk):
        names = [f"SOCIETE {number:02}" for number in range(7)]
        for name in reversed(names):
            make_company(name)
        batches = list(batches_of("tri=nom", "rapide", desk, size=3))
        assert [batch.height for batch in batches] == [3, 3, 1]
        assert [n for batch in batches for n in batch["nom_entreprise"]] == names
