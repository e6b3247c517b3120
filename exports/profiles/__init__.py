"""The shapes a selection is written in: one table of columns each."""

from exports.models import Profile
from exports.profiles import analyse, rapide
from exports.profiles.column import Column, Table

TABLES: dict[str, Table] = {
    Profile.RAPIDE: rapide.TABLE,
    Profile.ANALYSE: analyse.TABLE,
}

__all__ = ["TABLES", "Column", "Table"]
