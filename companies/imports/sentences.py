"""The sentence of each code: why a file or a row is refused, what was mended.

A sentence with ``%(value)s`` shows what was read, marked; ``%(field)s`` is the name of
the field, ``%(hint)s`` the other line, the count or the value to propose.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from companies.imports.codes import FileFault, Reason, Repair
from companies.imports.kinds import words

Words = Mapping[str, Promise]

FILE_FAULTS: Final[Words] = {
    FileFault.EMPTY: gettext_lazy("Ce fichier est vide."),
    FileFault.SET_ASIDE: gettext_lazy(
        "Ce fichier demande plus de mémoire ou de temps qu’un import ne peut en "
        "prendre\u00a0: il est mis de côté après deux essais. Découpez-le, ou prévenez "
        "l’exploitation."
    ),
    FileFault.HEADER_ONLY: gettext_lazy("Ce fichier n’a qu’une ligne d’en-tête."),
    FileFault.WORKBOOK: gettext_lazy(
        "C’est un classeur Excel sous un nom de texte\u00a0: renommez-le en .xlsx."
    ),
    FileFault.BINARY: gettext_lazy(
        "Ce fichier n’est ni du texte ni un classeur\u00a0: déposez un CSV ou un XLSX."
    ),
    FileFault.NUL: gettext_lazy(
        "Ce texte contient des caractères nuls\u00a0: il est abîmé, ou n’en est pas un."
    ),
    FileFault.UNKNOWN_ENCODING: gettext_lazy(
        "L’encodage n’est ni UTF-8, ni Windows-1252, ni Latin-9, ni UTF-16."
    ),
    FileFault.MIXED_ENCODING: gettext_lazy(
        "Deux encodages sont mélangés dans ce fichier\u00a0: enregistrez-le de nouveau "
        "en UTF-8."
    ),
    FileFault.UNREADABLE: gettext_lazy("Une ligne ne se lit pas comme du CSV."),
    FileFault.OPEN_QUOTE: gettext_lazy("Un guillemet ouvert n’est pas refermé."),
    FileFault.TOO_BIG: gettext_lazy("Ce fichier dépasse 200\u00a0Mo."),
    FileFault.TOO_MANY_ROWS: gettext_lazy(
        "Ce fichier dépasse 2\u00a0000\u00a0000 de lignes\u00a0: coupez-le."
    ),
    FileFault.TOO_MANY_COLUMNS: gettext_lazy("Ce fichier a plus de 200\u00a0colonnes."),
    FileFault.CELL_TOO_LONG: gettext_lazy(
        "Une cellule dépasse 32\u00a0000\u00a0caractères."
    ),
    FileFault.PASSWORD: gettext_lazy(
        "Ce classeur est protégé par un mot de passe\u00a0: enregistrez-le sans."
    ),
    FileFault.OLD_WORKBOOK: gettext_lazy(
        "C’est un classeur d’avant 2007 (.xls)\u00a0: enregistrez-le en .xlsx."
    ),
    FileFault.DAMAGED_WORKBOOK: gettext_lazy(
        "Ce classeur est abîmé ou incomplet\u00a0: ouvrez-le, puis enregistrez-le "
        "de nouveau."
    ),
    FileFault.NOT_A_WORKBOOK: gettext_lazy(
        "Ce fichier porte le nom d’un classeur, et n’en est pas un\u00a0: si c’est "
        "du texte, renommez-le en .csv."
    ),
    FileFault.TOO_MANY_PARTS: gettext_lazy(
        "Ce classeur contient trop de fichiers pour un classeur\u00a0: il est refusé."
    ),
    FileFault.UNPACKS_TOO_BIG: gettext_lazy(
        "Décompressé, ce classeur serait démesuré\u00a0: il est refusé sans être lu."
    ),
    FileFault.MACROS: gettext_lazy(
        "Ce classeur contient des macros\u00a0: enregistrez-le en .xlsx, sans elles."
    ),
    FileFault.EXTERNAL_LINKS: gettext_lazy(
        "Ce classeur est lié à d’autres fichiers\u00a0: collez les valeurs, puis "
        "enregistrez-le de nouveau."
    ),
    FileFault.ENTITIES: gettext_lazy(
        "Ce classeur déclare des entités externes\u00a0: il est refusé sans être lu."
    ),
    FileFault.NO_SHEET: gettext_lazy("Ce classeur n’a aucune feuille à lire."),
    FileFault.TOO_MANY_CELLS: gettext_lazy(
        "Cette feuille a trop de cellules pour être lue\u00a0: enregistrez-la en CSV."
    ),
    FileFault.GONE: gettext_lazy(
        "Le fichier n’est plus gardé\u00a0: déposez-le de nouveau."
    ),
}

# Contacts, outcomes and oppositions, told short.
_OF_KINDS: Final[Words] = {
    "no_contact": gettext_lazy("ni courriel ni téléphone"),
    "malformed": gettext_lazy("courriel ou téléphone illisible"),
    "no_basis": gettext_lazy("base légale absente"),
    "opposed": gettext_lazy("liste d’opposition"),
    "company_opposed": gettext_lazy("prospection refusée par la société"),
    "partial": gettext_lazy("diffusion partielle"),
    "unknown_company": gettext_lazy("société absente du registre"),
    "contact_expired": gettext_lazy("conservation dépassée"),
    "no_outcome_date": gettext_lazy("issue sans date"),
    "not_an_outcome": gettext_lazy("issue inconnue"),
    "other_day": gettext_lazy("même issue, un autre jour"),
    "later_step": gettext_lazy("une étape plus récente est connue"),
    "who_is_who": gettext_lazy("autant de prénoms que de noms sont attendus"),
    "nobody_named": gettext_lazy("personne n’est désigné"),
}

# Told short in the bars of « Refus par motif ».
SHORT: Final[Words] = {
    Reason.EMPTY: gettext_lazy("SIREN absent"),
    Reason.RAGGED: gettext_lazy("ligne incomplète ou décalée"),
    Reason.FORMULA: gettext_lazy("formule au lieu d’un SIREN"),
    Reason.SCIENTIFIC: gettext_lazy("notation scientifique"),
    Reason.LETTERS: gettext_lazy("autre chose que des chiffres"),
    Reason.EIGHT_DIGITS: gettext_lazy("8\u00a0chiffres non réparables"),
    Reason.TEN_DIGITS: gettext_lazy("10\u00a0chiffres"),
    Reason.WRONG_LENGTH: gettext_lazy("ni SIREN ni SIRET"),
    Reason.KEY: gettext_lazy("clé de Luhn fausse"),
    Reason.SIRET_KEY: gettext_lazy("clé de SIRET fausse"),
    Reason.NOBODY: gettext_lazy("numéro de remplissage"),
    Reason.DUPLICATE: gettext_lazy("doublon dans le fichier"),
    Reason.TWO_COMPANIES: gettext_lazy("deux sociétés sur une ligne"),
    Reason.VAT: gettext_lazy("numéro de TVA illisible"),
    Reason.NO_NAME: gettext_lazy("dénomination absente"),
    Reason.CELL_TOO_LONG: gettext_lazy("cellule trop longue"),
    Reason.AMOUNT: gettext_lazy("montant illisible"),
    Reason.AMOUNT_AMBIGUOUS: gettext_lazy("montant ambigu"),
    Reason.PERCENT: gettext_lazy("pourcentage au lieu d’un montant"),
    Reason.NOT_A_NUMBER: gettext_lazy("nombre impossible"),
    Reason.TOO_LARGE: gettext_lazy("nombre démesuré"),
    Reason.NEGATIVE: gettext_lazy("nombre négatif"),
    Reason.DATE: gettext_lazy("date illisible"),
    Reason.DATE_TOO_OLD: gettext_lazy("date trop ancienne"),
    Reason.DATE_AHEAD: gettext_lazy("date à venir"),
    Reason.YEAR: gettext_lazy("exercice illisible"),
    Reason.NO_YEAR: gettext_lazy("exercice absent"),
    Reason.HEADCOUNT: gettext_lazy("effectif illisible"),
    Reason.NAF: gettext_lazy("code NAF inconnu"),
    Reason.OLD_NAF: gettext_lazy("code NAF d’une ancienne nomenclature"),
    Reason.LEGAL_FORM: gettext_lazy("forme juridique inconnue"),
    Reason.POSTAL_CODE: gettext_lazy("code postal illisible"),
    Reason.WEBSITE: gettext_lazy("adresse de site illisible"),
    Reason.STATUS: gettext_lazy("statut inconnu"),
    Reason.NO_REASON: gettext_lazy("écartée sans motif"),
    Reason.NO_WAKE_DATE: gettext_lazy("en sommeil sans date de réveil"),
    Reason.DOUBTFUL: gettext_lazy("plusieurs sociétés possibles"),
    Reason.NO_MATCH: gettext_lazy("aucune société de ce nom"),
    **_OF_KINDS,
}

REASONS: Final[Words] = {
    **SHORT,
    **words.REASONS,
    Reason.SCIENTIFIC: gettext_lazy(
        "notation scientifique du tableur\u00a0: des chiffres sont perdus"
    ),
    Reason.EIGHT_DIGITS: gettext_lazy(
        "8\u00a0chiffres, et la clé reste fausse avec un zéro devant"
    ),
    Reason.TEN_DIGITS: gettext_lazy("10\u00a0chiffres\u00a0: un de trop"),
    Reason.WRONG_LENGTH: gettext_lazy("%(hint)s\u00a0chiffres, ni SIREN ni SIRET"),
    Reason.NOBODY: gettext_lazy("numéro de remplissage, d’aucune société"),
    Reason.DUPLICATE: gettext_lazy("doublon de la ligne %(hint)s"),
    Reason.TWO_COMPANIES: gettext_lazy(
        "le SIREN et «\u00a0%(value)s\u00a0» désignent deux sociétés"
    ),
    Reason.VAT: gettext_lazy("numéro de TVA «\u00a0%(value)s\u00a0» illisible"),
    Reason.NO_NAME: gettext_lazy(
        "société inconnue du registre, et sans dénomination dans le fichier"
    ),
    Reason.CELL_TOO_LONG: gettext_lazy(
        "%(field)s trop long\u00a0: «\u00a0%(value)s\u00a0»"
    ),
    Reason.AMOUNT: gettext_lazy("%(field)s «\u00a0%(value)s\u00a0» illisible"),
    Reason.AMOUNT_AMBIGUOUS: gettext_lazy(
        "%(field)s «\u00a0%(value)s\u00a0»\u00a0: milliers ou décimales\u00a0?"
    ),
    Reason.PERCENT: gettext_lazy(
        "%(field)s «\u00a0%(value)s\u00a0»\u00a0: un pourcentage n’est pas un montant"
    ),
    Reason.NOT_A_NUMBER: gettext_lazy(
        "%(field)s «\u00a0%(value)s\u00a0»\u00a0: ce n’est pas un nombre"
    ),
    Reason.TOO_LARGE: gettext_lazy("%(field)s «\u00a0%(value)s\u00a0» démesuré"),
    Reason.NEGATIVE: gettext_lazy("%(field)s «\u00a0%(value)s\u00a0» négatif"),
    Reason.DATE: gettext_lazy("%(field)s «\u00a0%(value)s\u00a0» illisible"),
    Reason.DATE_TOO_OLD: gettext_lazy(
        "%(field)s «\u00a0%(value)s\u00a0»\u00a0: avant %(hint)s"
    ),
    Reason.DATE_AHEAD: gettext_lazy("%(field)s «\u00a0%(value)s\u00a0»\u00a0: à venir"),
    Reason.YEAR: gettext_lazy("exercice «\u00a0%(value)s\u00a0» illisible"),
    Reason.NO_YEAR: gettext_lazy("montant sans exercice"),
    Reason.HEADCOUNT: gettext_lazy("effectif «\u00a0%(value)s\u00a0» illisible"),
    Reason.NAF: gettext_lazy("code NAF «\u00a0%(value)s\u00a0» inconnu"),
    Reason.OLD_NAF: gettext_lazy(
        "code NAF «\u00a0%(value)s\u00a0» d’une ancienne nomenclature"
    ),
    Reason.LEGAL_FORM: gettext_lazy("forme juridique «\u00a0%(value)s\u00a0» inconnue"),
    Reason.POSTAL_CODE: gettext_lazy("code postal «\u00a0%(value)s\u00a0» illisible"),
    Reason.WEBSITE: gettext_lazy("site «\u00a0%(value)s\u00a0» illisible"),
    Reason.STATUS: gettext_lazy("statut «\u00a0%(value)s\u00a0» inconnu"),
    Reason.NO_REASON: gettext_lazy(
        "statut «\u00a0%(value)s\u00a0» sans motif dans la ligne"
    ),
    Reason.NO_WAKE_DATE: gettext_lazy(
        "statut «\u00a0%(value)s\u00a0» sans date de réveil"
    ),
}

ADVICE: Final[Words] = {
    Reason.EMPTY: gettext_lazy("donner un SIREN, ou le nom et la commune"),
    Reason.RAGGED: gettext_lazy("mettre les cellules entre guillemets"),
    Reason.FORMULA: gettext_lazy("neutralisée, jamais exécutée"),
    Reason.SCIENTIFIC: gettext_lazy("mettre la colonne au format texte"),
    Reason.EIGHT_DIGITS: gettext_lazy("retrouver le chiffre manquant"),
    Reason.TEN_DIGITS: gettext_lazy("retrouver le chiffre en trop"),
    Reason.WRONG_LENGTH: gettext_lazy("un SIREN a neuf chiffres"),
    Reason.NEGATIVE: gettext_lazy("vérifier le signe"),
    Reason.KEY: gettext_lazy("vérifier les deux derniers chiffres"),
    Reason.SIRET_KEY: gettext_lazy("vérifier les deux derniers chiffres"),
    Reason.NO_NAME: gettext_lazy("ajouter la dénomination"),
    Reason.AMOUNT_AMBIGUOUS: gettext_lazy("préciser le signe décimal à la lecture"),
    Reason.PERCENT: gettext_lazy("donner un montant en euros"),
    Reason.DATE: gettext_lazy("écrire 31/12/2024 ou 2024-12-31"),
    Reason.YEAR: gettext_lazy("écrire une année, 2024, ou la date de clôture"),
    Reason.NO_YEAR: gettext_lazy("préciser l’exercice à l’étape des colonnes"),
    Reason.HEADCOUNT: gettext_lazy("un nombre, ou une tranche de l’Insee"),
    Reason.OLD_NAF: gettext_lazy("donner le code de la nomenclature en vigueur"),
    Reason.STATUS: gettext_lazy("choisir parmi les huit statuts"),
    Reason.NO_REASON: gettext_lazy("ajouter une colonne de motif"),
    Reason.NO_WAKE_DATE: gettext_lazy("à mettre en sommeil depuis la fiche"),
    "no_basis": gettext_lazy("préciser la base légale à l’étape des colonnes"),
    "opposed": gettext_lazy("réimporter la ligne sans le contact"),
    "partial": gettext_lazy("réimporter la ligne sans le contact"),
    "company_opposed": gettext_lazy("aucun contact n’est gardé pour elle"),
    "unknown_company": gettext_lazy("l’importer d’abord comme société"),
    "no_outcome_date": gettext_lazy("ajouter la date"),
    "not_an_outcome": gettext_lazy("écrire gagné, perdu ou écarté"),
    Reason.DOUBTFUL: gettext_lazy("trancher à l’étape du rapprochement"),
    Reason.NO_MATCH: gettext_lazy("ajouter le SIREN"),
}
# With what is proposed, when there is something to propose.
ADVICE_WITH_HINT: Final[Words] = {
    Reason.RAGGED: gettext_lazy("cellules lues / attendues\u00a0: %(hint)s"),
    Reason.EIGHT_DIGITS: gettext_lazy("proposé\u00a0: %(hint)s"),
    Reason.KEY: gettext_lazy("proposé\u00a0: %(hint)s"),
    Reason.SIRET_KEY: gettext_lazy("le SIREN %(hint)s, lui, est valide"),
    Reason.DUPLICATE: gettext_lazy("ligne %(hint)s gardée"),
    "other_day": gettext_lazy("connu le %(hint)s"),
    "later_step": gettext_lazy("dernière étape le %(hint)s"),
    Reason.TWO_COMPANIES: gettext_lazy("l’autre est %(hint)s"),
    Reason.STATUS: gettext_lazy("proposé\u00a0: %(hint)s"),
    Reason.LEGAL_FORM: gettext_lazy("proposé\u00a0: %(hint)s"),
    Reason.OLD_NAF: gettext_lazy("proposé\u00a0: %(hint)s"),
}

REPAIRS: Final[Words] = {
    Repair.LOST_ZERO: gettext_lazy("zéro de tête remis"),
    Repair.SEPARATORS: gettext_lazy("espaces ou points retirés"),
    Repair.DECIMAL: gettext_lazy("décimale du tableur retirée"),
    Repair.FROM_SIRET: gettext_lazy("SIREN pris du SIRET"),
    Repair.FROM_VAT: gettext_lazy("SIREN pris du numéro de TVA"),
    Repair.POSTAL_ZERO: gettext_lazy("zéro du code postal remis"),
    Repair.MARKS: gettext_lazy("marques invisibles retirées"),
    Repair.EXCEL_DATE: gettext_lazy("date de tableur traduite"),
    Repair.ROUNDED: gettext_lazy("montant arrondi à l’euro"),
    Repair.COMMUNE_UNKNOWN: gettext_lazy("commune non reconnue ou ambiguë, laissée"),
    Repair.LABEL_UNUSED: gettext_lazy("libellé d’activité laissé"),
    Repair.PARTIAL: gettext_lazy("diffusion partielle, donnée laissée"),
    Repair.CONTACT_LEFT: gettext_lazy("opposition, courriel ou téléphone laissé"),
    Repair.SEVERAL_PEOPLE: gettext_lazy("plusieurs personnes, lues une par une"),
}
