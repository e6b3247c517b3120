"""Texts by whole columns, as files take them."""

import re

import polars as pl

from mainsite.lib.sheets.writing import FORMULA_STARTS

_STARTS = f"^[{re.escape(''.join(FORMULA_STARTS))}]"


def without_nul(text: pl.Expr) -> pl.Expr:
    """No spreadsheet and no database reads it."""
    return text.str.replace_all("\x00", "", literal=True)


def neutralised(text: pl.Expr) -> pl.Expr:
    """The text, with an apostrophe before what a spreadsheet would run."""
    return pl.when(text.str.contains(_STARTS)).then("'" + text).otherwise(text)
