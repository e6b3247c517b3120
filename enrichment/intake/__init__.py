"""A list of SIREN as people send it: pasted, or a CSV of any French spreadsheet."""

from enrichment.intake.decoding import IntakeError
from enrichment.intake.lines import Accepted, Line, Refusal, Refused, Repair
from enrichment.intake.reader import Detected, Reading, read

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
