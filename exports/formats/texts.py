"""Texts by whole columns, as files take them."""

import polars as pl

# A spreadsheet takes what follows one of these for a formula or a command. The
# full-width forms are folded to the plain ones by some input methods.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_STARTS = r"^[=+\-@\t\r\n＝＋－＠]"


def without_nul(text: pl.Expr) -> pl.Expr:
    """No spreadsheet and no database reads it."""
    return text.str.replace_all("\x00", "", literal=True)


def neutralised(text: pl.Expr) -> pl.Expr:
    """The text, with an apostrophe before what a spreadsheet would run."""
    return pl.when(text.str.contains(_STARTS)).then("'" + text).otherwise(text)
