"""What a column of a file may be, and the headers that people give it.

``headers`` are folded: no case, accent, blank, underscore nor punctuation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from companies.imports.models import ImportKind
from mainsite.lib.sheets.titles import plain

COMPANIES, CONTACTS = ImportKind.COMPANIES, ImportKind.CONTACTS
OUTCOMES, OPPOSITIONS = ImportKind.OUTCOMES, ImportKind.OPPOSITIONS
EVERY_KIND: Final = frozenset(ImportKind)
_OF_PEOPLE: Final = frozenset({CONTACTS, OPPOSITIONS})


class Policy(StrEnum):
    """What becomes of a value that is there already."""

    FILL = "fill"
    OVERWRITE = "overwrite"
    NEVER = "never"


class Group(StrEnum):
    """Fields that the screen shows together, in this order."""

    KEY = "key"
    IDENTITY = "identity"
    PLACE = "place"
    ACTIVITY = "activity"
    FIGURES = "figures"
    PEOPLE = "people"
    PURSUIT = "pursuit"


GROUP_LABELS: Final[dict[Group, Promise]] = {
    Group.KEY: _("Identifiant"),
    Group.IDENTITY: _("Identité"),
    Group.PLACE: _("Adresse"),
    Group.ACTIVITY: _("Activité"),
    Group.FIGURES: _("Chiffres"),
    Group.PEOPLE: _("Personnes"),
    Group.PURSUIT: _("Suivi"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """``has_policy``: something may be there already, and the person chooses."""

    code: str
    label: str | Promise
    group: Group
    headers: tuple[str, ...]
    kinds: frozenset[ImportKind] = field(default=EVERY_KIND)
    has_policy: bool = False


def _of(
    group: Group,
    code: str,
    label: str | Promise,
    headers: str,
    *kinds: ImportKind,
    has_policy: bool = False,
) -> Field:
    return Field(
        code=code,
        label=label,
        group=group,
        headers=tuple(headers.split()),
        kinds=frozenset(kinds) or EVERY_KIND,
        has_policy=has_policy,
    )


def _kept(group: Group, code: str, label: str | Promise, headers: str) -> Field:
    return _of(group, code, label, headers, COMPANIES, has_policy=True)


FIELDS: Final[tuple[Field, ...]] = (
    _of(
        Group.KEY,
        "siren",
        "SIREN",
        "siren nsiren nosiren numerosiren numsiren codesiren sirenentreprise",
    ),
    _of(
        Group.KEY,
        "siret",
        "SIRET",
        "siret siretsiege nsiret nosiret numerosiret numsiret siretdusiege",
    ),
    _of(
        Group.KEY,
        "vat",
        _("numéro de TVA"),
        "numerotva tva ntva tvaintracommunautaire numerotvaintracommunautaire",
        COMPANIES,
    ),
    _of(
        Group.IDENTITY,
        "name",
        _("dénomination"),
        "nom nomentreprise denomination raisonsociale societe entreprise"
        " denominationunitelegale nomsociete",
        has_policy=True,
    ),
    _kept(
        Group.IDENTITY,
        "trade_name",
        _("enseigne"),
        "enseigne nomcommercial denominationusuelle",
    ),
    _kept(Group.IDENTITY, "acronym", _("sigle"), "sigle acronyme"),
    _kept(
        Group.IDENTITY,
        "legal_form",
        _("forme juridique"),
        "formejuridique categoriejuridique codeformejuridique"
        " categoriejuridiqueunitelegale",
    ),
    _kept(
        Group.IDENTITY,
        "created_on",
        _("date de création"),
        "datecreation datedecreation creation creeele datecreationunitelegale",
    ),
    _of(
        Group.PLACE,
        "address",
        _("adresse"),
        "adresse adressecomplete adressesiege rue voie",
        COMPANIES,
        has_policy=True,
    ),
    _of(
        Group.PLACE,
        "postal_code",
        _("code postal"),
        "codepostal cp codepostalsiege",
        has_policy=True,
    ),
    _of(
        Group.PLACE,
        "commune",
        _("commune"),
        "ville commune communesiege localite libellecommune",
        has_policy=True,
    ),
    _kept(
        Group.ACTIVITY,
        "naf_code",
        _("code NAF"),
        "codenaf codeape naf ape activiteprincipale activiteprincipaleunitelegale",
    ),
    _of(
        Group.ACTIVITY,
        "naf_label",
        _("libellé de l’activité"),
        "activite libellenaf secteuractivite libelleape",
        COMPANIES,
    ),
    _kept(
        Group.ACTIVITY,
        "headcount",
        _("effectif"),
        "effectif effectifs trancheeffectif trancheeffectifs nombresalaries"
        " trancheeffectifsunitelegale salaries",
    ),
    _kept(
        Group.ACTIVITY,
        "website",
        _("site internet"),
        "siteinternet siteweb site website url",
    ),
    _kept(
        Group.FIGURES,
        "revenue",
        _("chiffre d’affaires"),
        "ca chiffreaffaires chiffredaffaires caactuel camontant",
    ),
    _kept(
        Group.FIGURES,
        "net_income",
        _("résultat net"),
        "resultat resultatnet benefice",
    ),
    _of(
        Group.FIGURES,
        "year",
        _("exercice"),
        "exercice annee anneeca anneecomptes datecloture clotureexercice",
        COMPANIES,
    ),
    _kept(Group.FIGURES, "capital", _("capital social"), "capital capitalsocial"),
    _kept(
        Group.PEOPLE,
        "leader",
        _("dirigeant"),
        "dirigeant dirigeants gerant president dirigeantprincipal nomdirigeant"
        " nomdudirigeant",
    ),
    _of(
        Group.PEOPLE,
        "contact_name",
        _("nom du contact"),
        "contact nomcontact nomducontact contactprincipal nomprenom prenomnom personne"
        " nomcomplet nomdefamille nomdudirigeant nomdirigeant dirigeant interlocuteur",
        CONTACTS,
        OPPOSITIONS,
    ),
    _of(
        Group.PEOPLE,
        "contact_first_name",
        _("prénom du contact"),
        "prenom prenoms prenomcontact prenomducontact prenomdudirigeant"
        " prenomdirigeant",
        CONTACTS,
        OPPOSITIONS,
    ),
    _of(
        Group.PEOPLE,
        "contact_title",
        _("fonction du contact"),
        "fonction poste postecontact titre fonctioncontact fonctionducontact qualite",
        CONTACTS,
    ),
    _of(
        Group.PEOPLE,
        "email",
        _("courriel"),
        "email mail courriel emailcontact adressemail adresseemail",
        COMPANIES,
        CONTACTS,
        OPPOSITIONS,
    ),
    _of(
        Group.PEOPLE,
        "phone",
        _("téléphone"),
        "telephone tel telephonecontact mobile portable numerotelephone",
        COMPANIES,
        CONTACTS,
        OPPOSITIONS,
    ),
    _of(
        Group.PEOPLE,
        "source_of_contact",
        _("source du contact"),
        "source sourcecontact origine provenance",
        CONTACTS,
    ),
    _of(
        Group.PEOPLE,
        "lawful_basis",
        _("base légale"),
        "baselegale fondement",
        CONTACTS,
    ),
    _of(
        Group.PEOPLE,
        "collected_on",
        _("recueilli le"),
        "datecollecte recueillile collectele datederecueil",
        CONTACTS,
    ),
    _of(
        Group.PEOPLE,
        "informed_on",
        _("informée le"),
        "dateinformation informele informeele",
        CONTACTS,
    ),
    _kept(
        Group.PURSUIT,
        "status",
        _("statut"),
        "statut statutprospect etape",
    ),
    _of(
        Group.PURSUIT,
        "outcome",
        _("issue"),
        "issue statut resultat resultatdossier",
        OUTCOMES,
    ),
    _of(
        Group.PURSUIT,
        "outcome_on",
        _("date de l’issue"),
        "dateissue datedelissue date datesignature datedesignature datecloture"
        " datedecloture dateclosing closing signele perdule",
        OUTCOMES,
    ),
    _of(
        Group.PURSUIT,
        "reason",
        _("motif"),
        "motif raison cause",
        COMPANIES,
        OUTCOMES,
        OPPOSITIONS,
    ),
    _of(
        Group.PURSUIT,
        "note",
        _("note"),
        "note notes commentaire commentaires notescommerciales",
        COMPANIES,
    ),
)

BY_CODE: Final[dict[str, Field]] = {each.code: each for each in FIELDS}
# A row is about a company by one of these.
KEYS: Final = ("siren", "siret", "vat")


def fields_of(kind: str) -> tuple[Field, ...]:
    """The fields a file of this kind may have, in the order of the screen."""
    found = (each for each in FIELDS if kind in each.kinds)
    order = list(Group)
    return tuple(sorted(found, key=lambda each: order.index(each.group)))


def has_rule(code: str, kind: str) -> bool:
    """Whether a person chooses what becomes of a value that is there already.

    Only an import of companies writes companies: elsewhere their fields find them.
    """
    return kind == COMPANIES and BY_CODE[code].has_policy


def guess_by_titles(titles: Sequence[str], kind: str) -> dict[str, str]:
    """{column's place: field}; of two columns for one field, the first."""
    known = {h: each.code for each in fields_of(kind) for h in each.headers}
    if kind == OUTCOMES:
        known["resultat"] = known["statut"] = "outcome"
    read = [plain(title) for title in titles]
    codes = [known.get(title) for title in read]
    if kind in _OF_PEOPLE and "nom" in read and "contact_name" not in codes:
        # Beside an address or a first name, « Nom » is a person's.
        codes[read.index("nom")] = "contact_name"
    found: dict[str, str] = {}
    for place, code in enumerate(codes):
        if code is not None and code not in found.values():
            found[str(place)] = code
    return found
