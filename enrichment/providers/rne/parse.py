"""An answer of the register, from bytes to facts: a sheet, or filed accounts."""

from typing import Any

from enrichment.providers.base import check_siren
from enrichment.providers.documents import document
from enrichment.providers.errors import ProviderError
from enrichment.providers.facts import Identity, ProviderFacts, YearlyAccounts
from enrichment.providers.reading import Notes, Section
from enrichment.providers.rne import accounts, life, names, officers

_SOURCE = "rne"
_LEGAL_PERSON = "M"
# Given out with the number, until INSEE knows what the company does.
_NO_NAF_YET = "0000Z"


def check(raw: bytes, *, siren: str) -> None:
    """Raise ProviderError unless this is readable and about the company asked for."""
    _checked(raw, siren, Notes())


def parse(raw: bytes, *, siren: str) -> ProviderFacts:
    notes = Notes()
    answer = _checked(raw, siren, notes)
    is_sandbox = bool(answer.flag("sandbox"))
    if "formality" not in answer:
        rows = accounts.read(answer, notes)
        return ProviderFacts(
            siren=siren,
            identity=_headcount(rows),
            accounts=rows,
            unknown_fields=notes.unknown_fields,
            warnings=notes.warnings,
            is_sandbox=is_sandbox,
        )
    formality = answer.knows(names.ANSWER).section("formality").knows(names.FORMALITY)
    content = formality.section("content").knows(names.CONTENT)
    is_open = _is_open(formality)
    company = content.section("personneMorale").knows(names.COMPANY)
    return ProviderFacts(
        siren=siren,
        identity=_identity(formality, content, company, is_open=is_open),
        officers=tuple(
            officers.read(company, _legal_form(formality) or "") if is_open else ()
        ),
        unknown_fields=notes.unknown_fields,
        warnings=notes.warnings,
        is_sandbox=is_sandbox,
    )


def _checked(raw: bytes, siren: str, notes: Notes) -> Section:
    answer = Section(document(raw, provider=_SOURCE), notes=notes)
    if "formality" in answer:
        told = answer.text("siren") or answer.section("formality").text("siren")
        check_siren(siren, told, provider=_SOURCE)
    elif "bilansSaisis" in answer or "bilans" in answer:
        accounts.check(answer, siren=siren)
    else:
        raise ProviderError("unexpected_shape", provider=_SOURCE)
    return answer


def _is_open(formality: Section) -> bool:
    """Whether people and address may be read.

    A sole trader (P) or a farm held in common (E) is a person, not a company: the
    register publishes its home and its name as if they were a company's.
    """
    if formality.text("typePersonne") != _LEGAL_PERSON:
        formality.warn("not_a_legal_person", "typePersonne")
        return False
    return formality.text("diffusionINSEE") in {None, "O"}


def _identity(
    formality: Section, content: Section, company: Section, *, is_open: bool
) -> Identity:
    known = company.section("identite")
    entry = known.section("entreprise").knows(names.ENTERPRISE)
    about = known.section("description").knows(names.DESCRIPTION)
    diffusion = formality.code("diffusionINSEE", "[OPN]")
    return Identity(
        name=entry.text("denomination"),
        acronym=about.text("sigle"),
        legal_form_code=_legal_form(formality),
        naf_code=_naf_code(entry),
        capital_eur=_capital(about),
        diffusion_status="P" if diffusion == "N" else diffusion,
        is_opposed=_is_opposed(formality),
        **life.read(content, company),
        **_head_office(company, entry, is_open=is_open),
    )


def _legal_form(formality: Section) -> str | None:
    return formality.code("formeJuridique", "[0-9]{4}")


def _is_opposed(formality: Section) -> bool | None:
    may_be_used = formality.flag("diffusionCommerciale")
    return None if may_be_used is None else not may_be_used


def _naf_code(entry: Section) -> str | None:
    """Written here without its dot; companies long gone have codes of older lists."""
    code = entry.code("codeApe", r"[0-9]{2}\.?[0-9]{1,2}[A-Z]")
    digits = (code or "").replace(".", "")
    if not digits or digits == _NO_NAF_YET:
        return None
    if len(digits) < len("6202A"):
        entry.warn("other_nomenclature", "codeApe")
        return None
    return f"{digits[:2]}.{digits[2:]}"


def _capital(about: Section) -> int | None:
    if about.text("deviseCapital") not in {None, "EUR"}:
        about.warn("not_in_euros", "montantCapital")
        return None
    return about.amount("montantCapital")


def _head_office(company: Section, entry: Section, *, is_open: bool) -> dict[str, Any]:
    office = company.section("adresseEntreprise").knows(names.HEAD_OFFICE)
    place = office.section("adresse").knows(names.ADDRESS)
    site = company.section("etablissementPrincipal").knows(names.SITE)
    shop = site.section("descriptionEtablissement").knows(names.SITE_DESCRIPTION)
    nic = entry.code("nicSiege", "[0-9]{5}")
    siren = entry.code("siren", "[0-9]{9}")
    return {
        "trade_name": (shop.text("nomCommercial") or shop.text("enseigne"))
        if is_open
        else None,
        "siret": f"{siren}{nic}" if siren and nic else None,
        "address": _line(place) if is_open else None,
        "postal_code": place.code("codePostal", "[0-9]{5}"),
        "commune_code": place.code("codeInseeCommune", "[0-9AB]{5}"),
        "commune": place.text("commune"),
    }


def _line(place: Section) -> str | None:
    number, street = place.text("numVoie"), place.text("voie")
    pieces = [number, place.text("indiceRepetition"), place.text("typeVoie"), street]
    if street and number and street.startswith(f"{number} "):
        # Some sheets repeat the whole line in the name of the street.
        pieces = [street]
    line = " ".join(filter(None, pieces))
    extra = (place.text("complementLocalisation"), place.text("distributionSpeciale"))
    return ", ".join(filter(None, (line, *extra))) or None


def _headcount(rows: tuple[YearlyAccounts, ...]) -> Identity:
    """The accounts tell one thing of the company itself: how many work there."""
    own = (row for row in rows if row.account_type != "K")
    exact = next((row for row in own if row.headcount is not None), None)
    return Identity(
        headcount=exact.headcount if exact else None,
        headcount_year=exact.closed_on.year if exact else None,
    )
