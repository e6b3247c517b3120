import io

import pytest

from enrichment.intake import Accepted, IntakeError, Refused, read
from enrichment.intake.reader import MAX_CELL
from mainsite.lib.sheets.siren_cells import marked, read_cell

GOOD, OTHER = "552100554", "775670417"


def lines(data, **options):
    data = data if isinstance(data, bytes) else data.encode()
    return list(read(io.BytesIO(data), **options).lines)


def detected(data):
    data = data if isinstance(data, bytes) else data.encode()
    return read(io.BytesIO(data)).detected


@pytest.mark.parametrize(
    ("cell", "siren", "repair"),
    [
        ("552100554", "552100554", None),
        ("552 100 554", "552100554", "separators"),
        ("552\u00a0100\u00a0554", "552100554", "separators"),
        ("552.100.554", "552100554", "separators"),
        ("'552100554", "552100554", "separators"),
        ("552100554.0", "552100554", "decimal"),
        ("5520176", None, "wrong_length"),
        ("05520176", "005520176", "lost_zero"),
        ("5520176.00", None, "letters"),
        ("55210055400013", "552100554", "from_siret"),
        ("552 100 554 00013", "552100554", "from_siret"),
        ("35600000000048", "356000000", "from_siret"),
        ("35600000049837", "356000000", "from_siret"),
        ("356000000", "356000000", None),
        ("", None, "empty"),
        ("   ", None, "empty"),
        ("ABC", None, "letters"),
        ("55210O554", None, "letters"),
        ("５５２１００５５４", None, "letters"),
        ("12345678", None, "eight_digits"),
        ("5521005541", None, "ten_digits"),
        ("34826900051", None, "wrong_length"),
        ("123456789", None, "key"),
        ("000000000", None, "nobody"),
        ("55210055400014", None, "siret_key"),
        ("1.23457E+08", None, "scientific"),
        ("1,23457E+08", None, "scientific"),
        ('=HYPERLINK("http://x")', None, "formula"),
        ("'=1+1", None, "formula"),
        ("+552100554", None, "formula"),
        ("＝552100554", None, "formula"),
        ("@SUM(A1)", None, "formula"),
    ],
)
def test_each_class_of_value_has_its_own_fate(cell, siren, repair):
    line = read_cell(cell, 7)
    assert line.number == 7
    if siren:
        assert isinstance(line, Accepted)
        assert (line.siren, line.repair) == (siren, repair)
    else:
        assert isinstance(line, Refused)
        assert line.reason == repair


@pytest.mark.parametrize(
    ("read_text", "reason", "pieces"),
    [
        ("123456789", "key", (("1234567", False), ("89", True))),
        ("55210O554", "letters", (("55210", False), ("O", True), ("554", False))),
        ("552100554", "duplicate", (("552100554", False),)),
        ("=A1", "formula", (("=A1", True),)),
    ],
)
def test_the_refused_characters_are_marked(read_text, reason, pieces):
    assert marked(read_text, reason) == pieces


TEXT = f"SIREN;Dénomination\n{GOOD};Société Générée\n{OTHER};Élan\n"


class TestEncodings:
    @pytest.mark.parametrize(
        ("encoding", "named"),
        [
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8-sig"),
            ("cp1252", "cp1252"),
            ("utf-16", "utf-16"),
            ("utf-16-le", "utf-16-le"),
            ("utf-16-be", "utf-16-be"),
        ],
    )
    def test_are_told_apart_and_never_guessed_wrong(self, encoding, named):
        data = TEXT.encode(encoding)
        assert [line.siren for line in lines(data)] == [GOOD, OTHER]
        assert detected(data).encoding == named
        assert detected(data).sample == "Dénomination"

    def test_an_accent_far_down_decides_too(self):
        rows = "".join(f"{GOOD};x\n" for _ in range(9000))
        data = f"siren;nom\n{rows}{OTHER};é\n".encode("cp1252")
        assert detected(data).encoding == "cp1252"

    def test_decomposed_accents_are_composed(self):
        assert detected("siren;nom\n552100554;e\u0301\n").sample == "é"

    def test_two_encodings_in_one_file_are_refused_with_the_line(self):
        data = b"siren;n\n552100554;\xc3\xa9\n775670417;\xe9\n"
        with pytest.raises(IntakeError) as refusal:
            lines(data)
        assert (refusal.value.code, refusal.value.line) == ("mixed_encoding", 3)


