"""A list of SIREN as people send it: pasted, or a CSV of any French spreadsheet."""

from enrichment.intake.reader import Detected, Reading, read
from mainsite.lib.sheets.decoding import SheetError as IntakeError
from mainsite.lib.sheets.siren_cells import Accepted, Line, Refusal, Refused, Repair

__all__ = [
    "Accepted",
    "Detected",
    "IntakeError",
    "Line",
    "Reading",
    "Refusal",
    "Refused",
    "Repair",
    "read",
]
