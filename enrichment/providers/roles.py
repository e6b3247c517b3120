"""Codes of the national register (RNE) for the offices that sources name in words.

The list is the register's own (role codes published by INPI); labels are matched
without regard to case, accents, feminine forms or kind of apostrophe.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

LABELS: Final[dict[str, str]] = {
    "11": "Membre",
    "13": "Contrôleur de gestion",
    "14": "Contrôleur des comptes",
    "23": "Autre associé majoritaire",
    "28": "Gérant et associé indéfiniment et solidairement responsable",
    "29": "Gérant et associé indéfiniment responsable",
    "30": "Gérant",
    "40": "Liquidateur",
    "41": "Associé unique (qui participe à l’activité EURL)",
    "51": "Président du conseil d’administration",
    "52": "Président du directoire",
    "53": "Directeur Général",
    "55": "Dirigeant à l’étranger d’une personne morale étrangère",
    "56": "Dirigeant en France d’une personne morale étrangère",
    "60": "Président du conseil d’administration et directeur général",
    "61": "Président du conseil de surveillance",
    "63": "Membre du directoire",
    "64": "Membre du conseil de surveillance",
    "65": "Administrateur",
    "66": "Personne ayant le pouvoir d’engager à titre habituel la société",
    "67": "Personne ayant le pouvoir d’engager l'établissement",
    "69": "Directeur général unique de SA à directoire",
    "70": "Directeur général délégué",
    "71": "Commissaire aux comptes titulaire",
    "72": "Commissaire aux comptes suppléant",
    "73": "Président de SAS",
    "74": "Associé indéfiniment et solidairement responsable",
    "75": "Associé indéfiniment responsable",
    "76": (
        "Représentant social d’une entreprise personne étrangère"
        " sans établissement en France"
    ),
    "77": (
        "Représentant fiscal d’une entreprise personne étrangère"
        " sans établissement en France"
    ),
    "82": "Indivisaire",
    "86": "Exploitant pour le compte de l’indivision",
    "90": "Personne physique, exploitant en commun",
    "94": "Membre non salarié participant aux travaux",
    "95": "Associé qui participe à la gestion",
    "96": "Associé non salarié",
    "97": "Mandataire ad hoc",
    "98": "Administrateur provisoire",
    "99": "Autre",
    "100": "Repreneur",
    "101": "Entrepreneur",
    "103": "Suppléant",
    "104": "Personne chargée du contrôle",
    "105": "Personne décisionnaire désignée",
    "106": "Comptable",
    "107": "Héritier indivisaire",
    "108": "Loueur",
    "109": "Mandataire fiscal",
    "110": "Vice-Président",
    "111": "Vice-Président du Directoire",
    "120": "Vice-Président du Conseil d'Orientation et de Surveillance",
    "121": "Président du Conseil d'Orientation et de Surveillance",
    "122": "Membre du Conseil d'Orientation et de Surveillance",
    "130": "Associé unique qui récupère le patrimoine",
    "131": "Associé commandité",
    "132": "Associé commanditaire",
    "135": "Administrateurs représentant les salariés",
    "140": "Président de l'EPIC",
    "150": "Avocat",
    "200": "Fiduciaire",
    "201": "Dirigeant",
    "202": "Représentant de l'assujetti unique",
    "203": "Membre bénéficiant d'un mandat général d'administration",
    "204": "Personne capable d'engager l'entité",
    "205": "Président",
    "206": "Directeur",
    "207": "Trésorier",
    "208": "Secrétaire",
    "209": "Secrétaire général",
    "210": "Membre du conseil syndical",
    "211": "Président du conseil syndical",
    "212": "Personne désignée par les statuts",
    "213": "Vice-Président du conseil de surveillance",
    "214": "Personne ayant le pouvoir d’engager à titre habituel l’entité",
    "215": "Personne ayant le pouvoir de représenter l’entité",
    "216": "Trésorier adjoint",
    "217": "Secrétaire adjoint",
    "218": "Membre de l’organe collégial de contrôle",
    "219": "Président de l’organe collégial de contrôle",
    "220": "Auditeur de durabilité",
    "231": "Gouverneur",
    "232": "Premier sous-gouverneur",
    "233": "Deuxième sous-gouverneur",
    "234": "Conseiller général",
}

_FEMININE = (
    ("presidente", "president"),
    ("directrice generale", "directeur general"),
    ("gerante", "gerant"),
    ("deleguee", "delegue"),
    ("administratrice", "administrateur"),
    ("associee", "associe"),
)


def label_of(code: str) -> str | None:
    """The register's own words for a code; None for one that is not in its list."""
    return LABELS.get(code)


@lru_cache(maxsize=1024)
def code_of(role: str) -> str | None:
    """The code of an office, or None: several sources write "Autre"."""
    folded = _fold(role)
    # "Président, Gérant": the first office named leads.
    return _codes().get(folded) or _codes().get(folded.split(",")[0].strip())


@cache
def _codes() -> dict[str, str]:
    codes = {_fold(label): code for code, label in LABELS.items()}
    return codes | {
        "president de sas": "73",
        "president directeur general": "60",
        "president-directeur general": "60",
        "co-gerant": "30",
        "cogerant": "30",
        "gerant associe": "30",
        "associe gerant": "30",
        "commissaire aux comptes": "71",
        "president du conseil d'administration,directeur general": "60",
    }


def _fold(words: str) -> str:
    decomposed = unicodedata.normalize("NFKD", words.lower().replace("’", "'"))
    folded = "".join(c for c in decomposed if not unicodedata.combining(c))
    for feminine, masculine in _FEMININE:
        folded = folded.replace(feminine, masculine)
    return re.sub(r"\s+", " ", folded).strip()
