"""The PDF as what opens it reads it: text, pages, no box in place of a letter."""

import re
import struct
import zlib

import pytest

from companies.models import Company, Target
from companies.tests.makers import make_company
from exports import asked, content
from exports.formats import Facts, FormatRefused, pdf
from exports.formats.pdf import writing
from exports.formats.pdf.fonts import spelled
from exports.profiles import table
from exports.tests.conftest import make_accounts

FACTS = Facts(manifest={"Référence": "42"}, is_sandbox=True)


@pytest.fixture
def drawn(desk, tmp_path):
    """The bytes of the file of all companies, and how many it was said to hold."""

    def make(facts=FACTS):
        shape = table("profil")
        wish = asked.of_query("tri=nom", desk_id=desk.pk).search
        path = tmp_path / "fiches.pdf"
        rows = pdf.write(
            path, shape, content.read(shape, wish, desk_id=desk.pk), facts=facts
        )
        return path, rows

    return make


def pages(path):
    return len(re.findall(rb"/Type /Page\b", path.read_bytes()))


def text(path):
    """What a reader copies out of the file, through the maps that its fonts carry."""
    data = path.read_bytes()
    objects = {
        int(number): body
        for number, body in re.findall(rb"(\d+) 0 obj\s(.*?)endobj", data, re.DOTALL)
    }
    told = []
    fonts = {
        name: letters(objects, int(number))
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", data)
    }
    for body in objects.values():
        if b"/FlateDecode" in body and b" Tf" in (page := stream(body)):
            told.append(words(page, fonts))
    return "".join(told)


def stream(body):
    content = body.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0]
    return zlib.decompress(content) if b"/FlateDecode" in body else content


def letters(objects, number):
    """Of a font: its glyphs, and the letters they stand for."""
    [there] = re.findall(rb"/ToUnicode (\d+) 0 R", objects[number])
    pairs = re.findall(rb"<(\w{4})> <(\w+)>", stream(objects[int(there)]))
    return {
        int(glyph, 16): bytes.fromhex(code.decode()).decode("utf-16-be")
        for glyph, code in pairs
    }


def words(page, fonts):
    told, font = "", {}
    for name, literal in re.findall(
        rb"/(F\d+) [\d.]+ Tf|\(((?:[^\\()]|\\.)*)\)", page, re.DOTALL
    ):
        if name:
            font = fonts[name]
        glyphs = re.sub(rb"\\(.)", unescaped, literal, flags=re.DOTALL)
        numbers = struct.unpack(f">{len(glyphs) // 2}H", glyphs)
        told += "".join(font.get(number, "") for number in numbers)
    return told


def unescaped(found):
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(
        found[1], found[1]
    )


def without_spaces(told):
    return re.sub(r"\s", "", told)


class TestAPage:
    def test_is_one_or_two_for_a_company(self, known, drawn):
        path, rows = drawn()
        assert rows == 1
        assert path.read_bytes().startswith(b"%PDF-1.")
        assert pages(path) <= 2

    def test_tells_the_company(self, known, drawn):
        told = text(drawn()[0])
        for words in (
            *("FONDERIE « LE 3 »", "005 520 135", "12 RUE DES FORGES", "SAS"),
            *("31/12/2024", "12 000 000", "Claire MARTIN (bac à sable)"),
            *("BAC À SABLE", "Attractivité", "84,50", "Très bon", "INSEE, Sirene"),
        ):
            assert without_spaces(words) in without_spaces(told), words

    def test_says_nothing_of_a_sandbox_when_it_is_none(self, known, drawn):
        assert without_spaces("BAC À SABLE") not in without_spaces(
            text(drawn(Facts())[0])
        )

    def test_keeps_group_accounts_out_of_the_company_s(self, known, drawn):
        assert "99000000" not in without_spaces(text(drawn()[0]))

    def test_stands_for_a_company_of_which_little_is_known(self, drawn, db):
        make_company("VIDE", band="", created_on=None, legal_form="", naf="")
        told = without_spaces(text(drawn()[0]))
        assert without_spaces("Aucun chiffre publié n’est connu.") in told


def test_every_company_has_its_page_up_to_a_limit(desk, drawn, monkeypatch):
    monkeypatch.setattr(writing, "MOST", 2)
    for number in range(2):
        make_company(f"SOCIETE {number}")
    assert drawn()[1] == 2
    make_company("UNE DE TROP")
    with pytest.raises(FormatRefused, match="2 fiches au plus"):
        drawn()


def test_no_part_stays_when_it_is_refused(desk, drawn, monkeypatch, tmp_path):
    monkeypatch.setattr(writing, "MOST", 0)
    make_company()
    with pytest.raises(FormatRefused):
        drawn()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("Œuvres d’été à Noël — 12 €", "Œuvres d’été à Noël — 12 €"),
        ("ŠKODA Łódź", "SKODA ?ódz"),
        ("12\u202f000", "12\u00a0000"),
        ("株式会社", "????"),
        ("\u202eabc", "?abc"),
    ],
)
def test_letters_that_no_typeface_has_are_spelled(given, told):
    assert spelled(given) == told


def test_long_and_hostile_words_are_drawn(drawn, db):
    company = make_company("A" * 300 + " <b>**__x__**</b> \u202e\u0007", target={})
    Company.objects.filter(pk=company.pk).update(
        address="rue " * 200, website="w" * 500
    )
    Target.objects.filter(pk=company.pk).update(leader_name="É" * 400)
    make_accounts(company.siren, 2023, 10**15)
    make_accounts(company.siren, 2024, -(10**15))
    path, _ = drawn()
    assert pages(path) <= 3
