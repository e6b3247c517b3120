"""What the pages of steps 2 and 3 show alike: the file, as it is read now."""

from typing import Any

from django.forms import Form

from companies.imports import wording
from companies.imports.models import Import
from companies.imports.page import doubts, steps
from companies.imports.page.facts import detected
from companies.imports.page.titles import of_step
from companies.imports.sheet import Sheet


def context(
    imp: Import, step: str, *, first: Sheet, form: Form, refused: str
) -> dict[str, Any]:
    """What stops the reading of its first rows is said, unless a refusal is."""
    if first.fault and not refused:
        refused = wording.file_fault(first.fault, line=first.fault_line)
    return {
        "imp": imp,
        "sub": of_step(imp, step),
        "steps": steps.steps(imp, step, has_matches=doubts.has_any(imp)),
        "form": form,
        "refused": refused,
        "detected": detected(imp),
    }
