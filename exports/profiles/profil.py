"""What the PDF page of a company tells: every field, and its history."""

from exports.profiles import complet
from exports.profiles.column import Table

TABLE = Table(columns=complet.TABLE.columns, shape="sheets")
