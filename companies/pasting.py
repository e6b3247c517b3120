"""SIRENs pasted by thousands: read line by line, kept under one short address."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import PastedSirens, Register
from companies.registry.keys import is_siren
from mainsite.lib.siren import repair_lost_zero

# Beyond, a list is imported: it is then enriched, exported and kept like any other.
MOST = 20_000
# So few of them fit in an address, which anybody may be given.
IN_ADDRESS = 100

# « 732 829 320 », « 732829320 », a SIRET either way: never a part of a longer number.
_NUMBER = re.compile(
    r"(?<![0-9])(?:[0-9]{14}|[0-9]{9}"
    r"|[0-9]{3}([ \u00a0\u202f.])[0-9]{3}\1[0-9]{3}(?:[ \u00a0\u202f.][0-9]{5})?)"
    r"(?![0-9])"
)
_LEFT_OVER = re.compile(r"[0-9]{6,}")
_NOT_DIGITS = re.compile(r"[^0-9]")


class Why(models.TextChoices):
    """Why a piece of a line is no SIREN."""

    NO_NUMBER = "no_number", _("aucun SIREN sur cette ligne")
    WRONG_LENGTH = "wrong_length", _("un SIREN a neuf chiffres")
    LOST_ZERO = "lost_zero", _("un zéro de tête a peut-être été perdu")
    WRONG_KEY = "wrong_key", _("la clé de contrôle ne convient pas")
    UNKNOWN = "unknown", _("absent du registre")


class PersonHasNoDesk(ValueError):
    """A long list belongs to a desk: someone without one cannot keep any."""


@dataclass(frozen=True, slots=True)
class Refused:
    """``text`` as it stands at ``line``, counted from 1."""

    line: int
    text: str
    why: Why


@dataclass(frozen=True, slots=True)
class Reading:
    """``sirens`` in their order, once each; ``repeated`` were there already."""

    sirens: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    repeated: int = 0


def read(text: str) -> Reading:
    """Nine digits among anything; a line that gives none is told."""
    found: dict[str, int] = {}
    refused: list[Refused] = []
    repeated = 0
    for number, line in enumerate(text.splitlines(), start=1):
        for siren, why in _pieces(line, is_first=number == 1):
            if why is not None:
                refused.append(Refused(number, siren, why))
            elif siren in found:
                repeated += 1
            else:
                found[siren] = number
    refused += _unknown(found)
    refused.sort(key=lambda each: each.line)
    return Reading(tuple(found), tuple(refused), repeated)


def _pieces(line: str, *, is_first: bool) -> Iterator[tuple[str, Why | None]]:
    """(SIREN, None), or (what stands there, why it is none)."""
    has_digits = False
    for match in _NUMBER.finditer(line):
        has_digits = True
        siren = _NOT_DIGITS.sub("", match[0])[:9]
        yield (siren, None) if is_siren(siren) else (match[0], Why.WRONG_KEY)
    for left in _LEFT_OVER.findall(_NUMBER.sub(" ", line)):
        has_digits = True
        yield left, Why.LOST_ZERO if repair_lost_zero(left) else Why.WRONG_LENGTH
    # The first line may be the head of a column.
    if not has_digits and line.strip() and not (is_first and "sire" in line.lower()):
        yield line.strip(), Why.NO_NUMBER


def _unknown(found: dict[str, int]) -> Iterator[Refused]:
    """They stay in the search: the register may learn them tomorrow."""
    here = Register.objects.filter(pk__in=list(found)).values_list("pk", flat=True)
    for siren in found.keys() - set(here):
        yield Refused(found[siren], siren, Why.UNKNOWN)


def keep(*, sirens: tuple[str, ...], by: User) -> PastedSirens:
    """The same SIRENs pasted again by the desk have the same address."""
    if by.desk_id is None:
        raise PersonHasNoDesk
    numbers = sorted(int(siren) for siren in sirens)
    digest = sha256(",".join(map(str, numbers)).encode()).hexdigest()
    kept: PastedSirens = PastedSirens.objects.get_or_create(
        desk_id=by.desk_id,
        digest=digest,
        defaults={"sirens": numbers, "created_by": by},
    )[0]
    return kept
