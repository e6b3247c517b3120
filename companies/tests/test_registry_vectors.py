"""The rules on whole columns say what they say row by row."""

import csv
import io
from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companies.registry import Reason
from companies.registry.files import Broken, open_table
from companies.registry.known_layouts import (
    GEOCODED,
    STOCK_ESTABLISHMENTS,
    STOCK_UNITS,
    STOCK_UNITS_AND_INDIVIDUALS,
    recognise,
)
from companies.registry.reading import compile_reader
from companies.registry.vectors.reader import Reader
from companies.tests.sirene_rows import DORAS, site, unit

GEO = {
    "siren": DORAS,
    "siret": "01585179300479",
    "etablissementSiege": "true",
    "etatAdministratifEtablissement": "A",
    "denominationUsuelleEtablissement": "",
    "enseigne1Etablissement": "DORAS",
    "activitePrincipaleEtablissement": "46.73A",
    "codePostalEtablissement": "01290",
    "libelleCommuneEtablissement": "CROTTET",
    "geo_adresse": "28 Avenue de Marboz 01290 Crottet",
    "latitude": "46.2",
    "longitude": "4.9",
}
NAMES = dict.fromkeys(
    ["prenomUsuelUniteLegale", "nomUsageUniteLegale", "prenom1UniteLegale"], ""
)
TYPICAL = [
    (STOCK_UNITS, unit()),
    (STOCK_UNITS_AND_INDIVIDUALS, unit(**NAMES)),
    (STOCK_ESTABLISHMENTS, site(latitude="46.2", longitude="4.9")),
    (GEOCODED, GEO),
]
ODD = [
    "",
    "[ND]",
    " x ",
    "N",
    "P",
    "A\\B",
    "1000",
    "356000000",
    "15851793",
    "«Ç»",
    "nan",
]
cells = st.one_of(st.sampled_from(ODD), st.text(max_size=12))


def by_rows(reader, rows):
    lines, left_out = [], Counter()
    for row in rows:
        line = reader.read(row) if row is not None else Reason.MALFORMED
        if isinstance(line, Reason):
            left_out[line] += 1
        else:
            lines.append(tuple(cell or None for cell in line.split("\t")))
    return lines, left_out


def by_columns(reader, batches):
    lines, left_out, repaired = [], Counter(), 0
    for batch in batches:
        rows = reader.read(batch)
        left_out += rows.left_out
        repaired += rows.repaired
        texts = [pc.cast(column, pa.string()) for column in rows.staged.columns]
        lines += zip(*(column.to_pylist() for column in texts), strict=True)
    return lines, left_out, repaired


def same(layout, lines):
    """Keys are numbers on one side and keep their zeros on the other."""
    keys = 2 if layout.siret else 1
    return [(*(str(int(cell)) for cell in line[:keys]), *line[keys:]) for line in lines]


@settings(max_examples=150, deadline=None)
@given(st.data())
@pytest.mark.parametrize(("layout", "typical"), TYPICAL)
def test_any_cell_is_read_alike(layout, typical, data):
    changes = st.dictionaries(st.sampled_from(list(typical)), cells, max_size=4)
    given_rows = [typical | data.draw(changes) for _ in range(3)]
    header = tuple(typical)
    rows, columns = compile_reader(layout, header), Reader(layout, header)
    assert rows.columns == columns.columns
    cut = [tuple(row[name] for name in rows.columns) for row in given_rows]
    batch = pa.RecordBatch.from_arrays(
        [pa.array(cell, pa.string()) for cell in zip(*cut, strict=True)],
        list(columns.columns),
    )
    lines, left_out = by_rows(rows, cut)
    found, found_left_out, repaired = by_columns(columns, [batch])
    assert same(layout, found) == same(layout, lines)
    assert found_left_out == left_out
    assert repaired == rows.keys.repaired


@pytest.mark.shared
def test_every_real_file_is_read_alike(shared_data):
    for path in sorted((shared_data / "registry").iterdir()):
        with open_table(path) as table:
            layout = recognise(table.header)
            if layout is None:
                continue
            rows = compile_reader(layout, table.header)
            lines, left_out = by_rows(rows, table.rows(rows.columns))
        with open_table(path) as table:
            columns, broken = Reader(layout, table.header), Broken()
            found, found_left_out, repaired = by_columns(
                columns, table.batches(columns.columns, broken)
            )
        found_left_out += Counter({Reason.MALFORMED: broken.rows})
        assert same(layout, found) == same(layout, lines), path.name
        assert found_left_out == left_out, path.name
        assert repaired == rows.keys.repaired, path.name


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(st.text('ab"\n ,;é', max_size=5), min_size=1, max_size=4), max_size=6
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_any_csv_is_parted_alike(tmp_path_factory, rows, encoding, quoting):
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=quoting, lineterminator="\n")
    writer.writerows([["first", "second"], *rows])
    path = tmp_path_factory.mktemp("csv") / "fichier.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    with open_table(path, encoding=encoding) as table:
        by_row = list(table.rows(["second", "first"]))
    broken = Broken()
    with open_table(path, encoding=encoding) as table:
        batches = list(table.batches(["second", "first"], broken))
    by_column = [
        cell
        for batch in batches
        for cell in zip(*(c.to_pylist() for c in batch.columns), strict=True)
    ]
    assert by_column == [row for row in by_row if row is not None]
    assert broken.rows == by_row.count(None)
