"""A Pappers company sheet, from bytes to facts."""

from collections.abc import Iterator
from typing import Any

from enrichment.providers.base import check_siren
from enrichment.providers.documents import document
from enrichment.providers.facts import (
    Contact,
    Identity,
    Officer,
    ProviderFacts,
    YearlyAccounts,
)
from enrichment.providers.pappers import accounts, names, notices
from enrichment.providers.reading import Notes, Section
from enrichment.providers.roles import code_of

_SOURCE = "pappers"
_PHONE = r"\+?[0-9][0-9 .()\-]{5,24}"
_EMAIL = r"[^\s@]{1,64}@[\w.\-]+\.\w{2,}"


def check(raw: bytes, *, siren: str) -> None:
    """Raise ProviderError unless this is readable and about the company asked for."""
    _sheet(raw, siren, Notes())


def parse(raw: bytes, *, siren: str) -> ProviderFacts:
    notes = Notes()
    sheet = _sheet(raw, siren, notes)
    sheet.knows(names.SHEET)
    rows = accounts.read(sheet, notes)
    is_open = sheet.flag("diffusable") is not False
    return ProviderFacts(
        siren=siren,
        identity=_identity(sheet, rows, is_open=is_open),
        accounts=rows,
        officers=tuple(_officers(sheet, is_open=is_open)),
        events=notices.read(sheet),
        contacts=tuple(_contacts(sheet)) if is_open else (),
        unknown_fields=notes.unknown_fields,
        warnings=notes.warnings,
        is_sandbox=bool(sheet.flag("sandbox")),
    )


def _sheet(raw: bytes, siren: str, notes: Notes) -> Section:
    members: dict[str, Any] = document(raw, provider=_SOURCE)
    sheet = Section(members, notes=notes)
    check_siren(siren, sheet.text("siren"), provider=_SOURCE)
    return sheet


def _identity(
    sheet: Section, rows: tuple[YearlyAccounts, ...], *, is_open: bool
) -> Identity:
    """`is_open` False is partial diffusion: no name of a person, no address."""
    is_legal_person = sheet.flag("personne_morale") is not False
    name = sheet.text("denomination") or sheet.text("nom_entreprise")
    own = (row for row in rows if row.account_type != "K")
    exact = next((row for row in own if row.headcount is not None), None)
    return Identity(
        name=name if is_open or is_legal_person else None,
        acronym=sheet.text("sigle"),
        legal_form_code=sheet.code("categorie_juridique", "[0-9]{4}"),
        naf_code=sheet.code("code_naf", r"[0-9]{2}\.[0-9]{2}[A-Z]"),
        created_on=sheet.day("date_creation"),
        closed_on=sheet.day("date_cessation"),
        is_active=_is_active(sheet),
        headcount_band=sheet.code("tranche_effectif", "NN|[0-9]{2}"),
        headcount_band_year=sheet.whole("annee_effectif", low=1900, high=2200),
        headcount=exact.headcount if exact else None,
        headcount_year=exact.closed_on.year if exact else None,
        category=sheet.code("categorie_entreprise", "GE|ETI|PME|TPE"),
        capital_eur=_capital(sheet),
        vat_number=sheet.code("numero_tva_intracommunautaire", "FR[0-9A-Z]{2}[0-9]{9}"),
        diffusion_status="O" if is_open else "P",
        is_opposed=sheet.flag("opposition_utilisation_commerciale"),
        has_open_proceeding=sheet.flag("procedure_collective_en_cours"),
        website=_website(sheet),
        **_head_office(sheet.section("siege"), is_open=is_open),
    )


def _is_active(sheet: Section) -> bool | None:
    is_closed = sheet.flag("entreprise_cessee")
    return None if is_closed is None else not is_closed


def _capital(sheet: Section) -> int | None:
    if sheet.text("devise_capital") not in {None, "Euros", "Euro", "EUR"}:
        sheet.warn("not_in_euros", "capital")
        return None
    return sheet.amount("capital")


def _website(sheet: Section) -> str | None:
    sites = sheet.texts("sites_internet")
    return sites[0] if sites else None


def _head_office(office: Section, *, is_open: bool) -> dict[str, Any]:
    office.knows(names.OFFICE)
    is_shown = is_open and not office.flag("diffusion_partielle")
    lines = (office.text("adresse_ligne_1"), office.text("adresse_ligne_2"))
    return {
        "trade_name": office.text("nom_commercial") or office.text("enseigne"),
        "siret": office.code("siret", "[0-9]{14}"),
        "address": (", ".join(filter(None, lines)) or None) if is_shown else None,
        "postal_code": office.code("code_postal", "[0-9]{5}"),
        "commune_code": office.code("code_commune", "[0-9AB]{5}"),
        "commune": office.text("ville"),
        "latitude": office.decimal("latitude") if is_shown else None,
        "longitude": office.decimal("longitude") if is_shown else None,
    }


def _officers(sheet: Section, *, is_open: bool) -> list[Officer]:
    legal_form = sheet.text("categorie_juridique") or ""
    people = []
    for entry in sheet.sections("representants"):
        entry.knows(names.OFFICER)
        role = entry.text("qualite") or "Autre"
        code = _role_code(role, legal_form)
        if entry.flag("personne_morale"):
            people.append(_company_in_office(entry, role, code))
        elif is_open:
            people.append(_person_in_office(entry, role, code))
    return people


def _contacts(sheet: Section) -> Iterator[Contact]:
    """The company's own, in answers that were asked for them; a sole trader's are a
    person's."""
    is_personal = sheet.flag("personne_morale") is False
    name = sheet.text("nom_entreprise") if is_personal else None
    phone, email = sheet.code("telephone", _PHONE), sheet.code("email", _EMAIL)
    if phone:
        yield Contact(
            kind="phone", value=phone, is_personal=is_personal, full_name=name
        )
    if email:
        yield Contact(
            kind="email", value=email, is_personal=is_personal, full_name=name
        )


def _role_code(role: str, legal_form: str) -> str | None:
    # 57xx are SAS: the register calls this office "Président de SAS".
    is_sas = legal_form.startswith("57") and role == "Président"
    return code_of("Président de SAS" if is_sas else role)


def _company_in_office(entry: Section, role: str, code: str | None) -> Officer:
    return Officer(
        role=role,
        role_code=code,
        since=entry.day("date_prise_de_poste"),
        is_company=True,
        company_name=entry.text("denomination") or entry.text("nom_complet"),
        company_siren=entry.code("siren", "[0-9]{9}"),
    )


def _person_in_office(entry: Section, role: str, code: str | None) -> Officer:
    # Until 2022 only the full date was given; its day is left out here.
    born = entry.month("date_de_naissance_rgpd") or entry.month("date_de_naissance")
    return Officer(
        role=role,
        role_code=code,
        surname=entry.text("nom"),
        first_name=entry.text("prenom_usuel") or entry.text("prenom"),
        birth_year=born[0] if born else None,
        birth_month=born[1] if born else None,
        since=entry.day("date_prise_de_poste"),
    )
