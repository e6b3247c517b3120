"""What is cut from a line before it is kept."""

import pytest

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
