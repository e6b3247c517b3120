"""Titles of columns as they are compared."""

import re
import unicodedata


def plain(title: str) -> str:
    """``N° SIREN`` and ``numero_siren`` without what people vary."""
    decomposed = unicodedata.normalize("NFKD", title).casefold()
    return re.sub(r"[^a-z0-9]", "", decomposed.replace("°", ""))
