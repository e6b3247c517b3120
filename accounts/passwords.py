"""What a password may not be: short, common, or told by who chooses it and where.

No rule of composition: they make passwords alike. The lists are local; the services
that know breached passwords are asked only if PWNED_PASSWORDS_URL says so.
"""

import asyncio
import gzip
import logging
import re
import unicodedata
from functools import cache
from hashlib import sha1
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import User
from mainsite.lib.outgoing import Limits, Outgoing, OutgoingError

logger = logging.getLogger(__name__)

SHORTEST, SHORTEST_OF_OPS, LONGEST = 12, 15, 128
# What is left of a password without the words that one guesses, at the least.
LEFT_AT_LEAST = 8
# Runs (1234, azerty, aaaa) count as one sign: so many must remain.
SIGNS_AT_LEAST = 6
_ROWS = (
    *("azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    *("abcdefghijklmnopqrstuvwxyz", "01234567890", "1234567890"),
)
_NEIGHBOURS = {pair for row in _ROWS for pair in pairwise(row)}
_NEIGHBOURS |= {(after, before) for before, after in _NEIGHBOURS}
# Common in France and absent from Django's list, which is of English speakers.
_FRENCH = frozenset(
    """
    admin administrateur administration amour azerty azertyuiop bienvenue bonjour
    bonnejournee bonsoir cabinet camille changemoi chocolat connexion coucou demo
    doudou entreprise exploitation famille football france jetaime loulou marseille
    monmotdepasse motdepasse nicolas olivier paris passe princesse qwerty qwertyuiop
    secret secretaire societe soleil test utilisateur vacances
    """.split()  # noqa: SIM905  a list to read
)
_LEAKED = Path(__file__).parent / "leaked" / "passwords.txt.gz"
_LETTERS = str.maketrans("0134578@$!|€", "oieastbasile")
_WORD = re.compile(r"[^a-z]+")


@cache
def leaked() -> frozenset[str]:
    """The most used of those long enough that were published, in lower case."""
    found = gzip.decompress(_LEAKED.read_bytes()).decode()
    return frozenset(found.splitlines())


def shortest_for(user: User | None) -> int:
    return SHORTEST_OF_OPS if user and user.role == Role.OPS else SHORTEST


class LongEnough:
    def validate(self, password: str, user: User | None = None) -> None:
        least = shortest_for(user)
        if len(password) < least:
            raise ValidationError(
                _("Trop court\u00a0: %(n)s caractères au moins pour ce compte.")
                % {"n": least}
            )
        if len(password) > LONGEST:
            raise ValidationError(
                _("Trop long\u00a0: %(n)s caractères au plus.") % {"n": LONGEST}
            )

    def get_help_text(self) -> str:
        return _("Une phrase convient.")


class NotCommon(CommonPasswordValidator):
    """Also refuses one in other clothes: Passw0rd-2026, motdepassemotdepasse."""

    def validate(self, password: str, user: User | None = None) -> None:
        if any(self._is_known(form) for form in _forms(password)) or _is_a_run(
            password
        ):
            raise ValidationError(
                _(
                    "Ce mot de passe, ou un presque pareil, est parmi les plus "
                    "courants. Prenez une phrase à vous."
                )
            )

    def _is_known(self, form: str) -> bool:
        return form in self.passwords or form in _FRENCH or form in leaked()


class NotOfThisPlace:
    """The product, the desk, the person: what somebody who attacks tries first."""

    def validate(self, password: str, user: User | None = None) -> None:
        left, found = _letters(password), ""
        for word in sorted(_words_around(user), key=len, reverse=True):
            if word in left:
                left, found = left.replace(word, ""), found or word
        if found and len(left) < LEFT_AT_LEAST:
            raise ValidationError(
                _(
                    "Ce mot de passe se devine\u00a0: il tient surtout à "
                    "«\u00a0%(word)s\u00a0», qui est au produit, à l’équipe ou à vous."
                )
                % {"word": found}
            )

    def get_help_text(self) -> str:
        return _("Ni votre nom, ni celui de l’équipe ou du produit.")


class NotBreached:
    """By k-anonymity: five signs of a digest leave, nothing of the password does."""

    LIMITS = Limits(connect_s=1.0, read_s=2.0, total_s=2.0, max_body_bytes=256 * 1024)

    def validate(self, password: str, user: User | None = None) -> None:
        if settings.PWNED_PASSWORDS_URL and self._is_breached(password):
            raise ValidationError(
                _("Ce mot de passe a été publié lors d’une fuite. Prenez-en un autre.")
            )

    def get_help_text(self) -> str:
        return ""

    def _is_breached(self, password: str) -> bool:
        # Not a matter of secrecy: the service knows them by this digest.
        digest = sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
        try:
            body = asyncio.run(_range_of(digest[:5], self.LIMITS))
        except OutgoingError as error:
            # The local lists were asked: a service that is away stops nobody.
            logger.warning("breached passwords could not be asked: %s", error.kind)
            return False
        lines = body.decode("ascii", "replace").splitlines()
        counts = dict(line.strip().partition(":")[::2] for line in lines)
        return counts.get(digest[5:], "0") != "0"


async def _range_of(prefix: str, limits: Limits) -> bytes:
    base = settings.PWNED_PASSWORDS_URL
    async with Outgoing(origins=[base], limits=limits) as outgoing:
        answer = await outgoing.fetch(
            urljoin(base, prefix), headers={"Add-Padding": "true"}
        )
    return answer.body


def _plain(text: str) -> str:
    """Lower case, without accents."""
    signs = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in signs if not unicodedata.combining(sign))


def _letters(password: str) -> str:
    """The letters alone, 0 read as o and @ as a."""
    return _WORD.sub("", _plain(password).translate(_LETTERS))


def _forms(password: str) -> set[str]:
    """The ways to write what is at heart one word."""
    lower = password.lower()
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", lower)
    letters = {_letters(lower), _letters(bare)}
    forms = {lower.strip(), bare, *letters, _WORD.sub("", lower)}
    return {_once(form) for form in forms if form} | (forms - {""})


def _once(text: str) -> str:
    """abcabcabc is abc."""
    for size in range(1, len(text) // 2 + 1):
        if len(text) % size == 0 and text[:size] * (len(text) // size) == text:
            return text[:size]
    return text


def _is_a_run(password: str) -> bool:
    signs = _once(password.lower())
    breaks = sum(
        one != other and (one, other) not in _NEIGHBOURS
        for one, other in pairwise(signs)
    )
    return 1 + breaks < SIGNS_AT_LEAST


def _words_around(user: User | None) -> set[str]:
    sources: list[Any] = [settings.SITE_NAME, urlsplit(settings.SITE_URL).hostname]
    sources += ["demo", "intelligence", "enrichissement", "fusions acquisitions"]
    if user is not None:
        sources += [user.full_name, user.email, user.desk.name if user.desk else ""]
    words = _WORD.split(_plain(" ".join(source or "" for source in sources)))
    return {word for word in words if len(word) >= 4}
