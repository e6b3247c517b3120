import pytest

from companies.imports import fields
from companies.imports.models import ImportKind

CONTACTS, OPPOSITIONS = ImportKind.CONTACTS, ImportKind.OPPOSITIONS
COMPANIES, OUTCOMES = ImportKind.COMPANIES, ImportKind.OUTCOMES


def guessed(kind, header):
    titles = header.split(";")
    found = fields.guess_by_titles(titles, kind)
    return [found.get(str(place), "") for place in range(len(titles))]


class TestByTitles:
    @pytest.mark.parametrize(
        ("kind", "header", "codes"),
        [
            (COMPANIES, "N° SIREN;Nom;Ville", ["siren", "name", "commune"]),
            (
                CONTACTS,
                "Siren;Nom;Prénom;E-mail",
                ["siren", "contact_name", "contact_first_name", "email"],
            ),
            (
                CONTACTS,
                "Société;Nom du dirigeant;Fonction;Tél.",
                ["name", "contact_name", "contact_title", "phone"],
            ),
            (CONTACTS, "Nom;Contact;Mobile", ["name", "contact_name", "phone"]),
            (
                OPPOSITIONS,
                "Nom;Prénom;SIREN;Courriel",
                ["contact_name", "contact_first_name", "siren", "email"],
            ),
            (
                OUTCOMES,
                "Siren;Statut;Date de signature",
                ["siren", "outcome", "outcome_on"],
            ),
            (COMPANIES, "siren;SIREN", ["siren", ""]),
        ],
    )
    def test_what_people_call_their_columns(self, kind, header, codes):
        assert guessed(kind, header) == codes


class TestRules:
    def test_are_chosen_where_companies_are_written(self):
        assert fields.has_rule("name", COMPANIES)
        assert not fields.has_rule("name", OPPOSITIONS)
        assert not fields.has_rule("siren", COMPANIES)
