"""What becomes of each field of each company, by the rule chosen for the field.

``s`` is the file's row and ``old`` what is stored. 0: nothing to do; 1: a blank is
filled; 2: a value is replaced; 3: another value is there, and stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import sql

from companies.imports.fields import Policy

SAME, FILLED, OVERWRITTEN, KEPT = 0, 1, 2, 3
WORDS: Final = {FILLED: "filled", OVERWRITTEN: "overwritten", KEPT: "kept"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A field as two SQL expressions; ``is_taken`` False says that it may not be.

    ``fits`` False keeps what is there unless the rule replaces it: half an address is
    nobody's.
    """

    code: str
    given: str
    old: str
    is_blank: str
    is_same: str = ""
    is_taken: str = "true"
    fits: str = "true"
    is_text: bool = True

    @property
    def what(self) -> str:
        return f"w_{self.code}"

    def expression(self, policy: str) -> sql.Composable:
        """The number for this field."""
        filled = KEPT if policy == Policy.NEVER else FILLED
        replaced = OVERWRITTEN if policy == Policy.OVERWRITE else KEPT
        misfit = filled if policy == Policy.OVERWRITE else KEPT
        same = self.is_same or f"{self.given} IS NOT DISTINCT FROM {self.old}"
        if self.is_text and not self.is_same and policy != Policy.OVERWRITE:
            # Other capitals or accents are no other value.
            same = f"({same} OR fold({self.given}) = fold({self.old}))"
        return sql.SQL(
            f"CASE WHEN {self.given} IS NULL OR NOT ({self.is_taken}) THEN {SAME}"
            f" WHEN {self.is_blank} THEN CASE WHEN {self.fits} THEN {filled}"
            f" ELSE {misfit} END"
            f" WHEN {same} THEN {SAME} ELSE {replaced} END"
        )


def changes(fields: Sequence[Compared]) -> sql.Composable:
    """Whether a row of ``w`` changes anything."""
    return sql.SQL(" OR ").join(is_changed(each) for each in fields)


def is_changed(each: Compared) -> sql.Composable:
    return sql.SQL("w.{} IN (1, 2)").format(sql.Identifier(each.what))


def counting(fields: Sequence[Compared]) -> sql.Composable:
    """Three counts per field, in the order of WORDS."""
    return sql.SQL(", ").join(
        sql.SQL("count(*) FILTER (WHERE w.{} = {})").format(
            sql.Identifier(each.what), sql.Literal(number)
        )
        for each in fields
        for number in WORDS
    )
