"""An answer of the API Sirene, from bytes to facts.

It has four shapes: one site or a list of them, each with its company; one company or
a list of them, whose past is cut in periods. `[ND]` stands where the company, or the
person behind it, withholds the field.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from enrichment.providers.base import check_siren
from enrichment.providers.documents import document
from enrichment.providers.errors import ProviderError
from enrichment.providers.facts import Identity, ProviderFacts
from enrichment.providers.reading import Notes, Section
from enrichment.providers.sirene import names, office

_SOURCE = "sirene"
_SOLE_TRADER = "1000"
_CLOSED = "C"
# Given out with the number, until INSEE knows what the company does.
_NO_NAF_YET = "00.00Z"


def is_found(raw: bytes, *, siren: str) -> bool:
    """Whether the company is in the answer; ProviderError if only others are."""
    return _entry(_answer(raw, Notes()), siren) is not None


def parse(raw: bytes, *, siren: str) -> ProviderFacts:
    notes = Notes()
    answer = _answer(raw, notes)
    entry = _entry(answer, siren)
    if entry is None:
        raise ProviderError("other_company", provider=_SOURCE)
    return ProviderFacts(
        siren=siren,
        identity=_of_site(entry) if _is_site(entry) else _of_unit(entry),
        unknown_fields=notes.unknown_fields,
        warnings=notes.warnings,
        is_sandbox=bool(answer.flag("sandbox")),
    )


def _answer(raw: bytes, notes: Notes) -> Section:
    answer = Section(document(raw, provider=_SOURCE), notes=notes)
    shapes = ("etablissement", "etablissements", "uniteLegale", "unitesLegales")
    if not any(name in answer for name in shapes):
        raise ProviderError("unexpected_shape", provider=_SOURCE)
    return answer.knows(names.ANSWER)


def _entry(answer: Section, siren: str) -> Section | None:
    """The head office of this very company, else the company itself."""
    entries = list(_entries(answer))
    for entry in entries:
        if entry.text("siren") == siren and (
            not _is_site(entry) or entry.flag("etablissementSiege")
        ):
            return entry
    if entries:
        check_siren(siren, entries[0].text("siren"), provider=_SOURCE)
    return None


def _entries(answer: Section) -> Iterator[Section]:
    for name in ("etablissement", "uniteLegale"):
        if one := answer.section(name):
            yield one
    for name in ("etablissements", "unitesLegales"):
        yield from answer.sections(name)


def _is_site(entry: Section) -> bool:
    return "siret" in entry


def _of_site(site: Section) -> Identity:
    site.knows(names.SITE)
    unit = site.section("uniteLegale").knows(names.UNIT)
    diffusion = _diffusion(unit) or _diffusion_of(site, "statutDiffusionEtablissement")
    closed_on = None
    if _state(unit) == _CLOSED:
        # The unit does not say since when; its last site to close was this one.
        closed_on = office.closed_since(site)
    return _identity(
        unit,
        unit,
        diffusion=diffusion,
        closed_on=closed_on,
        head_office=office.read(site, is_open=diffusion in {None, "O"}),
    )


def _of_unit(unit: Section) -> Identity:
    unit.knows(names.UNIT)
    periods = [
        period.knows(names.UNIT_PERIOD)
        for period in unit.sections("periodesUniteLegale")
    ]
    now = next((each for each in periods if each.text("dateFin") is None), unit)
    nic = now.code("nicSiegeUniteLegale", "[0-9]{5}")
    siren = unit.code("siren", "[0-9]{9}")
    return _identity(
        unit,
        now,
        diffusion=_diffusion(unit),
        closed_on=_closed_since(periods),
        head_office={"siret": f"{siren}{nic}" if siren and nic else None},
    )


def _identity(
    unit: Section,
    now: Section,
    *,
    diffusion: str | None,
    closed_on: date | None,
    head_office: dict[str, Any],
) -> Identity:
    """`now` is the period under way: the unit itself when it is told by its site."""
    state = _state(now)
    return Identity(
        name=_name(unit, now, is_open=diffusion in {None, "O"}),
        acronym=unit.text("sigleUniteLegale"),
        legal_form_code=now.code("categorieJuridiqueUniteLegale", "[0-9]{4}"),
        naf_code=_naf_code(now),
        naf25_code=unit.code(
            "activitePrincipaleNAF25UniteLegale", r"[0-9]{2}\.[0-9]{2}[A-Z]"
        ),
        created_on=unit.day("dateCreationUniteLegale"),
        closed_on=closed_on,
        is_active=None if state is None else state == "A",
        headcount_band=unit.code("trancheEffectifsUniteLegale", "NN|[0-9]{2}"),
        headcount_band_year=unit.whole(
            "anneeEffectifsUniteLegale", low=1900, high=2200
        ),
        category=unit.code("categorieEntreprise", "GE|ETI|PME"),
        diffusion_status=diffusion,
        **head_office,
    )


def _name(unit: Section, now: Section, *, is_open: bool) -> str | None:
    """A company's name, or a sole trader's own if it may be told."""
    legal_form = now.text("categorieJuridiqueUniteLegale")
    if legal_form != _SOLE_TRADER:
        return now.text("denominationUniteLegale")
    if not is_open:
        return None
    surname = now.text("nomUsageUniteLegale") or now.text("nomUniteLegale")
    first_name = unit.text("prenomUsuelUniteLegale") or unit.text("prenom1UniteLegale")
    return " ".join(filter(None, (first_name, surname))) or None


def _naf_code(now: Section) -> str | None:
    """In the nomenclature in force only: companies long closed have older codes."""
    name = "activitePrincipaleUniteLegale"
    if now.text(name) in {None, _NO_NAF_YET}:
        return None
    nomenclature = now.text("nomenclatureActivitePrincipaleUniteLegale")
    if nomenclature not in {None, "NAFRev2"}:
        now.warn("other_nomenclature", name)
        return None
    return now.code(name, r"[0-9]{2}\.[0-9]{2}[A-Z]")


def _state(now: Section) -> str | None:
    return now.code("etatAdministratifUniteLegale", "[AC]")


def _closed_since(periods: list[Section]) -> date | None:
    """The first day of the last periods that are all closed."""
    newest_first = sorted(
        periods, key=lambda each: each.text("dateDebut") or "", reverse=True
    )
    since = None
    for period in newest_first:
        if _state(period) != _CLOSED:
            break
        since = period.day("dateDebut")
    return since


def _diffusion(unit: Section) -> str | None:
    return _diffusion_of(unit, "statutDiffusionUniteLegale")


def _diffusion_of(section: Section, name: str) -> str | None:
    """O full, P partial. Until 2023 N was none at all: as little is shown of it."""
    status = section.code(name, "[OPN]")
    return "P" if status == "N" else status
