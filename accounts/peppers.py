"""Keyed digests by PEPPER, and by the peppers of before."""

import hmac
from hashlib import sha256

from django.conf import settings


def digest(message: str) -> str:
    """By the pepper of now."""
    return _by(settings.PEPPER, message)


def digests(message: str) -> list[str]:
    """By each pepper, that of now first: what was written under another is found."""
    return [
        _by(each, message) for each in (settings.PEPPER, *settings.PEPPER_FALLBACKS)
    ]


def founding_digest(message: str) -> str:
    """By the first pepper there ever was.

    An opposition is known by such a digest alone: nobody can make it anew, so that its
    pepper outlives all changes.
    """
    peppers = (settings.PEPPER, *settings.PEPPER_FALLBACKS)
    return _by(peppers[-1], message)


def _by(pepper: str, message: str) -> str:
    return hmac.new(pepper.encode(), message.encode(), sha256).hexdigest()
