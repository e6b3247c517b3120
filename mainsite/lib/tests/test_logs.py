"""What is cut from a line before it is kept."""

import json
import logging
import sys

import pytest
from django.db import DatabaseError, connection, transaction

from mainsite.lib import logs

KEPT = 'duplicate key value violates unique constraint "user_email_key"'
NEXT = "The above exception was the direct cause of the following exception:"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{KEPT}\nDETAIL:  Key (email)=(a@b.example) already exists.\n", f"{KEPT}\n"),
        (
            f"{KEPT}\nDETAIL:  Key (name)=(Jeanne\n\nDupont) already exists.",
            f"{KEPT}\n",
        ),
        (
            f"{KEPT}\nDETAIL:  Jeanne\n\n{NEXT}\n\nTraceback\n  File\nX: {KEPT}\n"
            "DETAIL:  Jeanne\n",
            f"{KEPT}\n\n{NEXT}\n\nTraceback\n  File\nX: {KEPT}\n",
        ),
        (
            "syntax error\nLINE 1: SELECT 'Jeanne\n     ^\nHINT:  Look.\nCONTEXT:  y",
            "syntax error\nHINT:  Look.\n",
        ),
        ("GET /compte/lien/abcdef/ 404", "GET /compte/lien/***/ 404"),
        ("the DETAIL: of a sentence stays", "the DETAIL: of a sentence stays"),
    ],
)
def test_rows_and_links_are_cut(text, left):
    assert logs.cut(text) == left


SECRET = 'Jeanne "la Rouge"\nDupont'
# What is asked, and what of the message has to stay.
FAULTS = {
    "number": ("SELECT %s::int", "invalid input syntax for type integer: ***"),
    "array": ("SELECT %s::int[]", "malformed array literal: ***"),
    "json": ("SELECT %s::jsonb", "invalid input syntax for type json"),
    "day": ("SELECT %s::date", "invalid input syntax for type date: ***"),
    "interval": ("SELECT %s::interval", "invalid input syntax for type interval"),
    "uuid": ("SELECT %s::uuid", "invalid input syntax for type uuid: ***"),
    "zone": ("SELECT now() AT TIME ZONE %s", "time zone ***"),
    "words": ("SELECT to_tsquery(%s)", "syntax error in tsquery: ***"),
    "pattern": ("SELECT 'a' ~ ('(' || %s)", "invalid regular expression"),
    "setting": ("SELECT set_config('work_mem', %s, true)", 'parameter "work_mem": ***'),
    "raised": (
        "INSERT INTO accounts_desk (id) VALUES (-1), (length(%s))",
        'null value in column "name" of relation "accounts_desk"',
    ),
    "constraint": (
        "INSERT INTO accounts_desk (id, name)"
        " SELECT n, %s FROM generate_series(-2, -1) n",
        "violates unique constraint",
    ),
}


@pytest.mark.django_db
class TestErrorsOfPostgreSQL:
    @pytest.mark.parametrize("fault", FAULTS)
    def test_keep_no_value_in_the_trace(self, fault):
        statement, kept = FAULTS[fault]
        told = self.line_of(statement, SECRET)["exception"]

        assert kept in told
        for word in ("Jeanne", "Rouge", "Dupont"):
            assert word not in told.split("psycopg.errors.", 1)[1]

    @pytest.mark.parametrize("fault", FAULTS)
    def test_keep_no_value_in_a_sentence(self, fault):
        told = self.line_of(FAULTS[fault][0], SECRET)["message"]

        assert "Jeanne" not in told
        assert "Dupont" not in told

    @pytest.mark.parametrize("value", ["99999999999999999999", "31/31/2024"])
    @pytest.mark.parametrize("type_", ["bigint", "date", "smallint"])
    def test_keep_no_figure_nor_day(self, value, type_):
        line = self.line_of(f"SELECT %s::{type_}", value)

        assert value not in line["message"] + line["exception"]

    def test_keep_the_names_of_our_tables(self):
        line = self.line_of("SELECT nothing_of FROM accounts_desk WHERE %s = ''", "x")
        assert 'column "nothing_of" does not exist' in line["exception"]

    def line_of(self, statement, value):
        record = logging.LogRecord("x", logging.ERROR, "", 0, "failed: %s", None, None)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [value])
        except DatabaseError as error:
            record.args, record.exc_info = (error,), sys.exc_info()
        else:
            pytest.fail("nothing was wrong")
        return json.loads(logs.JsonFormatter().format(record))
