"""Files that somebody brings to break something: C1 to C7 of the bad inputs."""

import io
import zipfile
from functools import cache

import xlsxwriter

ROWS = (
    ("siren", "nom", "ville", "chiffre_affaires", "effectif"),
    ("732829320", "MÉCANIQUE DU LAC", "ANNECY", "1 200 000,50", "12"),
    ("957520448", "DÉCOLLETAGE DU GIFFRE", "CLUSES", "(1 234)", "-3"),
    ("005520135", "=HYPERLINK(1)", "\u202eYNAMROH", "1e400", "NaN"),
    ("356000000", "<script>alert(1)</script>", "É" * 400, "12 %", "1.23457E+08"),
)
CODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "iso8859-15")
NAMES = (
    *("cibles.csv", "cibles.xlsx", "cibles.txt", "cibles.xls", "cibles", ".csv"),
    *("../../etc/passwd", "a" * 400 + ".csv", "x\u202evsc.exe", "é\x00.csv", "CON"),
)
PIECES = (
    *(b"\x00", b'"', b"'", b";", b",", b"\t", b"|", b"\r", b"\n", b"\r\n\r\n"),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\x1a", b"=cmd|' /C calc'!A0"),
    *(
        b'"' * 50,
        b";" * 300,
        b"9" * 40_000,
        b"PK\x03\x04",
        b"%PDF-1.7",
        b"\xd0\xcf\x11",
    ),
)
_SHEET = "xl/worksheets/sheet1.xml"
_ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">'
    b'<!ENTITY l "ha"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;">]>'
    b"<worksheet><sheetData><row><c><v>&e;&m;</v></c></row></sheetData></worksheet>"
)


def text(separator=";", coding="utf-8"):
    lines = "\r\n".join(separator.join(row) for row in ROWS)
    return lines.encode(coding, "replace")


def workbook():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(ROWS):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return out.getvalue()


def rezipped(data, changes):
    """The workbook with other parts, or more of them."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if name not in changes:
                target.writestr(name, source.read(name))
        for name, content in changes.items():
            target.writestr(name, content)
    return out.getvalue()


# Whole ones that the checks of the unpacked size and of the parts are for.
BOMBS = (
    {_SHEET: b"<row>" + b" " * 30_000_000},
    {f"xl/x{n}.xml": b"" for n in range(400)},
    {_SHEET: _ENTITY},
    {"xl/vbaProject.bin": b"x", "../../evil.xml": b"x"},
    {_SHEET: b"not xml"},
    {"[Content_Types].xml": b""},
)


@cache
def bomb(number):
    return rezipped(workbook(), BOMBS[number])


def made(chance, book):
    """Bytes and a name, from good ones mostly."""
    kind = chance.randrange(10)
    if kind == 0:
        data = chance.randbytes(chance.choice((0, 1, 100, 20_000)))
    elif kind == 1:
        data = bomb(chance.randrange(len(BOMBS)))
    elif kind < 4:
        data = _changed(chance, book)
    else:
        data = text(chance.choice(";,\t|"), chance.choice(CODINGS))
        data = _changed(chance, data)
    return data, chance.choice(NAMES)


def _changed(chance, data):
    data = bytearray(data)
    for _turn in range(chance.choice((0, 1, 3, 20))):
        place = chance.randrange(len(data) + 1)
        change = chance.randrange(4)
        if change == 0:
            data[place:place] = chance.choice(PIECES)
        elif change == 1 and place < len(data):
            data[place] ^= 1 << chance.randrange(8)
        elif change == 2:
            del data[place : place + chance.randrange(1, 40)]
        else:
            data = data[:place] or data
    return bytes(data)
