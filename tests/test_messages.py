"""The English of the screens: whole, sound, compiled, and shown."""

import ast
import gettext
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation.template import templatize

from companies.models import AnnualAccounts
from companies.nomenclature import HEADCOUNT_BANDS
from companies.search import phrase
from companies.search.criteria import Bounds, Criteria
from companies.tests.makers import make_company

CATALOGUE = settings.BASE_DIR / "locale/en/LC_MESSAGES/django.po"
APPS = ("accounts", "companies", "enrichment", "exports", "mainsite", "scoring")
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
MARKED = re.compile(
    r"""\b(?:_|n?gettext)\(\s*(u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
)
PLACEHOLDER = re.compile(r"%\(\w+\)[0-9.]*[a-z]|%%")
FIELD = re.compile(r'^(msgid|msgid_plural|msgstr|msgstr\[\d\]) (".*")$')


def read_catalogue(text):
    """Each message by its msgid: its fields, obsolete ones and the header left out."""
    messages = {}
    for block in text.split("\n\n"):
        fields, now = {}, ""
        for line in block.splitlines():
            if found := FIELD.match(line):
                now = found[1]
                fields[now] = ast.literal_eval(found[2])
            elif line.startswith('"'):
                fields[now] += ast.literal_eval(line)
        if fields.get("msgid"):
            messages[fields.pop("msgid")] = fields
    return messages


def english(fields):
    return [text for name, text in fields.items() if name.startswith("msgstr")]


@pytest.fixture(scope="module")
def messages():
    return read_catalogue(CATALOGUE.read_text(encoding="utf-8"))


def said_in_templates():
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.*")):
        source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for literal in MARKED.findall(source):
            yield path, ast.literal_eval(literal)


def said_in_python():
    for app in APPS:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if {"tests", "migrations"} & set(path.parts):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if text := _marked(node):
                    yield path, text


def _marked(node):
    """The literal that a call such as ``_("…")`` marks, if the node is one."""
    if not (isinstance(node, ast.Call) and node.args):
        return None
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    first = node.args[0]
    is_literal = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return first.value if name in MARKERS and is_literal else None


class TestCatalogue:
    def test_nothing_is_a_guess(self):
        flags = re.findall(r"^#,.*", CATALOGUE.read_text(encoding="utf-8"), re.M)
        assert [line for line in flags if "fuzzy" in line] == []

    def test_everything_has_its_english(self, messages):
        forms = {"msgid_plural": 2}
        assert len(messages) > 900
        assert [
            msgid
            for msgid, fields in messages.items()
            if not all(english(fields))
            or len(english(fields)) != max(forms.get(name, 1) for name in fields)
        ] == []

    def test_what_is_filled_in_is_the_same_on_both_sides(self, messages):
        unequal = []
        for msgid, fields in messages.items():
            # A singular may spell its number out: « il en reste un ».
            last = fields.get("msgid_plural", msgid)
            wanted = sorted(PLACEHOLDER.findall(last))
            first, *_others = told = english(fields)
            if sorted(PLACEHOLDER.findall(told[-1])) != wanted:
                unequal.append(msgid)
            if sorted(PLACEHOLDER.findall(first)) != sorted(PLACEHOLDER.findall(msgid)):
                unequal.append(msgid)
        assert unequal == []

    def test_is_compiled(self, messages):
        written = {}
        for msgid, fields in messages.items():
            plural = "msgid_plural" in fields
            for number, text in enumerate(english(fields)):
                written[(msgid, number) if plural else msgid] = text
        with CATALOGUE.with_suffix(".mo").open("rb") as file:
            compiled = dict(gettext.GNUTranslations(file)._catalog)
        compiled.pop("")
        assert compiled == written

    @pytest.mark.parametrize("said", [said_in_templates, said_in_python])
    def test_holds_everything_the_screens_say(self, messages, said):
        found = list(said())
        assert len(found) > 300
        assert [
            f"{Path(path).relative_to(settings.BASE_DIR)}: {text}"
            for path, text in found
            if text and text not in messages
        ] == []


class TestSearchWords:
    def test_a_search_is_told_in_english(self):
        criteria = Criteria(
            naf=("25",),
            departement=("74",),
            tranche=("12", "inconnu"),
            ca=Bounds(Decimal("3.5"), Decimal("50"), with_unknown=True),
            siren=("732829320", "005520135"),
        )
        with translation.override("en"):
            words = phrase.in_words(criteria)
            title = phrase.title(Criteria())
        assert "2 chosen companies" in words
        assert "20 to 49\u00a0employees or headcount unknown" in words
        assert "revenue from 3.5 to 50\u00a0€m or not published" in words
        assert title == "All companies"

    @pytest.mark.parametrize("code", HEADCOUNT_BANDS)
    def test_a_band_reads_in_french_as_the_nomenclature_says_it(self, code):
        band = HEADCOUNT_BANDS[code]
        assert phrase.headcount_band(band) == band.label


@pytest.mark.django_db
class TestPages:
    """What is asked in English is answered in English; data stays as published."""

    @pytest.fixture(autouse=True)
    def back_to_french(self):
        """The middleware leaves the language of the last request in the thread."""
        yield
        translation.deactivate()

    @pytest.fixture
    def company(self):
        company = make_company(target={"revenue": 5 * 10**6})
        AnnualAccounts.objects.create(
            siren=company.siren,
            closed_on=date(2024, 12, 31),
            account_type="C",
            revenue=5 * 10**6,
            provenance={"revenue": ["pappers", "2026-11-03"]},
        )
        return company

    def read(self, client, address):
        response = client.get(address, headers={"Accept-Language": "en"})
        assert response.status_code == 200
        assert response["Content-Language"] == "en"
        return response.content.decode()

    @pytest.mark.parametrize(
        ("name", "words", "french"),
        [
            ("companies:list", "Attractiveness|Sale likelihood", "Aucun critère"),
            ("companies:company", "Net income|Timeline|Officers", "Résultat net"),
            ("enrichment:new", "List of SIRENs|Batch name", "Liste de SIREN"),
            ("enrichment:batches", "Your desk’s batches", "équipe"),
            ("exports:list", "No exports yet", "Aucun export"),
            ("accounts:security", "Recovery codes|Sign out", "Codes de secours"),
        ],
    )
    def test_the_main_pages(self, company, analyst_client, name, words, french):
        arguments = [company.siren] if name == "companies:company" else []
        text = self.read(analyst_client, reverse(name, args=arguments))
        for word in words.split("|"):
            assert word in text
        assert french not in text

    def test_the_way_in(self, client):
        text = self.read(client, reverse("accounts:sign_in"))
        assert "Find the company before it is for sale." in text
        assert "Mot de passe" not in text
