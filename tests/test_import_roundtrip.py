from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companies import nomenclature
from companies.imports.tests.makers import ran
from companies.models import Company
from companies.tests.makers import next_siren
from exports.formats import csv

FIELDS = ("siren", "name", "acronym", "legal_form", "created_on", "naf_code", "address")
TITLES = (
    "SIREN",
    "Dénomination",
    "Sigle",
    "Forme juridique",
    "Date de création",
    "Code NAF",
    "Adresse",
)
# Of one line, without what is not seen: what a register has.
WORDS = st.text(
    st.characters(
        min_codepoint=0x20, max_codepoint=0x24F, exclude_categories=("Cc", "Cf", "Zs")
    ),
    min_size=1,
    max_size=12,
)
NAMES = (
    st.lists(WORDS, min_size=1, max_size=3)
    .map(" ".join)
    .filter(lambda name: name != "[ND]")
)
ROWS = st.lists(
    st.tuples(
        NAMES,
        NAMES | st.just(""),
        st.sampled_from(["5710", "5499", "9220"]),
        st.dates(date(1700, 1, 1), date(2025, 1, 1)),
        st.sampled_from(list(nomenclature.naf_codes())),
        NAMES | st.just(""),
    ),
    min_size=1,
    max_size=5,
)


def exported(rows, days):
    frame = pl.DataFrame(rows, schema=list(FIELDS), orient="row")
    cells = [
        pl.col(name) if name == "created_on" else csv.text(pl.col(name))
        for name in FIELDS
    ]
    lines = frame.select(cells).write_csv(
        include_header=False,
        separator=csv.SEPARATOR,
        line_terminator=csv.END,
        quote_style="never",
        date_format=days,
    )
    return f"{csv.BOM}{csv.header(TITLES)}{csv.END}{lines}"


@pytest.mark.django_db
class TestExportedCompanies:
    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(rows=ROWS, french=st.booleans())
    def test_come_back_as_they_were(self, analyst, rows, french):
        rows = [(next_siren(), *row) for row in rows]
        imp = ran(analyst, exported(rows, "%d/%m/%Y" if french else "%Y-%m-%d"))
        assert imp.counts["new"] == len(rows), imp.counts
        found = Company.objects.filter(siren__in=[row[0] for row in rows])
        assert sorted(found.values_list(*FIELDS)) == sorted(
            tuple(cell or "" for cell in row) for row in rows
        )
