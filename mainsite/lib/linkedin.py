"""The bare name of a LinkedIn profile, from what people paste."""

import re
from urllib.parse import unquote, urlsplit

_NAME = re.compile(r"[\w\-]{3,100}")
_HOST = re.compile(r"(?:[a-z]{2,3}\.)?linkedin\.com")
# `/sales/lead/…` and `/company/…` name no profile that sources of contacts know.
_PERSON = "in"


def profile_name(text: str) -> str | None:
    """`jean-specimen-1` from an address or from itself; None for anything else."""
    text = text.strip()
    if "/" not in text:
        return _bare(text)
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return None
    steps = [step for step in parts.path.split("/") if step]
    is_profile = len(steps) >= 2 and steps[0] == _PERSON
    if not is_profile or not _HOST.fullmatch((parts.hostname or "").lower()):
        return None
    return _bare(steps[1])


def _bare(text: str) -> str | None:
    name = unquote(text)
    return name if _NAME.fullmatch(name) else None
