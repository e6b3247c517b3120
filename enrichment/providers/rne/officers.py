"""Who is in office, as the register lists powers: its own codes, no home address."""

from enrichment.providers.facts import Officer
from enrichment.providers.reading import Section
from enrichment.providers.rne import names
from enrichment.providers.roles import code_of, label_of


def read(company: Section, legal_form: str) -> list[Officer]:
    found = []
    for entry in company.section("composition").sections("pouvoirs"):
        entry.knows(names.OFFICE)
        if _has_left(entry):
            continue
        officer = (
            _company_in_office(entry, legal_form)
            if entry.text("typeDePersonne") == "ENTREPRISE"
            else _person_in_office(entry, legal_form)
        )
        if officer is not None:
            found.append(officer)
    return found


def _has_left(entry: Section) -> bool:
    is_in_office = entry.flag("actif")
    if is_in_office is None:
        return entry.text("dateFin") is not None
    return not is_in_office


def _company_in_office(entry: Section, legal_form: str) -> Officer | None:
    """The person through whom the company acts is not read."""
    company = entry.section("entreprise").knows(names.ENTERPRISE)
    role, code = _role(entry, company.text("roleEntreprise"), legal_form)
    name, siren = company.text("denomination"), company.code("siren", "[0-9]{9}")
    if name is None and siren is None:
        return None
    return Officer(
        role=role,
        role_code=code,
        since=entry.day("dateDebut"),
        is_company=True,
        company_name=name,
        company_siren=siren,
    )


def _person_in_office(entry: Section, legal_form: str) -> Officer | None:
    individual = entry.section("individu").knows(names.INDIVIDUAL)
    person = individual.section("descriptionPersonne").knows(names.PERSON)
    role, code = _role(entry, person.text("role"), legal_form)
    surname = person.text("nom") or person.text("nomUsage")
    if surname is None:
        return None
    born = person.month("dateDeNaissance")
    return Officer(
        role=role,
        role_code=code,
        surname=surname,
        first_name=" ".join(person.texts("prenoms")) or None,
        birth_year=born[0] if born else None,
        birth_month=born[1] if born else None,
        since=entry.day("dateDebut") or person.day("dateEffetRoleDeclarant"),
    )


def _role(
    entry: Section, inner_code: str | None, legal_form: str
) -> tuple[str, str | None]:
    """What the office is called, and its code.

    The code lies beside the person in older sheets, at the entry in recent ones, and
    only in words in those taken over from the courts.
    """
    words = entry.text("libelleRoleEntreprise") or entry.text("autreRoleEntreprise")
    code = entry.text("roleEntreprise") or inner_code
    if code is None and words is not None:
        # 57xx are SAS: their register knows no plain "Président".
        is_sas = legal_form.startswith("57") and words == "Président"
        code = code_of("Président de SAS" if is_sas else words)
    if code is not None and label_of(code) is None:
        entry.warn("unknown_role", "roleEntreprise")
        code = None
    return words or label_of(code or "") or "Autre", code
