"""Companies for tests: the wide row, the narrow row and, when asked, the target."""

from datetime import date
from itertools import count

from django.utils import timezone

from companies import nomenclature
from companies.models import Company, Register, Target
from companies.search import names

_bases = count(10_000_000)


def next_siren():
    """A SIREN with a valid key."""
    base = str(next(_bases))
    total = 0
    for place, digit in enumerate(reversed(base)):
        number = int(digit) * (2 if place % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return f"{base}{(10 - total % 10) % 10}"


def make_company(
    name="MÉCANIQUE DU LAC",
    *,
    siren=None,
    naf="25.62B",
    commune="74010",
    created_on=date(1998, 3, 2),
    band="12",
    legal_form="5710",
    is_active=True,
    target=None,
    **fields,
):
    """``target`` is a dict of the narrow row's columns, or None for register only."""
    siren = siren or next_siren()
    place = nomenclature.places().get(commune)
    headcount = nomenclature.HEADCOUNT_BANDS[band].lower if band else None
    company = Company.objects.create(
        siren=siren,
        name=name,
        naf_code=naf,
        commune_code=commune,
        commune=place.name if place else "",
        postal_code=place.postal_codes[0] if place and place.postal_codes else "",
        created_on=created_on,
        headcount_band=band,
        legal_form=legal_form,
        is_active=is_active,
        registered_at=timezone.now(),
        **fields,
    )
    narrow = {
        "geo": place.id if place else None,
        "created_on": created_on,
        "headcount": headcount,
        "naf": nomenclature.naf_codes()[naf].id if naf else None,
        "legal_form": int(legal_form) if legal_form else None,
        "flags": int(is_active),
    }
    Register.objects.create(siren=siren, **narrow)
    if target is not None:
        company.refresh_from_db()
        Target.objects.create(
            siren=siren, folded_name=company.folded_name, **narrow, **target
        )
    return company


def index_names():
    names.rebuild_words()