class TestSeparatorsAndColumns:
    @pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
    def test_are_detected(self, separator):
        data = separator.join(["Nom", "N° SIREN"]) + "\n"
        data += separator.join(["A", GOOD]) + "\n"
        assert [line.siren for line in lines(data)] == [GOOD]
        assert detected(data).separator == separator

    @pytest.mark.parametrize(
        "title",
        ["siren", "SIREN", "n siren", "N° SIREN", "numero_siren", "Numéro SIREN"],
    )
    def test_synonyms_of_siren(self, title):
        assert detected(f"nom;{title}\nA;{GOOD}\n").column == title

    @pytest.mark.parametrize("title", ["siret", "SIRET siège", "siret_siege"])
    def test_synonyms_of_siret(self, title):
        data = f"nom;{title}\nA;55210055400013\n"
        assert [line.siren for line in lines(data)] == [GOOD]

    def test_siren_wins_over_siret(self):
        data = f"siret;siren\n77567041700000;{GOOD}\n"
        assert [line.siren for line in lines(data)] == [GOOD]

    def test_without_a_header_the_content_decides(self):
        data = f"A;{GOOD}\nB;{OTHER}\n"
        assert [line.siren for line in lines(data)] == [GOOD, OTHER]
        assert detected(data).titles == ()

    def test_a_header_with_other_words_is_still_a_header(self):
        data = f"Cible;Identifiant\nA;{GOOD}\n"
        assert [line.siren for line in lines(data)] == [GOOD]
        assert detected(data).found_by == "content"

    @pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
    def test_every_end_of_line(self, ending):
        data = ending.join(["siren;nom", f"{GOOD};A", f"{OTHER};B"])
        assert [line.siren for line in lines(data)] == [GOOD, OTHER]

    def test_a_cell_on_two_lines_keeps_the_count_of_lines(self):
        data = f'siren;adresse\n{GOOD};"1 rue A\nBât. B"\n123456789;x\n'
        good, bad = lines(data)
        assert (good.number, bad.number) == (2, 4)


class TestLines:
    def test_a_double_points_to_the_line_it_repeats(self):
        _first, second = lines(f"siren\n{GOOD}\n{GOOD}\n")
        assert (second.reason, second.hint, second.number) == ("duplicate", "2", 3)

    def test_a_double_through_a_repair_is_one(self):
        _first, second = lines(f"siren\n{GOOD}\n552 100 554\n")
        assert second.reason == "duplicate"

    def test_a_short_line_says_so(self):
        [line] = lines("nom;ville;siren\nA;Lyon\n")
        assert (line.reason, line.hint) == ("ragged", "2/3")

    def test_a_right_siren_on_a_crooked_line_is_kept(self):
        [line] = lines(f"siren;nom\n{GOOD};A;B\n")
        assert line.siren == GOOD

    def test_blank_lines_are_no_lines(self):
        assert len(lines(f"siren\n\n{GOOD}\n;;\n\n")) == 1

    def test_nul_is_refused_where_it_stands(self):
        _good, line = lines(
            ("siren\n" + " " * 70_000 + f"\n{GOOD}\n55210\x000554\n").encode()
        )
        assert line.reason == "letters"

    def test_refused_lines_keep_their_cells(self):
        [line] = lines("siren;nom\n123456789;Élan\n")
        assert line.cells == ("123456789", "Élan")

    def test_pasted_on_one_line(self):
        found = lines(f"{GOOD}, {OTHER}; 123456789", is_pasted=True)
        assert [line.number for line in found] == [1, 1, 1]
        assert [line.siren for line in found[:2]] == [GOOD, OTHER]
        assert found[2].reason == "key"

    def test_pasted_in_groups_of_three(self):
        found = lines("552 100 554\n775 670 417\n", is_pasted=True)
        assert [line.siren for line in found] == [GOOD, OTHER]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"siren;nom\n", "header_only"),
        (b"PK\x03\x04abc", "workbook"),
        (b"\xd0\xcf\x11\xe0abc", "workbook"),
        (b"%PDF-1.7", "binary"),
        (b"\x89PNG\r\n", "binary"),
        (bytes(range(256)) * 10, "binary"),
        (b"a;b\nc;d\n", "no_siren_column"),
        (b"nom;ville\nAcme;Lyon\nBeta;Paris\n", "no_siren_column"),
        (b'siren;nom\n552100554;"abc\n775670417;x\n', "open_quote"),
        ((";".join("a" * 201) + "\n").encode(), "too_many_columns"),
        (f"siren;n\n552100554;{'x' * (MAX_CELL + 1)}\n".encode(), "cell_too_long"),
        (f"siren;n\n552100554;{'x' * 200_000}\n".encode(), "unreadable"),
    ],
)
def test_a_file_refused_whole(data, code):
    with pytest.raises(IntakeError) as refusal:
        lines(data)
    assert refusal.value.code == code
