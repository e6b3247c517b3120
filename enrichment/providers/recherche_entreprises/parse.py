"""A search answer of "Recherche d'entreprises", from bytes to facts."""

import re
from datetime import date
from typing import Any

from enrichment.providers import exercises
from enrichment.providers.base import check_siren
from enrichment.providers.documents import document
from enrichment.providers.errors import ProviderError
from enrichment.providers.facts import Identity, Officer, ProviderFacts, YearlyAccounts
from enrichment.providers.reading import Notes, Section
from enrichment.providers.recherche_entreprises import names
from enrichment.providers.roles import code_of

_SOURCE = "recherche_entreprises"


def is_found(raw: bytes, *, siren: str) -> bool:
    """Whether the company is in the answer; ProviderError if only others are."""
    return _result(_answer(raw, Notes()), siren) is not None


def parse(raw: bytes, *, siren: str) -> ProviderFacts:
    notes = Notes()
    answer = _answer(raw, notes)
    result = _result(answer, siren)
    if result is None:
        raise ProviderError("other_company", provider=_SOURCE)
    result.knows(names.RESULT)
    is_open = result.text("statut_diffusion") != "P"
    return ProviderFacts(
        siren=siren,
        identity=_identity(result, is_open=is_open),
        accounts=_accounts(result, notes),
        officers=tuple(_officers(result, is_open=is_open)),
        unknown_fields=notes.unknown_fields,
        warnings=notes.warnings,
        is_sandbox=bool(answer.flag("sandbox")),
    )


def _answer(raw: bytes, notes: Notes) -> Section:
    answer = Section(document(raw, provider=_SOURCE), notes=notes)
    if "results" not in answer:
        raise ProviderError("unexpected_shape", provider=_SOURCE)
    return answer.knows(names.ANSWER)


def _result(answer: Section, siren: str) -> Section | None:
    """The result for this very SIREN; a search may also bring its namesakes."""
    results = list(answer.sections("results"))
    for result in results:
        if result.text("siren") == siren:
            return result
    if results:
        check_siren(siren, results[0].text("siren"), provider=_SOURCE)
    return None


def _identity(result: Section, *, is_open: bool) -> Identity:
    legal_form = result.code("nature_juridique", "[0-9]{4}")
    extra = result.section("complements").knows(names.COMPLEMENTS)
    is_person = extra.flag("est_entrepreneur_individuel") or legal_form == "1000"
    name = result.text("nom_raison_sociale") or result.text("nom_complet")
    # The register puts NAF 2025 beside the code in force until the end of 2026.
    return Identity(
        name=name if is_open or not is_person else None,
        acronym=result.text("sigle"),
        legal_form_code=legal_form,
        naf_code=result.code("activite_principale", r"[0-9]{2}\.[0-9]{1,2}[A-Z]?"),
        naf25_code=result.code("activite_principale_naf25", r"[0-9]{2}\.[0-9]{2}[A-Z]"),
        created_on=result.day("date_creation"),
        closed_on=result.day("date_fermeture"),
        is_active=_is_active(result),
        headcount_band=result.code("tranche_effectif_salarie", "NN|[0-9]{2}"),
        headcount_band_year=result.whole(
            "annee_tranche_effectif_salarie", low=1900, high=2200
        ),
        category=result.code("categorie_entreprise", "GE|ETI|PME"),
        capital_eur=_capital(result.section("immatriculation")),
        vat_number=_vat_number(result),
        diffusion_status=result.code("statut_diffusion", "[OP]"),
        **_head_office(result.section("siege"), is_open=is_open),
    )


def _is_active(result: Section) -> bool | None:
    state = result.code("etat_administratif", "[AC]")
    return None if state is None else state == "A"


def _capital(entry: Section) -> int | None:
    entry.knows(names.ENTRY)
    if entry.text("devise_capital") not in {None, "EUR"}:
        entry.warn("not_in_euros", "capital_social")
        return None
    return entry.amount("capital_social")


def _vat_number(result: Section) -> str | None:
    numbers = result.texts("tva")
    return numbers[0] if numbers else None


def _head_office(office: Section, *, is_open: bool) -> dict[str, Any]:
    office.knows(names.OFFICE)
    is_shown = is_open and office.text("statut_diffusion_etablissement") != "P"
    brands = office.texts("liste_enseignes")
    return {
        "trade_name": office.text("nom_commercial") or (brands[0] if brands else None),
        "siret": office.code("siret", "[0-9]{14}"),
        "address": office.text("adresse") if is_shown else None,
        "postal_code": office.code("code_postal", "[0-9]{5}"),
        "commune_code": office.code("commune", "[0-9AB]{5}"),
        "commune": office.text("libelle_commune"),
        "latitude": _degrees(office, "latitude") if is_shown else None,
        "longitude": _degrees(office, "longitude") if is_shown else None,
    }


def _degrees(office: Section, name: str) -> float | None:
    text = office.code(name, r"-?[0-9]{1,3}(\.[0-9]+)?")
    return float(text) if text else None


def _accounts(result: Section, notes: Notes) -> tuple[YearlyAccounts, ...]:
    """The one year given. Only its year is known, so its last day stands in."""
    finances = result.section("finances")
    rows = []
    for year in finances.names():
        if not re.fullmatch("(19|20)[0-9]{2}", year):
            notes.unknown(f"finances.{year}")
            continue
        figures = finances.section(year).knows(names.FINANCES)
        rows.append(
            YearlyAccounts(
                closed_on=date(int(year), 12, 31),
                closed_on_estimated=True,
                revenue=exercises.revenue_of(figures, "ca"),
                net_income=figures.amount("resultat_net"),
            )
        )
    return exercises.in_order(rows, notes)


def _officers(result: Section, *, is_open: bool) -> list[Officer]:
    people = []
    for entry in result.sections("dirigeants"):
        entry.knows(names.OFFICER)
        role = entry.text("qualite") or "Autre"
        if entry.text("type_dirigeant") == "personne morale":
            people.append(
                Officer(
                    role=role,
                    role_code=code_of(role),
                    is_company=True,
                    company_name=entry.text("denomination"),
                    company_siren=entry.code("siren", "[0-9]{9}"),
                )
            )
        elif is_open:
            people.append(_person_in_office(entry, role))
    return people


def _person_in_office(entry: Section, role: str) -> Officer:
    born = entry.month("date_de_naissance")
    year = entry.whole("annee_de_naissance", low=1800, high=2200)
    return Officer(
        role=role,
        role_code=code_of(role),
        surname=entry.text("nom"),
        first_name=entry.text("prenoms"),
        birth_year=born[0] if born else year,
        birth_month=born[1] if born else None,
    )
